/** RTSP of the whole camera, judged by players that are not ours. The table of all of them is players.test.ts. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { RtspTestClient } from '../../src/servers/rtsp/test-client.ts'
import { missing } from '../tools.ts'
import { type Camera, PASSWORD, run, startCamera, until } from './kit.ts'

const SECONDS = 4
let camera: Camera
/** The camera's clock at the beginning, as addresses have it. */
let began: string

before(async () => {
  camera = await startCamera()
  await until('a picture', () => camera.snap().catch(() => undefined))
  const { Time } = (await camera.one({ cmd: 'GetTime' })).value
  const members = [Time.mon, Time.day, Time.hour, Time.min, Time.sec]
  began = `${Time.year}${members.map((member) => String(member).padStart(2, '0')).join('')}`
})
after(() => camera.stop())

/** Decodes a live stream; gives the number of pictures and what the decoder complained about. */
async function ffmpeg(url: string, transport: string): Promise<{ frames: number; complaints: string }> {
  const args = ['-v', 'error', '-stats', '-rtsp_transport', transport, '-i', url]
  const { stderr } = await run('ffmpeg', [...args, '-t', String(SECONDS), '-f', 'null', '-'])
  const frames = Number(/frame=\s*(\d+)(?!.*frame=)/s.exec(stderr)?.[1] ?? 0)
  const complaints = stderr.split(/[\r\n]+/).filter((line) => line !== '' && !line.startsWith('frame='))
  return { frames, complaints: complaints.join('\n') }
}

test('a client that speaks RTSP 2.0 first comes back with 1.0', {
  skip: missing('gst-launch-1.0'),
}, async () => {
  const source = ['rtspsrc', `location=${camera.rtspUrl('sub')}`, 'protocols=tcp', 'default-rtsp-version=2-0']
  const rest = ['!', 'rtph264depay', '!', 'h264parse', '!', 'fakesink', 'num-buffers=7']
  const { code, stdout, stderr } = await run('gst-launch-1.0', [...source, ...rest])
  assert.equal(code, 0, `${stdout}${stderr}`)
})

test('a new viewer has its first key frame within 300 ms', async () => {
  const joins: number[] = []
  for (let round = 0; round < 9; round += 1) {
    const started = performance.now()
    const client = new RtspTestClient(camera.ports.rtsp)
    const path = `/h264Preview_01_main?user=admin&password=${PASSWORD}`
    await client.play(`rtsp://127.0.0.1:${camera.ports.rtsp}${path}`)
    for (let isLast = false; !isLast; ) isLast = ((await client.frame(0)).readUInt8(1) & 0x80) !== 0
    joins.push(performance.now() - started)
    client.socket.destroy()
  }
  const median = joins.sort((one, other) => one - other)[4]!
  assert.ok(median < 300, `${median} ms`)
})

test('sound is described and sent once it is on', { skip: missing('ffprobe') }, async () => {
  await camera.one({ cmd: 'SetEnc', param: { Enc: { audio: 1 } } })
  const seen = await until(
    'sound',
    async () => {
      const args = [
        '-v',
        'error',
        '-analyzeduration',
        '300000',
        '-rtsp_transport',
        'tcp',
        '-show_entries',
        'stream=codec_name',
        '-of',
        'csv=p=0',
      ]
      const { stdout } = await run('ffprobe', [...args, camera.rtspUrl('main')])
      const codecs = stdout.toString().trim().split('\n')
      return codecs.includes('aac') ? codecs : undefined
    },
    20_000,
  )
  assert.deepEqual(seen, ['h264', 'aac'])
  const { complaints } = await ffmpeg(camera.rtspUrl('main'), 'udp')
  assert.equal(complaints, '')
  await camera.one({ cmd: 'SetEnc', param: { Enc: { audio: 0 } } })
})

test('a player that is running goes on over a change of size', { skip: missing('ffmpeg') }, async () => {
  const args = ['-v', 'error', '-stats', '-rtsp_transport', 'tcp', '-i', camera.rtspUrl('main'), '-t', '8']
  // Without sound: it may still be on its way out, and FFmpeg would wait for more of it.
  const playing = run('ffmpeg', [...args, '-an', '-f', 'null', '-'])
  await new Promise((resolve) => setTimeout(resolve, 3000))
  await camera.one({ cmd: 'SetEnc', param: { Enc: { mainStream: { size: '1080P', bitRate: 2048 } } } })
  const { stderr, code } = await playing
  const complaints = stderr.split(/[\r\n]+/).filter((line) => line !== '' && !line.startsWith('frame='))
  assert.deepEqual([code, complaints], [0, []])
})

test('what was recorded meanwhile is replayed by time', { skip: missing('ffmpeg') }, async () => {
  const url = `${camera.rtspUrl('main').replace('h264Preview', 'Playback')}?start=${began}`
  const plays = ['tcp', 'udp'].map(async (transport) => {
    const { frames, complaints } = await ffmpeg(url, transport)
    assert.equal(complaints, '', transport)
    assert.ok(frames > SECONDS * 15 * 0.6, `${transport}: ${frames} pictures`)
  })
  await Promise.all(plays)
})

test('DelUser ends what the user watches', async () => {
  const user = { userName: 'visitor', password: 'Visitor-1', level: 'guest' }
  assert.equal((await camera.one({ cmd: 'AddUser', param: { User: user } })).code, 0)
  const client = new RtspTestClient(camera.ports.rtsp)
  const path = '/h264Preview_01_sub?user=visitor&password=Visitor-1'
  await client.play(`rtsp://127.0.0.1:${camera.ports.rtsp}${path}`)
  await client.frame(0)
  const ended = new Promise((resolve) => client.socket.once('close', resolve))
  assert.equal((await camera.one({ cmd: 'DelUser', param: { User: { userName: 'visitor' } } })).code, 0)
  await ended
})
