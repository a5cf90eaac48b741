/** Every setting of the picture on the pixels of a real chain: direction and amount. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ViewWindow, WHOLE, within } from '../head/motion.ts'
import { createFrame, planesOf } from './blank-frame.ts'
import { PictureChain } from './chain.ts'
import type { Picture } from './picture.ts'
import {
  distance,
  type Measured,
  mean,
  pixelsOf,
  renderOnce,
  renditionOf,
  roughness,
  streetPicture,
  type Wish,
} from './test-picture.ts'

const day = streetPicture('day')
const night = streetPicture('night')
const neutral = renderOnce(day, {})
const luma = (wish: Wish, picture = day) => mean(renderOnce(picture, wish).y)
const plain = mean(neutral.y)

function assertBetween(value: number, low: number, high: number): void {
  assert.ok(value >= low && value <= high, `${value} is not from ${low} to ${high}`)
}

test('bright moves all of the picture by half of its range at the ends', () => {
  const at = (bright: number) => luma({ image: { bright } })
  assertBetween(at(64) - plain, -62, -45)
  assertBetween(at(192) - plain, 40, 62)
  assert.ok(at(0) < at(64) && at(192) < at(255))
})

test('contrast spreads dark and bright, and brings them together', () => {
  const spread = (contrast: number) => {
    const { y } = renderOnce(day, { image: { contrast } })
    const middle = mean(y)
    return Math.sqrt(y.reduce((sum, value) => sum + (value - middle) ** 2, 0) / y.length)
  }
  const [low, none, high] = [spread(64), spread(128), spread(192)]
  assertBetween(low / none, 0.55, 0.7)
  assertBetween(high / none, 1.2, 1.7)
})

test('saturation takes colour away and doubles it, and leaves luma alone', () => {
  const colour = (saturation: number) => {
    const { y, v } = renderOnce(day, { image: { saturation } })
    assertBetween(mean(y) - plain, -0.1, 0.1)
    return v.reduce((sum, value) => sum + Math.abs(value - 128), 0) / v.length
  }
  assert.equal(colour(0), 0)
  assertBetween(colour(64) / colour(128), 0.4, 0.6)
  assertBetween(colour(255) / colour(128), 1.7, 2.05)
})

test('hue turns colours round the circle', () => {
  const [u, v] = [mean(neutral.u) - 128, mean(neutral.v) - 128]
  const opposite = renderOnce(day, { image: { hue: 0 } })
  assertBetween(mean(opposite.u) - 128 + u, -1.5, 1.5)
  assertBetween(mean(opposite.v) - 128 + v, -1.5, 1.5)
  const quarter = renderOnce(day, { image: { hue: 192 } })
  assertBetween((mean(quarter.u) - 128) * u + (mean(quarter.v) - 128) * v, -6, 6)
})

test('sharpen sharpens above 128 and blurs below', () => {
  const edges = [0, 64, 128, 192, 255].map((sharpen) => roughness(renderOnce(day, { image: { sharpen } })))
  assert.deepEqual(
    edges.toSorted((one, other) => one - other),
    edges,
  )
  assertBetween(edges[0]! / edges[2]!, 0.5, 0.85)
  assertBetween(edges[4]! / edges[2]!, 1.8, 3.5)
})

test('snapshots with full levels look like video with all this', () => {
  for (const image of [{ bright: 64 }, { bright: 200 }, { contrast: 64 }, { contrast: 200 }]) {
    const video = (mean(renderOnce(day, { image }).y) - 16) / 219
    const full = mean(renderOnce(day, { image }, { levels: 'full' }).y) / 255
    assertBetween(video - full, -0.012, 0.012)
  }
})

test('back light control lifts shadows, dynamic range control holds highlights besides', () => {
  const shades = (isp: Wish['isp']) => {
    const { y } = renderOnce(day, { isp: isp ?? {} })
    const within = (from: number, to: number) =>
      mean(y.filter((_, at) => from <= neutral.y[at]! && neutral.y[at]! < to))
    return { dark: within(16, 70), bright: within(180, 225) }
  }
  const off = shades({ blc: 255, drc: 255 })
  assert.deepEqual(off, shades({}), 'they count with their mode only')
  const blc = shades({ backLight: 'BackLightControl', blc: 128, drc: 255 })
  const more = shades({ backLight: 'BackLightControl', blc: 255 })
  assert.ok(blc.dark > off.dark + 12 && more.dark > blc.dark + 10)
  assertBetween(more.bright - off.bright, -1, 12)
  const drc = shades({ backLight: 'DynamicRangeControl', drc: 128, blc: 255 })
  assert.ok(drc.dark > off.dark + 6 && drc.bright < off.bright - 6)
})

test('gain and shutter count in their modes only, darken and brighten', () => {
  const low = { gain: { min: 1, max: 10 }, shutter: { min: 0, max: 20 } }
  const high = { gain: { min: 80, max: 100 }, shutter: { min: 100, max: 125 } }
  assert.equal(luma({ isp: low }), plain)
  assert.equal(luma({ isp: { exposure: 'Manual' } }), plain)
  const lowNoise = luma({ isp: { exposure: 'LowNoise' } })
  assertBetween(lowNoise - plain, -25, -5)
  assert.ok(luma({ isp: { exposure: 'LowNoise', gain: low.gain } }) < lowNoise - 30)
  assert.equal(luma({ isp: { exposure: 'LowNoise', shutter: low.shutter } }), lowNoise)
  const quick = luma({ isp: { exposure: 'Anti-Smearing' } })
  assert.ok(luma({ isp: { exposure: 'Anti-Smearing', shutter: low.shutter } }) < quick - 30)
  assert.equal(luma({ isp: { exposure: 'Anti-Smearing', gain: low.gain } }), quick)
  const manual = (isp: Wish['isp']) => luma({ isp: { exposure: 'Manual', ...isp } })
  assert.ok(manual(low) < manual({ gain: low.gain }) && manual({ gain: low.gain }) < plain - 40)
  assert.ok(manual({ gain: high.gain }) > plain + 25 && manual({ shutter: high.shutter }) > plain + 20)
})

test('a high gain adds noise that changes with every picture, and noise reduction calms it', () => {
  const restlessness = (nr3d: boolean) => {
    const chain = new PictureChain({ width: 640, height: 360 })
    const rendition = renditionOf({ isp: { exposure: 'Manual', gain: { min: 80, max: 100 }, nr3d } })
    const pictures = Array.from({ length: 6 }, () => pixelsOf(chain.render(day, rendition)))
    chain.close()
    return distance(pictures[4]!, pictures[5]!)
  }
  const noisy = restlessness(false)
  assert.ok(noisy > 4, `${noisy}`)
  assert.ok(restlessness(true) < noisy * 0.75, `${restlessness(true)} of ${noisy}`)
})

/** A bar that moves by 40 pixels with each picture, on noise of ± `noise`. */
function movie(noise: number): (index: number) => Picture {
  const frame = createFrame({ width: 640, height: 360 })
  const { y, u, v } = planesOf(frame)
  u.fill(128)
  v.fill(128)
  let seed = 1
  const random = () => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return seed / 2147483648
  }
  return (index) => {
    for (let at = 0; at < y.length; at += 1) {
      const x = at % 640
      const isBar = x >= index * 40 && x < index * 40 + 40
      y[at] = (isBar ? 200 : 60) + Math.round((random() * 2 - 1) * noise)
    }
    return { frame, version: index, framing: 'fit', clean: false }
  }
}

