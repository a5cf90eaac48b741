/** Light, lamp and flicker in the pictures of a real engine. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, test } from 'node:test'
import { FACTORY_ISP } from '../factory-settings.ts'
import type { EngineSettings } from '../protocol.ts'
import { decodeVideo, TestChannel } from '../test-channel.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-light-'))
after(() => rmSync(folder, { recursive: true }))

function clip(name: string, filter: string): string {
  const path = join(folder, name)
  const codec = ['-c:v', 'libx264', '-preset', 'ultrafast', '-qp', '10', '-pix_fmt', 'yuv420p']
  execFileSync('ffmpeg', ['-v', 'error', '-f', 'lavfi', '-i', filter, ...codec, path])
  return `file:${path}`
}

async function start(source: string, change: Partial<EngineSettings> = {}): Promise<TestChannel> {
  const channel = new TestChannel({ source, active: { main: false, sub: true, ext: false }, ...change })
  channel.start()
  await channel.until(
    () => channel.state === 'live' && [...channel.video('main'), ...channel.video('sub')].length >= 3,
  )
  return channel
}

/** Mean luma, and how far the chroma is from grey, of a fresh snapshot. */
async function photo(channel: TestChannel): Promise<{ luma: number; colour: number }> {
  const args = ['-v', 'error', '-f', 'mjpeg', '-i', '-', '-vf', 'scale=16:9:flags=area,format=yuv444p']
  const jpeg = await channel.snapshot({ stream: 'sub' })
  const pixels = execFileSync('ffmpeg', [...args, '-f', 'rawvideo', '-'], { input: jpeg })
  const size = 16 * 9
  const mean = (values: Uint8Array) => values.reduce((sum, value) => sum + value, 0) / values.length
  const away = pixels.subarray(size).map((value) => Math.abs(value - 128))
  return { luma: mean(pixels.subarray(0, size)), colour: mean(away) }
}

describe('at night', () => {
  let channel: TestChannel
  before(async () => {
    channel = await start('scene:street?every=0&light=night', { lamp: 'Off' })
  })
  after(() => channel.stop())

  test('the picture is black and white by itself, and the lamp brightens it by more than a half', async () => {
    const dark = await photo(channel)
    assert.ok(dark.colour < 1, `${dark.colour}`)
    channel.change({ lamp: 'Auto' })
    const lit = await photo(channel)
    assert.ok(lit.luma > dark.luma * 1.5, `${dark.luma} → ${lit.luma}`)
    assert.ok(lit.colour < 1)
  })

  test('the lamp does not switch itself off by its own light', async () => {
    const count = channel.video('sub').length
    await channel.until(() => channel.video('sub').length > count + 7 * 4)
    const lit = await photo(channel)
    channel.change({ lamp: 'Off' })
    const dark = await photo(channel)
    channel.change({ lamp: 'Auto' })
    assert.ok(lit.luma > dark.luma * 1.5)
  })

  test('colour by hand keeps the lamp of Auto off', async () => {
    channel.change({ isp: { ...FACTORY_ISP, dayNight: 'Color' } })
    const coloured = await photo(channel)
    channel.change({ isp: FACTORY_ISP })
    assert.ok(coloured.colour > 2 && coloured.luma < (await photo(channel)).luma / 1.5)
  })
})

test('day turns to night with the light of the source, after some seconds of agreement', async (t) => {
  const fade = "testsrc2=s=320x180:r=10:d=12,eq=brightness='if(lt(t,4),0,-0.85)':eval=frame"
  const channel = await start(clip('dusk.mp4', fade), { lamp: 'Auto' })
  t.after(() => channel.stop())
  assert.ok((await photo(channel)).colour > 5)
  const begin = channel.video('sub').length
  let colour = 100
  await channel.until(() => channel.video('sub').length > begin + 7 * 4)
  for (let tries = 0; tries < 60 && colour > 1; tries += 1) {
    colour = (await photo(channel)).colour
    await new Promise((resolve) => setTimeout(resolve, 100))
  }
  assert.ok(colour < 1, `${colour}`)
})

test('flicker of lamps is evened out with 50HZ and 60HZ', async (t) => {
  const pulse =
    "testsrc2=s=320x180:r=15:d=20,loop=-1:1,trim=duration=20,eq=brightness='0.12*sin(n*2.1)':eval=frame"
  const channel = await start(clip('flicker.mp4', pulse), {
    active: { main: true, sub: false, ext: false },
    isp: { ...FACTORY_ISP, dayNight: 'Color' },
  })
  t.after(() => channel.stop())
  /** Deviation of the mean luma of the next pictures, after some for the meter to settle. */
  const restlessness = async (antiFlicker: EngineSettings['isp']['antiFlicker']) => {
    channel.change({ isp: { ...FACTORY_ISP, dayNight: 'Color', antiFlicker } })
    const count = channel.video('main').length
    await channel.until(() => channel.video('main').length >= count + 60)
    const lumas = [...decodeVideo(channel.stream('main')).subarray(count + 30, count + 60)]
    const mean = lumas.reduce((sum, luma) => sum + luma, 0) / lumas.length
    return Math.sqrt(lumas.reduce((sum, luma) => sum + (luma - mean) ** 2, 0) / lumas.length)
  }
  const off = await restlessness('Off')
  assert.ok(off > 8, `${off}`)
  for (const mode of ['50HZ', '60HZ'] as const) {
    const evened = await restlessness(mode)
    t.diagnostic(`${mode}: ${off.toFixed(1)} → ${evened.toFixed(1)}`)
    assert.ok(evened < off / 3, `${mode}: ${off} → ${evened}`)
  }
})
