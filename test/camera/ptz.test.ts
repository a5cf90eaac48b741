/** The head of the whole program, seen in its pictures. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { missing } from '../tools.ts'
import { type Camera, run, startCamera, until } from './kit.ts'

const skip = missing('ffmpeg')
/** Size that pictures are compared in, and how far they are shifted against each other. */
const WIDTH = 640
const HEIGHT = 360
let camera: Camera

before(async () => {
  // By day, and nothing passes by.
  camera = await startCamera({ args: ['--source', 'scene:street?every=0&light=day'] })
  const Osd = { osdChannel: { enable: 0 }, osdTime: { enable: 0 } }
  assert.equal((await camera.one({ cmd: 'SetOsd', param: { Osd } })).code, 0)
})
after(() => camera.stop())

async function ptz(op: string, more: object = {}): Promise<void> {
  const answer = await camera.one({ cmd: 'PtzCtrl', param: { channel: 0, op, ...more } })
  assert.deepEqual(answer.value, { rspCode: 200 }, op)
}

/** The luma of the picture of this moment. */
async function look(): Promise<Buffer> {
  const jpeg = await camera.snap(`&width=${WIDTH}&height=${HEIGHT}`)
  const output = ['-f', 'rawvideo', '-pix_fmt', 'gray', '-']
  return (await run('ffmpeg', ['-v', 'error', '-f', 'mjpeg', '-i', '-', ...output], jpeg)).stdout
}

/** Mean difference of two pictures where `after(x)` shows what `before(x + shift)` showed. */
function difference(before: Buffer, after: Buffer, shiftX: number, shiftY = 0): number {
  let sum = 0
  let count = 0
  for (let y = Math.max(0, -shiftY); y < Math.min(HEIGHT, HEIGHT - shiftY); y += 2) {
    for (let x = Math.max(0, -shiftX); x < Math.min(WIDTH, WIDTH - shiftX); x += 2) {
      sum += Math.abs(before[(y + shiftY) * WIDTH + x + shiftX]! - after[y * WIDTH + x]!)
      count += 1
    }
  }
  return sum / count
}

/** How far the camera looked to the right between two pictures, pixels. */
function shiftOf(before: Buffer, after: Buffer, most = 300): number {
  let best = 0
  let least = Number.POSITIVE_INFINITY
  for (let shift = -most; shift <= most; shift += 1) {
    const one = difference(before, after, shift)
    if (one < least) [best, least] = [shift, one]
  }
  return best
}

/** Mean difference of neighbours: fine detail. */
function detail(picture: Buffer): number {
  let sum = 0
  for (let index = 1; index < picture.length; index += 1)
    sum += Math.abs(picture[index]! - picture[index - 1]!)
  return sum / picture.length
}

const mean = (picture: Buffer) => picture.reduce((sum, value) => sum + value, 0) / picture.length

const position = async () => (await camera.one({ cmd: 'GetPtzCurPos' })).value.PtzCurPos
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms))

/** Waits until the picture stands still and is in focus. */
async function rest(): Promise<Buffer> {
  let last = await look()
  return await until('the head comes to rest', async () => {
    await pause(250)
    const now = await look()
    const same = difference(last, now, 0) < 0.05
    last = now
    return same ? now : undefined
  })
}

test('Left turns left: what is in the picture moves right, and Stop stops it', { skip }, async () => {
  const before = await look()
  await ptz('Left', { speed: 32 })
  await pause(400)
  await ptz('Stop')
  const after = await rest()
  const shift = shiftOf(before, after)
  assert.ok(shift < -20 && shift > -200, `${shift} pixels`)
  assert.ok(difference(before, after, shift) < 3, 'the same picture, only shifted')
  assert.ok(difference(after, await look(), 0) < 0.05)
})

