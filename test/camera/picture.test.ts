/** Settings of the picture, as viewers of the real program see them. */
import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { commandLineOf, memoryMib, treeOf } from '../../bench/process-cost.ts'
import { missing } from '../tools.ts'
import { type Camera, run, startCamera, until } from './kit.ts'
import { randomChanges } from './random-change.ts'
import { SEEN, type SeenPicture, seenInJpeg, Watcher } from './watcher.ts'

const skip = missing('ffmpeg')
let camera: Camera
/** Over HTTP-FLV, and over RTMP. */
let watcher: Watcher
let second: Watcher

before(async () => {
  camera = await startCamera({ args: ['--segment', '5', '--source', 'scene:street?every=0&light=day'] })
  await set('Osd', { osdChannel: { enable: 0 }, osdTime: { enable: 0 } })
  if (skip) return
  watcher = new Watcher(camera.flvUrl('main'))
  second = new Watcher(camera.rtmpUrl('main'))
  await until('a first picture', () => watcher.last && second.last, 15_000)
})
after(async () => {
  watcher?.stop()
  second?.stop()
  await camera.stop()
})

async function set(name: string, section: object): Promise<void> {
  const answer = await camera.one({ cmd: `Set${name}`, param: { [name]: section } })
  assert.deepEqual(answer.value, { rspCode: 200 }, JSON.stringify(answer))
}

test('a change of brightness is seen at once in 95 of 100 cases', { skip }, async (context) => {
  const delays: number[] = []
  await watcher.settle()
  for (let round = 0; round < 20; round += 1) {
    const isDark = round % 2 === 0
    const before = watcher.last!.y
    const start = performance.now()
    await set('Image', { bright: isDark ? 90 : 128 })
    const seen = await watcher.see('the change', ({ y }) => (isDark ? y < before - 15 : y > before + 15))
    delays.push(seen.atMs - start)
    await watcher.settle(3)
  }
  const p95 = delays.sort((one, other) => one - other)[Math.floor(delays.length * 0.95)]!
  context.diagnostic(`median ${delays[delays.length >> 1]!.toFixed(0)} ms, p95 ${p95.toFixed(0)} ms`)
  assert.ok(p95 < 1500, `${p95} ms`)
})

type Measure = (picture: SeenPicture, plain: SeenPicture) => number
/** What is measured of a picture against the plain one, and between which values it lies. */
type Effect = readonly [
  section: string,
  change: object,
  ...(readonly [Measure, least: number, most: number])[],
]

const brighter = ({ y }: SeenPicture, plain: SeenPicture) => y - plain.y
const spreadOf = ({ luma, y }: SeenPicture) =>
  Math.sqrt(luma.reduce((sum, value) => sum + (value - y) ** 2, 0) / luma.length)
const spread = (picture: SeenPicture, plain: SeenPicture) => spreadOf(picture) / spreadOf(plain)
/** How much brighter the fifth of it became that was darkest or brightest. */
const partOf = (from: number, to: number) => (picture: SeenPicture, plain: SeenPicture) => {
  const order = [...plain.luma.keys()].sort((one, other) => plain.luma[one]! - plain.luma[other]!)
  const part = order.slice(order.length * from, order.length * to)
  return part.reduce((sum, at) => sum + picture.luma[at]! - plain.luma[at]!, 0) / part.length
}
const [dark, bright] = [partOf(0, 0.2), partOf(0.8, 1)]
const colour = (picture: SeenPicture, plain: SeenPicture) => picture.colour / plain.colour
const redder = ({ v }: SeenPicture, plain: SeenPicture) => v - plain.v
const bluer = ({ u }: SeenPicture, plain: SeenPicture) => u - plain.u
/** 1 where the colours are what they were, -1 where they are opposite, 0 a quarter of the circle away. */
const sameHue = ({ u, v }: SeenPicture, plain: SeenPicture) => {
  const [a, b, c, d] = [u - 128, v - 128, plain.u - 128, plain.v - 128]
  return (a * c + b * d) / Math.hypot(a, b) / Math.hypot(c, d)
}
const rougher = (picture: SeenPicture, plain: SeenPicture) => picture.roughness / plain.roughness
/** Mean difference from the plain picture with its places exchanged. */
const unlike = (horizontal: boolean, vertical: boolean) => (picture: SeenPicture, plain: SeenPicture) => {
  const { width, height } = SEEN
  const sum = picture.luma.reduce((sum, value, at) => {
    const [x, y] = [at % width, Math.floor(at / width)]
    const from = (vertical ? height - 1 - y : y) * width + (horizontal ? width - 1 - x : x)
    return sum + Math.abs(value - plain.luma[from]!)
  }, 0)
  return sum / picture.luma.length
}

