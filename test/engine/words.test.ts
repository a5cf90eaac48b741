/** The words in the picture, as the real engine draws them, judged on decoded pixels. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { systemClock } from '../../src/base/clock.ts'
import { OSD_POSITIONS, type OsdPosition, type OsdSettings } from '../../src/engine/protocol.ts'
import { decodeVideo, TestChannel } from '../../src/engine/test-channel.ts'
import { STREAM_NAMES, type StreamName } from '../../src/media/packet.ts'

const OFF: OsdSettings = {
  name: { enabled: false, text: 'Camera1', position: 'Lower Right' },
  time: { enabled: false, position: 'Top Center' },
  background: false,
  watermark: false,
}

const channel = new TestChannel({
  source: 'scene:street?every=0&light=night',
  active: { main: true, sub: true, ext: true },
})
before(async () => {
  channel.start()
  await channel.until(() => STREAM_NAMES.every((name) => channel.video(name).length > 0))
})
after(() => channel.stop())

/** Six fields of the picture, one for each position. */
const COLUMNS = 3
const ROWS = 2
/** Letters stand in the outer twelfth of the height. */
const EDGE = 12

type Fields = Readonly<Record<OsdPosition, number>>

/** Share of white pixels in the field of each position; `levels` are the luma of one picture. */
function whiteIn(luma: Buffer, width: number, height: number): Fields {
  const band = Math.floor(height / EDGE)
  const shares = OSD_POSITIONS.map((_position, index) => {
    const column = index % COLUMNS
    const top = Math.floor(index / COLUMNS) < ROWS - 1 ? 0 : height - band
    const field = Math.floor(width / COLUMNS)
    let white = 0
    for (let y = top; y < top + band; y += 1) {
      const begin = y * width + column * field
      white += luma.subarray(begin, begin + field).filter((value) => value > 190).length
    }
    return white / (band * field)
  })
  return Object.fromEntries(OSD_POSITIONS.map((position, index) => [position, shares[index]!])) as Fields
}

async function photo(stream: StreamName = 'main'): Promise<Buffer> {
  const jpeg = Buffer.from(await channel.snapshot({ stream }))
  const args = ['-v', 'error', '-f', 'mjpeg', '-i', '-', '-pix_fmt', 'gray', '-f', 'rawvideo', '-']
  const { stdout, status } = spawnSync('ffmpeg', args, { input: jpeg, maxBuffer: 2 ** 26 })
  assert.equal(status, 0)
  return stdout
}

function lastKey(stream: StreamName): number {
  return channel.video(stream).findLastIndex(({ isKey }) => isKey)
}

/** The last picture of a stream. */
function lastPicture(stream: StreamName): Buffer {
  const { width, height } = channel.format(stream).video
  const pictures = decodeVideo(channel.stream(stream, lastKey(stream)), 'format=gray')
  return pictures.subarray(-width * height)
}

/** Waits for pictures of later than now: those before may still be on their way from the engine. */
async function newPictures(): Promise<void> {
  const now = systemClock.wallMs()
  await channel.until(() => STREAM_NAMES.every((name) => channel.video(name).at(-1)!.wallMs > now + 50))
}

function brightest(fields: Fields): readonly OsdPosition[] {
  return OSD_POSITIONS.filter((position) => fields[position] > 0.004)
}

test('name and time stand at each of the six positions, in each stream and in snapshots', async () => {
  channel.change({ osd: OFF })
  await newPictures()
  for (const stream of STREAM_NAMES) {
    const { width, height } = channel.format(stream).video
    assert.deepEqual(brightest(whiteIn(lastPicture(stream), width, height)), [], stream)
  }
  for (const [index, position] of OSD_POSITIONS.entries()) {
    const opposite = OSD_POSITIONS[OSD_POSITIONS.length - 1 - index]!
    channel.change({
      osd: {
        ...OFF,
        name: { enabled: true, text: 'Vedette', position },
        time: { enabled: true, position: opposite },
      },
    })
    await newPictures()
    const expected = OSD_POSITIONS.filter((one) => one === position || one === opposite)
    for (const stream of STREAM_NAMES) {
      const { width, height } = channel.format(stream).video
      assert.deepEqual(
        brightest(whiteIn(lastPicture(stream), width, height)),
        expected,
        `${stream} ${position}`,
      )
      assert.deepEqual(
        brightest(whiteIn(await photo(stream), width, height)),
        expected,
        `${stream} ${position}`,
      )
    }
  }
})

function show(text: string, more: Partial<OsdSettings> = {}): void {
  channel.change({ osd: { ...OFF, name: { enabled: true, text, position: 'Upper Left' }, ...more } })
}