test('nr3d calms the noise of a source and leaves no trace of what moves', () => {
  const play = (nr3d: boolean) => {
    const at = movie(6)
    const chain = new PictureChain({ width: 640, height: 360 })
    const pictures = Array.from({ length: 8 }, (_, index) =>
      pixelsOf(chain.render(at(index), renditionOf({ isp: { nr3d } }))),
    )
    chain.close()
    return pictures
  }
  const part = (picture: ReturnType<typeof play>[number], from: number, to: number) =>
    picture.y.filter((_, at) => at % 640 >= from && at % 640 < to)
  const deviation = (values: Uint8Array) => {
    const middle = mean(values)
    return Math.sqrt(values.reduce((sum, value) => sum + (value - middle) ** 2, 0) / values.length)
  }
  const [raw, calm] = [play(false).at(-1)!, play(true).at(-1)!]
  assert.ok(deviation(part(calm, 400, 640)) < deviation(part(raw, 400, 640)) * 0.75)
  // Where the bar was one picture ago, and where it is now.
  assertBetween(mean(part(calm, 240, 280)) - 60, -1.5, 1.5)
  assertBetween(mean(part(calm, 280, 320)) - 200, -1.5, 1.5)
})

test('a photograph of a noisy source is smoothed, and shows nothing of the one before', () => {
  const at = movie(3)
  const chain = new PictureChain({ width: 640, height: 360 }, 'full')
  chain.render(at(0), renditionOf({}))
  const second = at(1)
  const after = pixelsOf(chain.render(second, renditionOf({})))
  chain.close()
  const alone = renderOnce(second, {}, { levels: 'full' })
  assert.ok(Buffer.from(after.y).equals(alone.y))
  const raw = renderOnce(second, { isp: { nr3d: false } }, { levels: 'full' })
  assert.ok(roughness(alone) < roughness(raw) * 0.7, `${roughness(alone)} of ${roughness(raw)}`)
})

