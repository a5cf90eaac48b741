/** Settings of the picture, as viewers of the real program see them. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { commandLineOf, memoryMib, treeOf } from '../../bench/process-cost.ts'
import { missing } from '../tools.ts'
import { type Camera, run, startCamera, until } from './kit.ts'
import { type SeenPicture, Watcher } from './watcher.ts'

const skip = missing('ffmpeg')
let camera: Camera
/** Over HTTP-FLV, and over RTMP. */
let watcher: Watcher
let second: Watcher

before(async () => {
  camera = await startCamera({ args: ['--source', 'scene:street?every=0&light=day'] })
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

const isGrey = ({ u, v }: SeenPicture) => Math.abs(u - 128) < 1.5 && Math.abs(v - 128) < 1.5

async function set(name: string, section: object): Promise<void> {
  const answer = await camera.one({ cmd: `Set${name}`, param: { [name]: section } })
  assert.deepEqual(answer.value, { rspCode: 200 }, JSON.stringify(answer))
}

/** Waits until every viewer has seen it. */
async function see(what: string, passes: (picture: SeenPicture) => boolean): Promise<void> {
  await Promise.all([watcher.see(what, passes), second.see(`${what} over RTMP`, passes)])
}

const FACTORY_IMAGE = { bright: 128, contrast: 128, saturation: 128, hue: 128, sharpen: 128 }

test('a change of brightness is seen at once in 95 of 100 cases', { skip }, async () => {
  const delays: number[] = []
  await watcher.settle()
  for (let round = 0; round < 24; round += 1) {
    const isDark = round % 2 === 0
    const before = watcher.last!.y
    const start = performance.now()
    await set('Image', { bright: isDark ? 90 : 128 })
    const seen = await watcher.see('the change', ({ y }) => (isDark ? y < before - 15 : y > before + 15))
    delays.push(seen.atMs - start)
    await watcher.settle(3)
  }
  const p95 = delays.sort((one, other) => one - other)[Math.floor(delays.length * 0.95)]!
  assert.ok(p95 < 600, `${p95} ms`)
})

test('image settings show in the streams and are back afterwards', { skip }, async () => {
  const plain = await watcher.settle()
  for (const [image, changed] of [
    [{ bright: 192 }, ({ y }) => y > plain.y + 30],
    [
      { contrast: 255 },
      ({ luma }) =>
        luma.filter((value) => value > 225).length > plain.luma.filter((value) => value > 225).length * 1.5,
    ],
    [{ saturation: 0 }, isGrey],
    [{ hue: 255 }, ({ u, v }) => Math.abs(u - plain.u) + Math.abs(v - plain.v) > 3],
  ] as readonly [object, (picture: typeof plain) => boolean][]) {
    await set('Image', image)
    await see(JSON.stringify(image), changed)
    await set('Image', FACTORY_IMAGE)
    await see('the plain picture', ({ y, v }) => Math.abs(y - plain.y) < 2 && Math.abs(v - plain.v) < 1)
  }
})

test('the image processor shows in the streams', { skip }, async () => {
  const plain = await watcher.settle()
  const isDarker = ({ y }: typeof plain) => y < plain.y - 15
  for (const [isp, changed, factory] of [
    [{ dayNight: 'Black&White' }, isGrey, { dayNight: 'Auto' }],
    [
      { exposure: 'Manual', gain: { min: 1, max: 10 } },
      isDarker,
      { exposure: 'Auto', gain: { min: 1, max: 62 } },
    ],
    [
      { exposure: 'Anti-Smearing', shutter: { min: 0, max: 20 } },
      isDarker,
      { exposure: 'Auto', shutter: { min: 0, max: 125 } },
    ],
    [{ antiFlicker: 'Outdoor' }, isDarker, { antiFlicker: 'Off' }],
    [
      { backLight: 'BackLightControl', blc: 255 },
      ({ y }) => y > plain.y + 15,
      { backLight: 'Off', blc: 128 },
    ],
    [
      { whiteBalance: 'Manual', redGain: 255 },
      ({ v }) => v > plain.v + 15,
      { whiteBalance: 'Auto', redGain: 128 },
    ],
  ] as readonly [object, (picture: typeof plain) => boolean, object][]) {
    await set('Isp', isp)
    await see(JSON.stringify(isp), changed)
    await set('Isp', factory)
    await see('the plain picture', ({ y, v }) => Math.abs(y - plain.y) < 2 && Math.abs(v - plain.v) < 1)
  }
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

/** Luma of a whole picture. */
async function lumaOf(input: readonly string[], data?: Buffer): Promise<Buffer> {
  const args = [
    '-v',
    'error',
    '-analyzeduration',
    '300000',
    ...input,
    '-frames:v',
    '1',
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
    if (depth > tolerance) assert.ok(masked[at]! < black, `${x},${y} is ${masked[at]}`)
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
  assert.ok(masked.snapshot[600 * 1280 + 1100]! < 4, 'black is 0 in JPEG')
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

/** A setting that a client might send; always the same ones. */
function randomChange(random: (below: number) => number): readonly [string, object] {
  const pick = <T>(...list: readonly T[]): T => list[random(list.length)]!
  const level = () => random(256)
  const window = { x: random(600), y: random(300), width: 1 + random(600), height: 1 + random(400) }
  return pick<readonly [string, object]>(
    ['Image', { bright: level(), contrast: level() }],
    ['Image', { saturation: level(), hue: level(), sharpen: level() }],
    ['Isp', { exposure: pick('Auto', 'LowNoise', 'Anti-Smearing', 'Manual'), nr3d: random(2) }],
    [
      'Isp',
      {
        gain: { min: 1 + random(40), max: 41 + random(59) },
        shutter: { min: random(60), max: 60 + random(65) },
      },
    ],
    ['Isp', { mirroring: random(2), rotation: random(2), dayNight: pick('Auto', 'Color', 'Black&White') }],
    ['Isp', { whiteBalance: pick('Auto', 'Manual'), redGain: level(), blueGain: level() }],
    ['Isp', { antiFlicker: pick('Off', '50HZ', '60HZ', 'Outdoor'), blc: level(), drc: level() }],
    ['Isp', { backLight: pick('Off', 'BackLightControl', 'DynamicRangeControl') }],
    ['Enc', { mainStream: { frameRate: pick(15, 20), bitRate: pick(1024, 2048) } }],
    ['Osd', { osdTime: { enable: random(2), pos: pick('Upper Left', 'Lower Right') } }],
    ['IrLights', { state: pick('Auto', 'On', 'Off') }],
    ['Mask', { enable: random(2), area: [{ screen, block: window }] }],
    ['Crop', { cropWidth: 640, cropHeight: 240 + random(200), topLeftX: random(600), topLeftY: random(200) }],
  )
}

test('two hundred changes within a minute lose no viewer and no memory', { skip }, async () => {
  let seed = 7
  const random = (below: number) => {
    seed = (seed * 1103515245 + 12345) % 2147483648
    return Math.floor((seed / 2147483648) * below)
  }
  const engine = treeOf(camera.process.pid!).find((pid) => commandLineOf(pid).includes('engine/engine'))!
  const change = async (times: number) => {
    for (let count = 0; count < times; count += 1) {
      await set(...randomChange(random))
      await new Promise((resolve) => setTimeout(resolve, 70))
    }
  }
  await change(50)
  const [first, started] = [watcher.pictures.length, performance.now()]
  await change(100)
  // The allocator keeps what it had, up to a level; a leak would go on.
  const memory = memoryMib(engine).rss
  await change(100)
  assert.ok(performance.now() - started < 60_000)
  const grown = memoryMib(engine).rss - memory
  const times = watcher.pictures.slice(first).map(({ atMs }) => atMs)
  const longest = Math.max(...times.slice(1).map((time, index) => time - times[index]!))
  assert.ok(longest < 500, `${longest} ms without a picture`)
  assert.equal(watcher.complaints + second.complaints, '')
  assert.ok(grown < 60, `${grown} MiB`)
})