const low = { gain: { min: 1, max: 10 }, shutter: { min: 0, max: 20 } }
const high = { gain: { min: 80, max: 100 }, shutter: { min: 100, max: 125 } }
const manual = { exposure: 'Manual' }

const isColourless = [colour, 0, 0.15] as const

/** As docs/design/picture.md has it, in levels of video; `bright` loses what is white already. */
const EFFECTS: readonly Effect[] = [
  ['Image', { bright: 192 }, [brighter, 45, 57]],
  ['Image', { bright: 64 }, [brighter, -57, -48]],
  ['Image', { contrast: 192 }, [spread, 1.4, 1.6]],
  ['Image', { contrast: 64 }, [spread, 0.6, 0.67]],
  ['Image', { saturation: 0 }, isColourless],
  ['Image', { saturation: 64 }, [colour, 0.45, 0.56]],
  ['Image', { saturation: 255 }, [colour, 1.85, 2.1]],
  ['Image', { hue: 0 }, [sameHue, -1, -0.9]],
  ['Image', { hue: 192 }, [sameHue, -0.25, 0.25]],
  ['Image', { sharpen: 255 }, [rougher, 1.5, 3.5]],
  ['Image', { sharpen: 0 }, [rougher, 0.4, 0.92]],
  ['Isp', { dayNight: 'Black&White' }, isColourless],
  ['Isp', { mirroring: 1 }, [unlike(true, false), 0, 1.5]],
  ['Isp', { rotation: 1 }, [unlike(true, true), 0, 1.5]],
  ['Isp', { mirroring: 1, rotation: 1 }, [unlike(false, true), 0, 1.5]],
  ['Isp', { antiFlicker: 'Outdoor' }, [brighter, -27, -17], [bright, -60, -30]],
  ['Isp', { backLight: 'BackLightControl', blc: 60 }, [dark, 10, 17]],
  ['Isp', { backLight: 'BackLightControl', blc: 255 }, [dark, 45, 70], [bright, 0, 15]],
  ['Isp', { backLight: 'DynamicRangeControl', drc: 255 }, [dark, 20, 35], [bright, -35, -15]],
  ['Isp', { exposure: 'LowNoise', shutter: low.shutter }, [brighter, -14, -9]],
  ['Isp', { exposure: 'LowNoise', gain: low.gain }, [brighter, -80, -65]],
  ['Isp', { exposure: 'Anti-Smearing', gain: low.gain }, [brighter, -14, -9]],
  ['Isp', { exposure: 'Anti-Smearing', shutter: low.shutter }, [brighter, -80, -65]],
  ['Isp', { ...manual, gain: low.gain }, [brighter, -70, -57]],
  ['Isp', { ...manual, gain: high.gain, nr3d: 0 }, [brighter, 40, 60], [rougher, 1.3, 4]],
  ['Isp', { ...manual, shutter: low.shutter }, [brighter, -72, -60]],
  ['Isp', { ...manual, shutter: high.shutter }, [brighter, 25, 40]],
  ['Isp', { whiteBalance: 'Manual', redGain: 192 }, [redder, 15, 27]],
  ['Isp', { whiteBalance: 'Manual', redGain: 64 }, [redder, -27, -15]],
  ['Isp', { whiteBalance: 'Manual', blueGain: 192 }, [bluer, 15, 27]],
  ['Isp', { whiteBalance: 'Manual', blueGain: 64 }, [bluer, -27, -15]],
  ['IrLights', { state: 'On' }, [brighter, 12, 23], isColourless],
]