test('a long shutter smears what moves', () => {
  const at = movie(0)
  const smear = (isp: Wish['isp']) => {
    const chain = new PictureChain({ width: 640, height: 360 })
    const rendition = renditionOf({ isp: { nr3d: false, ...isp } })
    const pictures = Array.from({ length: 6 }, (_, index) => pixelsOf(chain.render(at(index), rendition)))
    chain.close()
    const { y } = pictures.at(-1)!
    // The place of the bar one picture ago, against what is dark.
    return y[180 * 640 + 4 * 40 + 20]! - y[180 * 640 + 600]!
  }
  const shutter = { min: 110, max: 125 }
  assertBetween(smear({ shutter }), -2, 2)
  assert.ok(smear({ exposure: 'Manual', shutter }) > 30)
  assert.ok(smear({ exposure: 'Anti-Smearing', shutter }) > 30)
  assertBetween(smear({ exposure: 'Anti-Smearing', shutter: { min: 0, max: 20 } }), -2, 2)
})

test('manual white balance makes the picture redder and bluer, black stays black', () => {
  assert.deepEqual(renderOnce(day, { isp: { redGain: 255, blueGain: 0 } }), neutral)
  const red = renderOnce(day, { isp: { whiteBalance: 'Manual', redGain: 192 } })
  const blue = renderOnce(day, { isp: { whiteBalance: 'Manual', blueGain: 192 } })
  const lessRed = renderOnce(day, { isp: { whiteBalance: 'Manual', redGain: 64 } })
  assertBetween(mean(red.v) - mean(neutral.v), 10, 40)
  assertBetween(mean(lessRed.v) - mean(neutral.v), -40, -10)
  assertBetween(mean(blue.u) - mean(neutral.u), 10, 40)
  const black = createFrame({ width: 640, height: 360 })
  for (const [plane, value] of [
    ['y', 16],
    ['u', 128],
    ['v', 128],
  ] as const)
    planesOf(black)[plane].fill(value)
  const tinted = renderOnce(
    { frame: black, version: 1, framing: 'fit', clean: true },
    {
      isp: { whiteBalance: 'Manual', redGain: 255 },
    },
  )
  assertBetween(mean(tinted.v), 127, 129)
})

test('day and night: black and white by hand and by itself', () => {
  const isGrey = (wish: Wish) => [...new Set(renderOnce(night, wish).v)].join() === '128'
  assert.ok(isGrey({ isp: { dayNight: 'Black&White' } }))
  assert.ok(isGrey({ isp: { dayNight: 'Auto' }, isNight: true }))
  assert.ok(isGrey({ isp: { dayNight: 'Auto' }, lamp: 'On' }))
  assert.ok(!isGrey({ isp: { dayNight: 'Auto' } }))
  assert.ok(!isGrey({ isp: { dayNight: 'Color' }, isNight: true, lamp: 'On' }))
})

test('the lamp brightens the dark by far, daylight a little', () => {
  const dark = luma({ isNight: true }, night)
  for (const lamp of ['On', 'Auto'] as const)
    assert.ok(luma({ isNight: true, lamp, isp: { dayNight: 'Auto' } }, night) > dark * 1.5)
  assert.equal(luma({ isNight: true, lamp: 'Auto' }, night), dark, 'not while colour is wanted')
  assertBetween(luma({ lamp: 'On' }) / plain, 1.05, 1.25)
})

