/** The real engine, forked, on real input: what it makes is decoded by FFmpeg's own tools. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { readSpsSize } from '../media/test-sps.ts'
import { Channel } from './channel.ts'
import { decodeAudio, decodeVideo, jpegSize, TestChannel, testSettings } from './test-channel.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-engine-'))
const clip = join(folder, 'clip.mp4')

before(() => {
  // White and loud in the first fifth of a second, and again at each repetition.
  const video = "testsrc2=s=480x360:r=25:d=2,drawbox=c=white:t=fill:enable='lt(t,0.2)'"
  const sound = "sine=f=880:r=44100:d=2,volume='if(lt(t,0.2),4,0)':eval=frame"
  const inputs = ['-f', 'lavfi', '-i', video, '-f', 'lavfi', '-i', sound]
  const codecs = ['-c:v', 'libx264', '-preset', 'ultrafast', '-g', '25', '-c:a', 'aac', '-shortest']
  execFileSync('ffmpeg', ['-v', 'error', ...inputs, ...codecs, clip])
})
after(() => rmSync(folder, { recursive: true }))

describe('an engine with the scene', () => {
  const channel = new TestChannel({ source: 'scene:street?every=0&light=day' })
  before(() => channel.start())
  after(() => channel.stop())

  test('makes main and sub streams that decode without an error, evenly spaced, beginning with a key picture', async () => {
    await channel.until(() => channel.video('main').length >= 20 && channel.video('sub').length >= 8)
    for (const [name, frameRate, size] of [
      ['main', 15, { width: 1280, height: 720 }],
      ['sub', 7, { width: 640, height: 360 }],
    ] as const) {
      const packets = channel.video(name)
      assert.equal(packets[0]?.isKey, true)
      assert.deepEqual(readSpsSize(channel.format(name).video.sps), size)
      const steps = new Set(packets.slice(1).map((packet, index) => packet.pts90k - packets[index]!.pts90k))
      assert.ok(
        [...steps].every((step) => Math.abs(step - 90000 / frameRate) <= 1),
        [...steps].join(),
      )
      assert.equal(decodeVideo(channel.stream(name)).length, packets.length)
    }
  })

  test('makes no stream that nobody wants, and the extern one when somebody does', async () => {
    assert.equal(channel.video('ext').length, 0)
    channel.change({ active: { main: true, sub: true, ext: true } })
    await channel.until(() => channel.video('ext').length >= 3)
    channel.change({ active: { main: true, sub: true, ext: false } })
  })

  test('photographs in the size of the stream and in any other', async () => {
    const sizes = [
      [{ stream: 'main' }, [1280, 720]],
      [{ stream: 'sub' }, [640, 360]],
      [{ stream: 'ext', width: 16, height: 17 }, [16, 16]],
      [{ stream: 'main', width: 801, height: 601 }, [800, 600]],
      [{ stream: 'main', width: 320 }, [320, 180]],
    ] as const
    for (const [wish, size] of sizes) assert.deepEqual(jpegSize(await channel.snapshot(wish)), size)
  })

  test('gives a key picture on demand, but not more than one a second', async () => {
    const count = channel.video('main').length
    channel.requestKeyFrame('main')
    channel.requestKeyFrame('main')
    await channel.until(() => channel.video('main').length >= count + 4)
    assert.equal(
      channel
        .video('main')
        .slice(count, count + 4)
        .filter((packet) => packet.isKey).length,
      1,
    )
  })

  test('changes the size with a new format before the next key picture, without a gap', async () => {
    const { main } = channel.settings.streams
    const count = channel.video('main').length
    channel.change({
      streams: { ...channel.settings.streams, main: { ...main, width: 1920, height: 1080, profile: 'Main' } },
    })
    await channel.until(
      () => channel.format('main').video.width === 1920 && channel.video('main').length > count + 4,
    )
    const first = channel.video('main').findIndex(({ format }) => format.video.width === 1920)
    const [last, next] = channel.video('main').slice(first - 1, first + 1)
    assert.equal(next?.isKey, true)
    assert.ok(next.pts90k - last!.pts90k <= 4 * 6000, `${next.pts90k - last!.pts90k}`)
    assert.deepEqual(readSpsSize(next.format.video.sps), { width: 1920, height: 1080 })
    channel.change({ streams: { ...channel.settings.streams, main } })
    await channel.until(() => channel.format('main').video.width === 1280)
    assert.ok(decodeVideo(channel.stream('main')).length > count)
  })

  test('adds sound to a running stream and takes it away', async () => {
    channel.change({ audio: true })
    await channel.until(() => channel.sound('main').length >= 4 && channel.sound('sub').length >= 4)
    assert.equal(Buffer.from(channel.format('main').audio!.config).toString('hex'), '1408')
    assert.ok(decodeAudio(channel.sound('main')).some((sample) => sample !== 0))
    channel.change({ audio: false })
    await channel.until(() => channel.format('main').audio === undefined)
  })

  test('refuses settings with an impossible source and stays as it was', async () => {
    assert.throws(() => channel.change({ source: 'scene:beach' }), { kind: 'bad-value' })
    const count = channel.video('main').length
    await channel.until(() => channel.video('main').length > count + 2)
    assert.equal(channel.state, 'live')
  })

  test('is back within a second when the engine is killed, on the same timeline', async () => {
    const count = channel.video('main').length
    const pid = channel.enginePid
    const last = channel.video('main').at(-1)!
    process.kill(pid!, 'SIGKILL')
    const photo = channel.snapshot({ stream: 'main' }).catch((error: CameraError) => error.kind)
    await channel.until(() => channel.video('main').length > count + 3)
    assert.equal(await photo, 'get-failed')
    const next = channel.video('main').find((packet) => packet.pts90k > last.pts90k + 9000 && packet.isKey)
    assert.ok(next, 'it begins with a key picture')
    assert.ok(next.pts90k - last.pts90k < 90000 * 1.5, `${(next.pts90k - last.pts90k) / 90} ms`)
    const stamps = channel.video('main').map((packet) => packet.pts90k)
    assert.ok(stamps.every((stamp, index) => index === 0 || stamp > stamps[index - 1]!))
    assert.notEqual(channel.enginePid, pid)
  })

  test('restarts an engine that hangs', async () => {
    const pid = channel.enginePid
    process.kill(pid!, 'SIGSTOP')
    await channel.until(() => channel.enginePid !== undefined && channel.enginePid !== pid, 8000)
  })
})

test('keeps to the bit rate, also when it changes', async (t) => {
  const channel = new TestChannel({ source: `file:${clip}` })
  const rate = (rateKbps: number) => {
    const { streams } = channel.settings
    channel.change({ streams: { ...streams, main: { ...streams.main, rateKbps } } })
  }
  t.after(() => channel.stop())
  channel.start()
  const measure = async () => {
    const count = channel.video('main').length
    await channel.until(() => channel.video('main').length >= count + 30)
    const bits = channel
      .video('main')
      .slice(count, count + 30)
      .reduce((sum, packet) => sum + packet.data.length * 8, 0)
    return bits / 2 / 1000
  }
  rate(512)
  await channel.until(() => channel.video('main').length >= 15)
  const low = await measure()
  rate(3072)
  await channel.until(() => channel.format('main').video.rateKbps === 3072)
  const high = await measure()
  assert.ok(low < 512 * 1.4, `${low} kbit/s`)
  assert.ok(high > 600, `${high} kbit/s`)
})

test('plays a clip over its end, evenly and in its own shape', async (t) => {
  const channel = new TestChannel({ source: `file:${clip}` })
  t.after(() => channel.stop())
  channel.start()
  await channel.until(() => channel.video('main').length >= 50)
  const packets = channel.video('main')
  const steps = new Set(packets.slice(1).map((packet, index) => packet.pts90k - packets[index]!.pts90k))
  assert.deepEqual([...steps], [6000])
  const bars = decodeVideo(channel.stream('main'), 'crop=100:300:20:200,scale=1:1,format=gray')
  assert.ok(bars.every((luma) => luma < 25))
})

test('keeps the sound of a clip with its pictures', async (t) => {
  const channel = new TestChannel({ source: `file:${clip}`, audio: true })
  t.after(() => channel.stop())
  channel.start()
  await channel.until(() => channel.video('main').length >= 80)
  const luma = decodeVideo(channel.stream('main'))
  const flashes = channel.video('main').flatMap(({ pts90k }, index) => {
    return luma[index]! > 150 && luma[index - 1]! < 150 ? [pts90k / 90] : []
  })
  const sound = channel.sound('main')
  const samples = decodeAudio(sound)
  const beeps = [...samples.keys()].flatMap((index) => {
    const begins =
      Math.abs(samples[index]!) > 0.05 &&
      samples.subarray(index - 800, index).every((value) => Math.abs(value) <= 0.05)
    return begins && index >= 800 ? [sound[Math.floor(index / 1024)]!.pts90k / 90 + (index % 1024) / 16] : []
  })
  assert.ok(flashes.length >= 2, `${flashes.length} flashes`)
  for (const flash of flashes) {
    const distance = Math.min(...beeps.map((beep) => Math.abs(beep - flash)))
    assert.ok(distance < 80, `${distance} ms apart`)
  }
})

test('shows that there is no signal until the source appears', async (t) => {
  const path = join(folder, 'later.mp4')
  const channel = new TestChannel({ source: `file:${path}` })
  t.after(() => channel.stop())
  channel.start()
  await channel.until(() => channel.state === 'lost' && channel.video('main').length >= 3)
  assert.match(channel.detail, /No such file/)
  assert.deepEqual(jpegSize(await channel.snapshot({ stream: 'main' })), [1280, 720])
  const whileLost = decodeVideo(
    channel.stream('main'),
    'crop=300:80:490:320,scale=1:1:flags=area,format=gray',
  )
  assert.ok(
    whileLost.every((luma) => luma > 30 && luma < 110),
    'dark with bright letters',
  )
  copyFileSync(clip, path)
  await channel.until(() => channel.state === 'live', 6000)
})

test('stops within two seconds even while a source hangs, and can be stopped twice', async (t) => {
  // Accepts connections and never says a word.
  const silent = createServer().listen(0, '127.0.0.1')
  await once(silent, 'listening')
  t.after(() => silent.close())
  const { port } = silent.address() as AddressInfo
  const channel = new TestChannel({ source: `rtsp://127.0.0.1:${port}/hangs` })
  channel.start()
  await channel.until(() => channel.video('main').length >= 2)
  const pid = channel.enginePid!
  const begin = systemClock.monotonicMs()
  await channel.stop()
  await channel.stop()
  assert.ok(systemClock.monotonicMs() - begin < 2000)
  assert.throws(() => process.kill(pid, 0), { code: 'ESRCH' })
})

test('refuses to be made with an impossible source', () => {
  const options = {
    clock: systemClock,
    log: silentLog,
    settings: testSettings({ source: 'beach' }),
    packet() {},
    format() {},
  }
  assert.throws(() => new Channel(options), CameraError)
})