test('a preset that is returned to is the same picture within 2 pixels', { skip }, async () => {
  await camera.one({ cmd: 'SetPtzPreset', param: { PtzPreset: { id: 7, enable: 1, name: 'gate' } } })
  const before = await rest()
  await ptz('RightUp', { speed: 64 })
  await pause(300)
  await ptz('ZoomInc', { speed: 64 })
  await pause(500)
  await ptz('Stop')
  assert.ok(difference(before, await rest(), 0) > 5)
  await ptz('ToPos', { id: 7, speed: 64 })
  const after = await rest()
  assert.ok(Math.abs(shiftOf(before, after, 8)) <= 1)
  const heights = [-4, -3, -2, -1, 0, 1, 2, 3, 4].map((shift) => difference(before, after, 0, shift))
  assert.ok(Math.abs(heights.indexOf(Math.min(...heights)) - 4) <= 1, 'nor higher or lower')
  assert.ok(difference(before, after, 0) < 1, `${difference(before, after, 0)}`)
})

test('ZoomInc comes nearer: the middle of the picture grows over it', { skip }, async () => {
  const before = await rest()
  const { Zpos } = await position()
  await ptz('ZoomInc', { speed: 64 })
  await pause(500)
  await ptz('Stop')
  const after = await rest()
  const factor = (await position()).Zpos / Zpos
  assert.ok(factor > 1.3, `${factor}`)
  // What was at a place lies now `factor` times as far from the middle.
  const differenceAt = (scale: number) => {
    let sum = 0
    for (let y = -60; y <= 60; y += 4) {
      for (let x = -100; x <= 100; x += 4) {
        const at = (part: number) =>
          (HEIGHT / 2 + Math.round(y * part)) * WIDTH + WIDTH / 2 + Math.round(x * part)
        sum += Math.abs(before[at(1 / scale)]! - after[at(1)]!)
      }
    }
    return sum
  }
  assert.ok(differenceAt(factor) < differenceAt(1) / 2)
  assert.ok(differenceAt(factor) < differenceAt(1 / factor) / 2)
  await ptz('ToPos', { id: 7, speed: 64 })
  await rest()
})

test('FocusInc blurs, and auto focus brings sharpness back', { skip }, async () => {
  const before = await rest()
  await ptz('FocusInc', { speed: 64 })
  await pause(500)
  await ptz('Stop')
  const blurred = await rest()
  assert.ok(detail(blurred) < detail(before) * 0.8, `${detail(blurred)} of ${detail(before)}`)
  for (const disable of [1, 0]) {
    assert.equal((await camera.one({ cmd: 'SetAutoFocus', param: { AutoFocus: { disable } } })).code, 0)
  }
  await pause(1300)
  const after = await rest()
  assert.ok(difference(before, after, 0) < 1)
})

test('IrisInc brightens, IrisDec darkens', { skip }, async () => {
  const before = mean(await rest())
  await ptz('IrisInc', { speed: 64 })
  await pause(300)
  await ptz('Stop')
  const bright = mean(await rest())
  assert.ok(bright > before + 10, `${before} → ${bright}`)
  await ptz('IrisDec', { speed: 64 })
  await pause(700)
  await ptz('Stop')
  assert.ok(mean(await rest()) < bright - 20)
})

test('a patrol goes round its presets until it is stopped', { skip }, async () => {
  await ptz('Right', { speed: 64 })
  await pause(300)
  await ptz('Stop')
  await rest()
  await camera.one({ cmd: 'SetPtzPreset', param: { PtzPreset: { id: 8, enable: 1 } } })
  const preset = [7, 8].map((id) => ({ id, dwellTime: 1, speed: 64 }))
  const PtzPatrol = { id: 1, enable: 1, preset, running: 1 }
  assert.equal((await camera.one({ cmd: 'SetPtzPatrol', param: { PtzPatrol } })).code, 0)
  const seen = new Set<number>()
  await until('both presets', async () => {
    seen.add((await position()).Ppos)
    const [least, most] = [Math.min(...seen), Math.max(...seen)]
    return most - least > 100 ? true : undefined
  })
  await ptz('StopPatrol')
  const patrol = (await camera.one({ cmd: 'GetPtzPatrol' })).value.PtzPatrol[0]
  assert.equal(patrol.running, 0)
})

test('the head looks where it looked after kill -9', { skip }, async () => {
  const before = await rest()
  const where = await position()
  await pause(1200)
  await camera.stop({ keepData: true, signal: 'SIGKILL' })
  camera = await startCamera({
    dataDir: camera.dataDir,
    args: ['--source', 'scene:street?every=0&light=day'],
  })
  assert.deepEqual(await position(), where)
  const after = await rest()
  assert.ok(difference(before, after, 0) < 1)
})