/** What counts only where another field says so. */
const WITHOUT_EFFECT = { blc: 255, drc: 255, ...low, redGain: 255, blueGain: 0 }

test('each field of picture, image processor and lamp has its effect in FLV, RTMP and photographs', {
  skip,
}, async (context) => {
  const factory: Record<string, object> = {}
  for (const name of ['Image', 'Isp', 'IrLights']) {
    const { initial } = (await camera.one({ cmd: `Get${name}`, action: 1 })) as unknown as {
      initial: Record<string, object>
    }
    factory[name] = initial[name]!
  }
  const views: readonly (readonly [string, () => Promise<SeenPicture> | SeenPicture])[] = [
    ['FLV', () => watcher.last!],
    ['RTMP', () => second.last!],
    ['Snap', async () => await seenInJpeg(await camera.snap())],
  ]
  // The first group of pictures is coarse.
  await watcher.settle(30)
  const plain = await Promise.all(views.map(([, look]) => look()))
  const pass = async (change: string, ...expected: (readonly [Measure, number, number])[]) => {
    const limits = expected.map(([, least, most]) => `${least} to ${most}`).join(', ')
    const inView = async ([name, look]: (typeof views)[number], index: number) => {
      let values: readonly number[] = []
      await until(
        () => `${change} in ${name}: ${values.join(', ')} instead of ${limits}`,
        async () => {
          const picture = await look()
          values = expected.map(([measure]) => measure(picture, plain[index]!))
          return (
            expected.every(([, least, most], at) => values[at]! >= least && values[at]! <= most) || undefined
          )
        },
      )
    }
    await Promise.all(views.map(inView))
  }
  for (const [section, change, ...expected] of EFFECTS) {
    await set(section, change)
    await pass(`${section} ${JSON.stringify(change)}`, ...expected)
    await set(section, factory[section]!)
  }
  await pass('the factory settings', [unlike(false, false), 0, 1])
  await set('Isp', WITHOUT_EFFECT)
  await watcher.settle()
  await pass(
    JSON.stringify(WITHOUT_EFFECT),
    [unlike(false, false), 0, 1],
    [redder, -0.6, 0.6],
    [bluer, -0.6, 0.6],
  )
  await set('Isp', factory.Isp!)
  context.diagnostic(`${EFFECTS.length} changes in ${views.length} views`)
})

const SUB_KEY_INTERVAL_MS = 4000
const screen = { width: 1280, height: 720 }
const blocks = [
  { x: 110, y: 95, width: 36, height: 166 },
  { x: 251, y: 100, width: 154, height: 175 },
  { x: 631, y: 301, width: 83, height: 211 },
  { x: 1000, y: 560, width: 280, height: 160 },
]
const area = blocks.map((block) => ({ screen, block }))

/** The file of main that is being recorded. */
function newestRecording(): string {
  const files = readdirSync(join(camera.dataDir, 'recordings'), { recursive: true, encoding: 'utf8' })
  const main = files.filter((name) => name.endsWith('_M.mp4'))
  return join(camera.dataDir, 'recordings', main.sort().at(-1)!)
}

/** Luma of whole pictures, 0 to 255. */
async function lumaOf(
  input: readonly string[],
  data?: Buffer,
  pictures: 'first' | 'all' = 'first',
): Promise<Buffer> {
  const args = [
    '-v',
    'error',
    '-analyzeduration',
    '300000',
    ...input,
    ...(pictures === 'first' ? ['-frames:v', '1'] : []),
    '-pix_fmt',
    'gray',
    '-f',
    'rawvideo',
    '-',
  ]
  return (await run('ffmpeg', args, data)).stdout
}

