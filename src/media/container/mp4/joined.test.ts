/** Recordings joined to one file, judged by FFmpeg and by what went in. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import type { Packet } from '../../packet.ts'
import { type Clip, makeClip } from '../../test-clip.ts'
import { readBoxes } from './box.ts'
import { type Description, VIDEO_TRACK } from './format.ts'
import { JoinedMovie } from './joined.ts'
import { readRecording } from './reader.ts'
import { RecordingWriter } from './writer.ts'

const skip = spawnSync('ffmpeg', ['-version']).status === 0 ? false : 'ffmpeg is not installed'
const folder = mkdtempSync(join(tmpdir(), 'vedette-joined-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const START_MS = Date.UTC(2026, 10, 23, 12)
const common = { seconds: 4, frameRate: 15, rateKbps: 300, gopSeconds: 2 }
const made = new Map<string, Clip>()
function clipOf(width: number, height: number, audio: boolean): Clip {
  const key = `${width} ${height} ${audio}`
  const clip = made.get(key) ?? makeClip({ ...common, width, height, audio })
  made.set(key, clip)
  return clip
}

/** A recording of packets, that begins so long after the others; while it grows, a second is missing. */
async function record(
  clip: Clip,
  startS: number,
  packets: readonly Packet[] = clip.packets,
  isClosed = true,
) {
  const description: Description = {
    ...{ channel: 0, stream: 'main', startMs: START_MS + startS * 1000 },
    ...{ utcOffsetSeconds: 3600, runUpMs: 0, format: clip.format },
  }
  const first = packets.find(({ isKey }) => isKey)!.pts90k
  const writer = new RecordingWriter(description, first)
  const pieces = [writer.head()]
  let flushed = first
  for (const packet of packets) {
    if (packet.track === 'video' && packet.pts90k - flushed >= 90_000) {
      pieces.push(writer.flush() ?? Buffer.alloc(0))
      flushed = packet.pts90k
    }
    writer.add(packet)
  }
  if (isClosed) {
    pieces.push(writer.flushAll(first + clip.length90k) ?? Buffer.alloc(0))
    const { tail, patch, patchOffset } = writer.close()
    pieces.push(tail)
    const bytes = Buffer.concat(pieces)
    patch.copy(bytes, patchOffset)
    return bytes
  }
  return Buffer.concat(pieces)
}

const reader = (bytes: Buffer) =>
  readRecording(bytes.length, async (offset, length) => bytes.subarray(offset, offset + length))

async function joined(files: readonly Buffer[], fromS: number, toS: number): Promise<Buffer> {
  const movie = new JoinedMovie()
  for (const file of files) movie.add(await reader(file), START_MS + fromS * 1000, START_MS + toS * 1000)
  const { head, pieces, sizeBytes } = movie.finish()
  const data = pieces.map(({ source, offset, sizeBytes: size }) =>
    files[source]!.subarray(offset, offset + size),
  )
  const bytes = Buffer.concat([head, ...data])
  assert.equal(bytes.length, sizeBytes)
  assert.deepEqual(
    readBoxes(bytes).map(({ type }) => type),
    ['ftyp', 'moov', 'mdat'],
  )
  return bytes
}

/** Times of all packets in seconds, and the sizes of all pictures; what FFmpeg complains of fails the test. */
function probe(bytes: Buffer) {
  const file = join(folder, 'joined.mp4')
  writeFileSync(file, bytes)
  const decoded = spawnSync('ffmpeg', ['-v', 'warning', '-i', file, '-f', 'null', '-'])
  assert.equal(decoded.stderr.toString(), '')
  const show = (stream: string, entry: string) =>
    spawnSync('ffprobe', [
      '-v',
      'error',
      '-select_streams',
      stream,
      '-show_entries',
      entry,
      '-of',
      'csv=p=0',
      file,
    ])
      .stdout.toString()
      .split('\n')
      .map((line) => line.replace(/,+$/, ''))
      .filter((line) => line !== '')
  return {
    video: show('v', 'packet=pts_time').map(Number),
    audio: show('a', 'packet=pts_time').map(Number),
    sizes: [...new Set(show('v', 'frame=width,height'))],
  }
}

const gaps = (times: readonly number[]) => times.slice(1).map((time, index) => time - times[index]!)

