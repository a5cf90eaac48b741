/** Real input: a file in a loop, and an RTSP camera that comes, goes and comes back. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { freePorts } from '../free-ports.ts'
import { missing } from '../tools.ts'
import { type Camera, ROOT, run, startCamera, until } from './kit.ts'

const skip = missing('ffmpeg', 'gst-rtsp-server')
const CLIP_SECONDS = 6
const folder = mkdtempSync(join(tmpdir(), 'vedette-clip-'))
const clip = join(folder, 'clip.mp4')

before(async () => {
  if (missing('ffmpeg') !== false) return
  // Pure green, so that the source's picture and nothing else has this colour; 4:3 to see the bars beside it.
  const picture = `color=c=0x00ff00:size=800x600:rate=25:duration=${CLIP_SECONDS}`
  const sound = `sine=frequency=440:duration=${CLIP_SECONDS}`
  const { code, stderr } = await run('ffmpeg', [
    ...['-v', 'error', '-f', 'lavfi', '-i', picture, '-f', 'lavfi', '-i', sound],
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-pix_fmt', 'yuv420p', '-c:a', 'aac', clip],
  ])
  assert.equal(code, 0, stderr)
})
after(() => rmSync(folder, { recursive: true, force: true }))

/** Colour of one place of the live picture: red, green and blue, 0..255. */
async function colourAt(camera: Camera, x: number, y: number): Promise<[number, number, number]> {
  const crop = `crop=8:8:${x}:${y},scale=1:1`
  const args = [
    '-v',
    'error',
    '-f',
    'mjpeg',
    '-i',
    '-',
    '-vf',
    crop,
    '-pix_fmt',
    'rgb24',
    '-f',
    'rawvideo',
    '-',
  ]
  const { stdout } = await run('ffmpeg', args, await camera.snap())
  return [stdout[0]!, stdout[1]!, stdout[2]!]
}

async function isGreen(camera: Camera): Promise<boolean> {
  const [red, green, blue] = await colourAt(camera, 640, 360)
  return green > 180 && red < 60 && blue < 60
}

const green = (camera: Camera, wanted: boolean) => async () =>
  (await isGreen(camera)) === wanted ? true : undefined

test('a file is played in a loop, with bars beside a narrower picture and its sound', {
  skip: missing('ffmpeg'),
}, async () => {
  const camera = await startCamera({ args: ['--source', `file:${clip}`] })
  try {
    await until('the clip', green(camera, true))
    const [red, greenish, blue] = await colourAt(camera, 40, 360)
    assert.ok(red < 30 && greenish < 30 && blue < 30)
    await camera.one({ cmd: 'SetEnc', param: { Enc: { audio: 1 } } })
    const args = [
      '-hide_banner',
      '-i',
      camera.flvUrl('main'),
      '-t',
      String(CLIP_SECONDS * 2),
      '-af',
      'volumedetect',
      '-f',
      'null',
      '-',
    ]
    const { stderr } = await run('ffmpeg', args)
    const frames = Number(/frame= *(\d+)(?!.*frame=)/s.exec(stderr)?.[1])
    // On a busy machine the engine leaves pictures out.
    const share = frames / (CLIP_SECONDS * 2 * 15)
    assert.ok(share > 0.6 && share < 1.05, `${frames} pictures`)
    assert.doesNotMatch(stderr, /error|invalid|corrupt/i)
    assert.ok(Number(/mean_volume: (-?[\d.]+) dB/.exec(stderr)?.[1]) > -40, stderr)
    assert.ok(await isGreen(camera))
  } finally {
    await camera.stop()
  }
})

async function startRtspServer(port: number): Promise<ChildProcess> {
  const program = join(ROOT, 'test/peers/rtsp-server.py')
  const server = spawn('/usr/bin/python3', [program, clip, String(port)], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  await once(server.stdout, 'data')
  return server
}

test('an RTSP source that is not there, comes, dies and comes back costs no viewer', {
  skip,
  timeout: 120_000,
}, async () => {
  const [port] = await freePorts(1)
  const camera = await startCamera({ args: ['--source', `rtsp://127.0.0.1:${port}/clip`] })
  let server: ChildProcess | undefined
  try {
    const viewer = (await fetch(camera.flvUrl('main'))).body!.getReader()
    let ended = false
    const watching = (async () => {
      while (!(await viewer.read()).done);
      ended = true
    })()
    assert.ok(!(await isGreen(camera)))
    server = await startRtspServer(port!)
    await until('the source', green(camera, true), 20_000)
    server.kill('SIGKILL')
    await until('no signal', green(camera, false), 20_000)
    server = await startRtspServer(port!)
    await until('the source again', green(camera, true), 30_000)
    assert.ok(!ended)
    await viewer.cancel()
    await watching
  } finally {
    server?.kill('SIGKILL')
    await camera.stop()
  }
})