/** Everything further inside than 2 pixels is black, everything further outside is what it was. */
function assertMasked(masked: Buffer, plain: Buffer, width: number): void {
  const scale = width / screen.width
  const tolerance = 2
  // At 160 kbit/s the edges of a key picture are coarse.
  const black = width < screen.width ? 60 : 30
  const height = (width * screen.height) / screen.width
  assert.equal(masked.length, width * height)
  const outside: number[] = []
  for (let at = 0; at < masked.length; at += 1) {
    const [x, y] = [at % width, Math.floor(at / width)]
    const depth = Math.max(
      ...blocks.map((block) => {
        const [left, top] = [block.x * scale, block.y * scale]
        const [right, bottom] = [left + block.width * scale, top + block.height * scale]
        return Math.min(x + 0.5 - left, right - x - 0.5, y + 0.5 - top, bottom - y - 0.5)
      }),
    )
    if (depth > 16) assert.ok(masked[at]! <= 2, `${x},${y} is ${masked[at]}`)
    else if (depth > tolerance) assert.ok(masked[at]! < black, `${x},${y} is ${masked[at]}`)
    else if (depth < -tolerance) outside.push(Math.abs(masked[at]! - plain[at]!))
  }
  const changed = outside.filter((difference) => difference > 40).length
  assert.ok(changed < outside.length * 0.01, `${changed} pixels outside of masks changed`)
}

test('masks are black to the pixel in main, sub, RTMP and snapshots, also for who was watching', {
  skip,
}, async () => {
  const still = async () => ({
    main: await lumaOf(['-i', camera.flvUrl('main')]),
    rtmp: await lumaOf(['-i', camera.rtmpUrl('main')]),
    sub: await lumaOf(['-i', camera.flvUrl('sub')]),
    snapshot: await lumaOf(['-f', 'mjpeg', '-i', '-'], await camera.snap()),
  })
  // A viewer begins with the last key picture: it shall be one with the settings of now.
  await new Promise((resolve) => setTimeout(resolve, SUB_KEY_INTERVAL_MS + 300))
  const plain = await still()
  await set('Mask', { enable: 1, area })
  // In the middle of the last block.
  await watcher.see('the mask', ({ luma }) => luma[32 * 64 + 57]! < 25)
  // A new viewer begins with a masked picture: it gets nothing from before.
  const masked = await still()
  assertMasked(masked.main, plain.main, 1280)
  assertMasked(masked.rtmp, plain.rtmp, 1280)
  assertMasked(masked.sub, plain.sub, 640)
  assertMasked(masked.snapshot, plain.snapshot, 1280)
  await until(
    'the mask in a recording',
    async () => {
      const last = (await lumaOf(['-i', newestRecording()], undefined, 'all')).subarray(-1280 * 720)
      if (last[600 * 1280 + 1100]! > 30) return undefined
      assertMasked(last, plain.main, 1280)
      return true
    },
    20_000,
  )
  await set('Mask', { enable: 0 })
  await watcher.see('the picture under it', ({ luma }) => luma[32 * 64 + 57]! > 40)
})

test('a mask that is not on its screen, a fifth one and none at all', async () => {
  const before = (await camera.one({ cmd: 'GetMask', param: { channel: 0 } })).value
  for (const bad of [
    [{ screen, block: { x: 1270, y: 0, width: 20, height: 20 } }],
    [{ screen, block: { x: 0, y: 700, width: 20, height: 21 } }],
    [{ screen, block: { x: 0, y: 0, width: 0, height: 20 } }],
    [{ screen: { width: 0, height: 0 }, block: blocks[0] }],
    [...area, area[0]],
  ]) {
    const { error } = await camera.one({ cmd: 'SetMask', param: { Mask: { area: bad } } })
    assert.equal(error?.rspCode, -4)
  }
  assert.deepEqual((await camera.one({ cmd: 'GetMask', param: { channel: 0 } })).value, before)
})