test('files that follow each other are one, from the key picture before the beginning', {
  skip,
}, async () => {
  const clip = clipOf(320, 180, true)
  const files = [await record(clip, 0), await record(clip, 4), await record(clip, 8, clip.packets, false)]
  const whole = probe(await joined(files, 0, 100))
  assert.equal(whole.video.length, 60 + 60 + 44)
  const strange = gaps(whole.video).filter((gap) => Math.abs(gap - 1 / 15) >= 0.002)
  assert.deepEqual(strange, [])
  assert.ok(
    gaps(whole.audio).every((gap) => gap > 0.02 && gap < 0.13),
    `${gaps(whole.audio)}`,
  )
  const part = probe(await joined(files, 3.5, 6))
  assert.equal(part.video[0], 0)
  // From 2 s on.
  assert.equal(part.video.length, 60)
  assert.ok(Math.abs(part.audio.at(-1)! - 4) < 0.1, `${part.audio.at(-1)}`)
})

test('other pictures and sound that comes later are other sample descriptions', { skip }, async () => {
  const [first, second] = [clipOf(320, 180, false), clipOf(160, 90, true)]
  const files = [
    await record(first, 0),
    await record(second, 4),
    await record(first, 8),
    await record(second, 12),
  ]
  const { video, audio, sizes } = probe(await joined(files, 0, 100))
  assert.equal(video.length, 240)
  assert.deepEqual(sizes, ['320,180', '160,90'])
  assert.ok(audio[0]! >= 4 && audio[0]! < 4.2, `${audio[0]}`)
  assert.ok(Math.max(...gaps(audio)) > 3.9 && audio.at(-1)! > 15.8)
})

test('where nothing was recorded the picture before stays', { skip }, async () => {
  const clip = clipOf(320, 180, true)
  const { video } = probe(await joined([await record(clip, 0), await record(clip, 64)], 0, 100))
  assert.equal(video.length, 120)
  assert.ok(Math.abs(video[60]! - 64) < 0.01)
})

test('a night without recordings is as long as it was', { skip }, async () => {
  const clip = clipOf(320, 180, true)
  for (const hours of [8, 14, 24]) {
    const files = [await record(clip, 0), await record(clip, hours * 3600)]
    const { video, audio } = probe(await joined(files, 0, 90_000))
    assert.ok(Math.abs(video.at(-60)! - hours * 3600) < 0.01, `${video.at(-60)}`)
    assert.ok(Math.abs(audio.at(-1)! - hours * 3600 - 4) < 0.2, `${audio.at(-1)}`)
  }
})

test('what two recordings share is taken once, and another time begins with a key picture', {
  skip,
}, async () => {
  const clip = clipOf(320, 180, false)
  // Begun anew at 2 s with what the first one lost after 3 s.
  const torn = await record(clip, 0, clip.packets, false)
  const again = await record(
    clip,
    2,
    clip.packets.filter(({ pts90k }) => pts90k >= clip.packets[0]!.pts90k + 180_000),
  )
  const { video } = probe(await joined([torn, again], 0, 100))
  assert.ok(
    gaps(video).every((gap) => Math.abs(gap - 1 / 15) < 0.002),
    `${gaps(video)}`,
  )
  assert.equal(video.length, 60)
  // The clock was set back by 0.5 s: the first group of the second file lies half before the end of the first.
  const back = probe(await joined([await record(clip, 0), await record(clip, 3.47)], 0, 100))
  assert.equal(back.video.length, 90)
  assert.ok(Math.abs(back.video[60]! - 5.47) < 0.002, `${back.video[60]}`)
})

test('a day has room in its tables', { skip }, async () => {
  const recording = await reader(await record(clipOf(320, 180, true), 0))
  const movie = new JoinedMovie()
  const { description } = recording
  const files = 24 * 12
  for (let index = 0; index < files; index += 1) {
    const startMs = START_MS + index * 300_000
    const runs = Array.from({ length: 300 }, (_, second) => ({
      ...({ track: VIDEO_TRACK, startTime: second * 90_000, offset: second * 250_000 } as const),
      samples: Array.from({ length: 15 }, (__, at) => ({
        ...{ duration: 6000 + (at % 2), sizeBytes: 16_000, isKey: at === 0 },
      })),
    }))
    movie.add(
      { ...recording, description: { ...description, startMs }, runs },
      START_MS,
      START_MS + 86_400_000,
    )
  }
  const { sizeBytes, head } = movie.finish()
  assert.equal(sizeBytes - head.length, files * 300 * 15 * 16_000)
})