test('the white lamp lights up the night in colour, the more the brighter it is', () => {
  const wish = (brightness: number): Wish => ({
    ...{ isNight: true, lamp: 'Auto', isp: { dayNight: 'Auto' } },
    whiteLamp: { light: 'night', brightness },
  })
  const colour = ({ u, v }: Measured) =>
    [u, v].reduce((sum, plane) => sum + mean(plane.map((value) => Math.abs(value - 128))), 0)
  const dark = renderOnce(night, { isNight: true })
  const [half, full] = [0.5, 1].map((brightness) => renderOnce(night, wish(brightness)))
  assert.ok(mean(half!.y) > mean(dark.y) * 1.3 && mean(full!.y) > mean(half!.y) * 1.15)
  assert.ok(colour(full!) > colour(half!) && colour(half!) > colour(dark))
  const infrared = renderOnce(night, { isNight: true, lamp: 'Auto', isp: { dayNight: 'Auto' } })
  assert.deepEqual(renderOnce(night, wish(0)), infrared, 'a lamp of no brightness is off')
  assert.equal(colour(infrared), 0)
})

test('the white lamp of the night is off by day, and black and white by hand stays so', () => {
  const whiteLamp = { light: 'night', brightness: 1 } as const
  assert.deepEqual(renderOnce(day, { whiteLamp }), neutral)
  const grey = renderOnce(night, { whiteLamp, isNight: true, isp: { dayNight: 'Black&White' } })
  assert.deepEqual([...new Set(grey.v)], [128])
})

test('Outdoor is darker, most of all the sky', () => {
  const { y } = renderOnce(day, { isp: { antiFlicker: 'Outdoor' } })
  const loss = (from: number, to: number) => neutral.y[from * 640 + to]! - y[from * 640 + to]!
  assertBetween(mean(y) / plain, 0.7, 0.9)
  assert.ok(loss(30, 20) > loss(250, 20))
})

test('mirrored and turned', () => {
  const { width, height, y } = neutral
  for (const [isp, from] of [
    [{ mirror: true }, (x: number, row: number) => row * width + width - 1 - x],
    [{ rotate: true }, (x: number, row: number) => (height - 1 - row) * width + width - 1 - x],
    [{ mirror: true, rotate: true }, (x: number, row: number) => (height - 1 - row) * width + x],
  ] as const) {
    const turned = renderOnce(day, { isp }).y
    assert.ok(turned.every((value, at) => value === y[from(at % width, Math.floor(at / width))]))
  }
})

test('neutral settings change nothing and are not drawn again', () => {
  const chain = new PictureChain({ width: 640, height: 360 })
  const rendition = renditionOf({})
  const first = pixelsOf(chain.render(day, rendition))
  // The frame is repainted without a new version: nobody looks.
  const { y } = planesOf(day.frame)
  const before = y[0]!
  y[0] = 255 - before
  assert.deepEqual(pixelsOf(chain.render(day, rendition)), first)
  y[0] = before
  chain.close()
})

test('what a mask covers in main is seen in no output of any shape, wherever the head looks', () => {
  const mask = { x: 0.3, y: 0.2, width: 0.25, height: 0.4 }
  const frame = createFrame({ width: 2560, height: 1440 })
  const { y, u, v } = planesOf(frame)
  u.fill(128)
  v.fill(128)
  let visible = 0
  for (const window of [WHOLE, { x: 0.1, y: 0.4, width: 0.5, height: 0.5 }]) {
    const { x, y: top, width, height } = within(window, mask)
    y.fill(16)
    // Filters blend neighbours at the edge.
    const inset = 6
    for (let row = top * 1440 + inset; row < (top + height) * 1440 - inset; row += 1) {
      const start = Math.floor(row) * 2560
      y.fill(235, start + Math.ceil(x * 2560) + inset, start + Math.floor((x + width) * 2560) - inset)
    }
    for (const size of [
      { width: 1280, height: 720 },
      { width: 640, height: 480 },
      { width: 360, height: 640 },
      { width: 800, height: 200 },
    ]) {
      for (const crop of [WHOLE, { x: 0.2, y: 0.1, width: 0.5, height: 0.6 }]) {
        const picture: Picture = { frame, version: 1, framing: 'fill', clean: true }
        const most = (masks: readonly ViewWindow[]) =>
          renderOnce(picture, { window, crop, masks }, { size }).y.reduce((one, other) =>
            Math.max(one, other),
          )
        const where = JSON.stringify([window, size, crop])
        if (most([]) > 200) visible += 1
        assert.ok(most([mask]) < 40, `${where}: ${most([mask])}`)
      }
    }
  }
  // The tall one does not reach so far.
  assert.equal(visible, 15)
})