test('SetCrop shows a part in main and the whole in sub, and GetCrop tells it', { skip }, async () => {
  const whole = await lumaOf(
    ['-f', 'mjpeg', '-i', '-', '-vf', 'crop=640:360:320:180,scale=1280:720'],
    await camera.snap(),
  )
  const sub = await lumaOf(['-f', 'mjpeg', '-i', '-'], await camera.snap('&snapType=sub'))
  const crop = { cropWidth: 640, cropHeight: 360, topLeftX: 320, topLeftY: 180 }
  await set('Crop', crop)
  const { Crop } = (await camera.one({ cmd: 'GetCrop' })).value
  assert.deepEqual(
    { ...Crop, ...crop, mainWidth: 1280, mainHeight: 720, minWidth: 320, minHeight: 240 },
    Crop,
  )
  const difference = (one: Buffer, other: Buffer) =>
    one.reduce((sum, value, at) => sum + Math.abs(value - other[at]!), 0) / one.length
  const cropped = await lumaOf(['-f', 'mjpeg', '-i', '-'], await camera.snap())
  assert.ok(difference(cropped, whole) < 6, `${difference(cropped, whole)}`)
  assert.ok(difference(await lumaOf(['-f', 'mjpeg', '-i', '-'], await camera.snap('&snapType=sub')), sub) < 1)
  for (const bad of [{ cropWidth: 100 }, { topLeftX: 700 }, { topLeftY: 400 }]) {
    const { error } = await camera.one({ cmd: 'SetCrop', param: { Crop: bad } })
    assert.equal(error?.rspCode, -4)
  }
  // The window keeps its place when main becomes larger.
  await set('Enc', { mainStream: { size: '1080P', bitRate: 2048 } })
  const larger = (await camera.one({ cmd: 'GetCrop' })).value.Crop
  assert.deepEqual([larger.mainWidth, larger.cropWidth, larger.topLeftX], [1920, 960, 480])
  await set('Enc', { mainStream: { size: '720P', bitRate: 2048 } })
  await set('Crop', { cropWidth: 1280, cropHeight: 720, topLeftX: 0, topLeftY: 0 })
})

test('two hundred changes within a minute lose no viewer and no memory', { skip }, async (context) => {
  const changes = randomChanges(7)
  const engine = treeOf(camera.process.pid!).find((pid) => commandLineOf(pid).includes('engine/engine'))!
  const change = async (times: number) => {
    for (let count = 0; count < times; count += 1) {
      const change = changes.next().value
      const answer = await camera.one(change)
      assert.equal(answer.code, 0, JSON.stringify([change, answer]))
      await new Promise((resolve) => setTimeout(resolve, 40))
    }
  }
  /** With the largest picture, when every change has been made: the allocator keeps what it had. */
  const memory = async () => {
    await set('Enc', { mainStream: { size: '1080P', bitRate: 2048 } })
    await watcher.settle()
    return memoryMib(engine).rss
  }
  const [first, started] = [watcher.pictures.length, performance.now()]
  await change(200)
  assert.ok(performance.now() - started < 60_000)
  const before = await memory()
  await change(150)
  const grown = (await memory()) - before
  const times = watcher.pictures.slice(first).map(({ atMs }) => atMs)
  const longest = Math.max(...times.slice(1).map((time, index) => time - times[index]!))
  context.diagnostic(
    `longest without a picture ${longest.toFixed(0)} ms, memory grown by ${grown.toFixed(0)} MiB`,
  )
  assert.ok(longest < 2000, `${longest} ms without a picture`)
  assert.equal(watcher.complaints + second.complaints, '')
  assert.ok(grown < 100, `${grown} MiB`)
})
