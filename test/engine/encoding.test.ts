/** The encoder's settings in the real engine, in real time: what viewers get while they change. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import type { EncoderSettings } from '../../src/engine/protocol.ts'
import { BUSY } from '../../src/engine/test-busy-clip.ts'
import { decodeVideo, TestChannel } from '../../src/engine/test-channel.ts'
import type { StreamName } from '../../src/media/packet.ts'
import { readSpsSize } from '../../src/media/test-sps.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-encoding-'))
const clip = join(folder, 'busy.mp4')
const channel = new TestChannel({ source: `file:${clip}` })

before(async () => {
  const source = `testsrc2=s=1280x720:r=15:d=6,${BUSY}`
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-g', '30']
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', source, ...codec, clip])
  channel.start()
  await channel.until(() => channel.video('main').length > 0 && channel.video('sub').length > 0)
})
after(async () => {
  await channel.stop()
  rmSync(folder, { recursive: true })
})

function change(stream: StreamName, settings: Partial<EncoderSettings>): void {
  const { streams } = channel.settings
  channel.change({ streams: { ...streams, [stream]: { ...streams[stream], ...settings } } })
}

/** Mean of a stream's pictures between two times of its timeline, kbit/s. */
function rateBetween(stream: StreamName, from90k: number, to90k: number): number {
  const bits = channel
    .video(stream)
    .filter(({ pts90k }) => pts90k >= from90k && pts90k < to90k)
    .reduce((sum, { data }) => sum + data.length * 8, 0)
  return bits / ((to90k - from90k) / 90)
}

test('a busy scene fills the set bit rate within a tenth over 30 s, in main and sub', async () => {
  const wanted = { main: 3072, sub: 256 }
  change('main', { rateKbps: wanted.main })
  change('sub', { rateKbps: wanted.sub })
  const count = channel.video('main').length
  await channel.until(() => channel.video('main').length > count + 15)
  const from = channel.video('main').at(-1)!.pts90k
  const to = from + 30 * 90_000
  await channel.until(() => channel.video('sub').at(-1)!.pts90k > to, 40_000)
  for (const stream of ['main', 'sub'] as const) {
    const share = rateBetween(stream, from, to) / wanted[stream]
    // A machine that has no time for all pictures fills less.
    const made = channel.video(stream).filter(({ pts90k }) => pts90k >= from && pts90k < to).length
    const part = Math.min(1, made / (30 * channel.settings.streams[stream].frameRate))
    const what = `${stream}: ${share.toFixed(3)} of ${wanted[stream]} kbit/s with ${part.toFixed(2)} of its pictures`
    assert.ok(share < 1.1 && share > 0.9 * part, what)
  }
})

test('a new bit rate is kept one second after it was set, in the same encoder', async () => {
  const sps = Buffer.from(channel.format('main').video.sps)
  change('main', { rateKbps: 512 })
  const count = channel.video('main').length
  await channel.until(() => channel.video('main').length > count + 17)
  const from = channel.video('main').at(-1)!.pts90k
  await channel.until(() => channel.video('main').at(-1)!.pts90k > from + 4 * 90_000)
  const rate = rateBetween('main', from, from + 4 * 90_000)
  assert.ok(rate < 512 * 1.2 && rate > 512 * 0.8, `${rate} kbit/s`)
  assert.deepEqual(Buffer.from(channel.format('main').video.sps), sps)
})

const WISHES = [
  { frameRate: 30 },
  { frameRate: 2 },
  { frameRate: 25, profile: 'Base' },
  { width: 1920, height: 1080, rateKbps: 4096, profile: 'Main' },
  { width: 2560, height: 1440, frameRate: 4, profile: 'High' },
  { width: 2048, height: 1536, frameRate: 6 },
  { width: 2304, height: 1296 },
  { width: 1280, height: 720, frameRate: 15, rateKbps: 1024 },
] as const satisfies readonly Partial<EncoderSettings>[]

test('size, frame rate and profile change without a gap, on one timeline, in a stream that decodes', async () => {
  const first = channel.video('main').length
  let wanted = channel.settings.streams.main
  for (const wish of WISHES) {
    const begin = channel.video('main').at(-1)!.pts90k
    wanted = { ...wanted, ...wish }
    change('main', wish)
    const matches = ({ width, height, frameRate }: EncoderSettings) => {
      const { video } = channel.format('main')
      return video.width === width && video.height === height && video.frameRate === frameRate
    }
    await channel.until(() => matches(wanted))
    const count = channel.video('main').length
    await channel.until(() => channel.video('main').length >= count + 3)
    const next = channel.video('main').find((packet) => packet.pts90k > begin && packet.isKey)!
    assert.deepEqual(readSpsSize(next.format.video.sps), { width: wanted.width, height: wanted.height })
  }
  const stamps = channel.video('main').map(({ pts90k }) => pts90k)
  assert.ok(stamps.every((stamp, index) => index === 0 || stamp > stamps[index - 1]!))
  // Of a second without pictures viewers would know; a busy machine leaves out some.
  const gaps = stamps.slice(1).map((stamp, index) => stamp - stamps[index]!)
  assert.ok(Math.max(...gaps) < 90_000, `${Math.max(...gaps)}`)
  const key = channel.video('main').findIndex(({ isKey }, index) => index >= first && isKey)
  assert.ok(decodeVideo(channel.stream('main', key)).length > 20)
})

test('nr3d calms the grain of what viewers get, in the stream and in photographs', async (context) => {
  const grain = join(folder, 'grain.mp4')
  const still = 'smptehdbars=s=1280x720:r=15:d=4,noise=alls=6:allf=t'
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '4', '-pix_fmt', 'yuv420p']
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', still, ...codec, grain])
  change('main', { rateKbps: 8192 })
  channel.change({ source: `file:${grain}` })
  const mean = (values: Uint8Array) => values.reduce((sum, one) => sum + one, 0) / values.length
  const amplified = "format=gray,tblend=all_expr='min(255,abs(A-B)*16)',scale=16:9:flags=area"
  const seen = async (nr3d: boolean) => {
    channel.change({ isp: { ...channel.settings.isp, nr3d } })
    const count = channel.video('main').length
    await channel.until(() => channel.video('main').length >= count + 60)
    const key = channel.video('main').findIndex(({ isKey }, index) => index >= count + 15 && isKey)
    const photo = Buffer.from(await channel.snapshot({ stream: 'main' }))
    const edges = ['-vf', 'format=gray,sobel=scale=4,scale=16:9:flags=area', '-f', 'rawvideo', '-']
    return {
      restless: mean(decodeVideo(channel.stream('main', key), amplified)),
      roughness: mean(
        execFileSync('ffmpeg', ['-v', 'error', '-f', 'mjpeg', '-i', '-', ...edges], { input: photo }),
      ),
    }
  }
  const [raw, calm] = [await seen(false), await seen(true)]
  context.diagnostic(JSON.stringify([raw, calm]))
  assert.ok(calm.restless < raw.restless * 0.8, JSON.stringify([raw, calm]))
  assert.ok(calm.roughness < raw.roughness * 0.8, JSON.stringify([raw, calm]))
})