/** Shows a name and gives the strip of the picture where it stands. */
async function strip(text: string, more: Partial<OsdSettings> = {}): Promise<Buffer> {
  show(text, more)
  return (await photo()).subarray(0, 60 * 1280)
}

const difference = (a: Buffer, b: Buffer) =>
  a.filter((value, index) => Math.abs(value - b[index]!) > 60).length

test('letters of every script have a face of their own, not the sign for a missing one', async () => {
  const missing = await strip('\u{10fffd}')
  const empty = await strip('')
  const seen: Buffer[] = [missing]
  for (const letter of [
    'A',
    'ß',
    'Ж',
    'Ω',
    '前',
    '龍',
    '門',
    'あ',
    'カ',
    '한',
    '글',
    'ש',
    'ع',
    'ก',
    'द',
    '😀',
    '🚗',
  ]) {
    const picture = await strip(letter)
    assert.ok(difference(picture, empty) > 30, `${letter} is drawn`)
    for (const other of seen) assert.ok(difference(picture, other) > 20, `${letter} has its own face`)
    seen.push(picture)
  }
})

test('a box darkens the ground behind the words, and a mark is shown on request', async () => {
  const plain = await strip('W W')
  const boxed = await strip('W W', { background: true })
  const mean = (part: Buffer) => part.reduce((sum, value) => sum + value, 0) / part.length
  // Between the letters and above them.
  const ground = (picture: Buffer) =>
    mean(Buffer.concat([14, 15, 16].map((y) => picture.subarray(y * 1280 + 20, y * 1280 + 90))))
  assert.ok(ground(boxed) < ground(plain) * 0.8, `${ground(plain)} → ${ground(boxed)}`)
  channel.change({ osd: OFF })
  const without = whiteIn(await photo(), 1280, 720)
  channel.change({ osd: { ...OFF, watermark: true } })
  const marked = whiteIn(await photo(), 1280, 720)
  assert.ok(without['Lower Left'] < 0.001 && marked['Lower Left'] > 0.001, JSON.stringify(marked))
})

test('a new name is in the stream at once, and the pictures go on', async () => {
  channel.change({ osd: OFF })
  await newPictures()
  const from = lastKey('main')
  const begin = systemClock.wallMs()
  channel.change({ osd: { ...OFF, name: { enabled: true, text: '前门摄像头', position: 'Upper Left' } } })
  await newPictures()
  const pictures = channel.video('main').slice(from)
  const luma = decodeVideo(channel.stream('main', from), 'format=gray')
  const size = 1280 * 720
  const shown = pictures.findIndex((_picture, index) => {
    return whiteIn(luma.subarray(index * size, (index + 1) * size), 1280, 720)['Upper Left'] > 0.004
  })
  assert.ok(shown >= 0 && pictures[shown]!.wallMs - begin < 1000, `${pictures[shown]!.wallMs - begin} ms`)
  const steps = pictures.slice(1).map(({ pts90k }, index) => pts90k - pictures[index]!.pts90k)
  // A font that is needed for the first time is read from the disk: on a busy machine that takes some pictures.
  assert.ok(Math.max(...steps) <= 10 * 6000, JSON.stringify(steps))
})

test('no name ends the engine or the words of the next one', async () => {
  const pid = channel.enginePid
  const name = fc.string({ unit: 'grapheme', maxLength: 31 })
  const hostile = fc.string({ unit: fc.constantFrom(..."%{}\\':;,[]=\n\u0000\ud800 ا한前😀"), maxLength: 31 })
  await fc.assert(
    fc.asyncProperty(fc.oneof(name, fc.string({ unit: 'binary', maxLength: 31 }), hostile), async (text) => {
      show(text, { background: text.length % 2 === 0, watermark: true })
      await channel.snapshot({ stream: 'main' })
    }),
    { numRuns: 60 },
  )
  assert.equal(channel.enginePid, pid)
  assert.ok(difference(await strip('Camera1'), await strip('')) > 100)
})

test('200 new names cost no memory', async () => {
  const names = ['Camera', '前门', 'Κάμερα', '한국어', 'カメラ', '🚗 Hof']
  const rename = async (count: number) => {
    for (let index = 0; index < count; index += 1) {
      show(`${names[index % names.length]} ${index}`)
      await channel.snapshot({ stream: 'main' })
    }
  }
  await rename(60)
  const sizes: number[] = []
  for (let round = 0; round < 4; round += 1) {
    await rename(50)
    sizes.push(rssMib(channel.enginePid!))
  }
  // The allocator keeps what it had, up to a level; a leak would go on.
  const grown = Math.min(...sizes.slice(2)) - Math.max(...sizes.slice(0, 2))
  assert.ok(grown < 15, `${sizes.map((size) => size.toFixed(0)).join(', ')} MiB`)
})

function rssMib(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))![1]) / 1024
}
