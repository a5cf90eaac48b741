import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../../base/errors.ts'
import type { Packet } from '../../packet.ts'
import { type Clip, makeClip } from '../../test-clip.ts'
import { AUDIO_TRACK, type Description, VIDEO_TRACK } from './format.ts'
import { durationOf, readRecording } from './reader.ts'
import { closing, RecordingWriter } from './writer.ts'

const skip = spawnSync('ffmpeg', ['-version']).status === 0 ? false : 'ffmpeg is not installed'
const folder = mkdtempSync(join(tmpdir(), 'vedette-mp4-'))
after(() => rmSync(folder, { recursive: true, force: true }))

const clip: Clip = skip
  ? (undefined as never)
  : makeClip({
      seconds: 4,
      width: 320,
      height: 180,
      frameRate: 15,
      rateKbps: 300,
      gopSeconds: 2,
      audio: true,
    })

const START_MS = Date.parse('2026-11-23T02:00:00.500Z')
const describe = (change: Partial<Description> = {}): Description => ({
  channel: 0,
  stream: 'main',
  startMs: START_MS,
  utcOffsetSeconds: 3600,
  runUpMs: 5200,
  format: clip.format,
  ...change,
})

interface Made {
  /** The file after its head and after each fragment. */
  readonly growing: readonly Buffer[]
  readonly closed: Buffer
}

/** A recording of the clip in fragments of a second. */
function record(packets: readonly Packet[] = clip.packets, description = describe()): Made {
  const first = packets.find(({ isKey }) => isKey)!.pts90k
  const writer = new RecordingWriter(description, first)
  let bytes = writer.head()
  const growing = [bytes]
  let flushedAt = first
  const append = (more: Buffer | undefined) => {
    if (more === undefined) return
    bytes = Buffer.concat([bytes, more])
    growing.push(bytes)
  }
  for (const packet of packets) {
    writer.add(packet)
    if (packet.track === 'video' && packet.pts90k - flushedAt >= 90_000) {
      append(writer.flush())
      flushedAt = packet.pts90k
    }
  }
  append(writer.flushAll(first + clip.length90k))
  assert.equal(writer.sizeBytes, bytes.length)
  const { tail, patch, patchOffset } = writer.close()
  const closed = Buffer.concat([bytes, tail])
  patch.copy(closed, patchOffset)
  return { growing, closed }
}

const reader = (bytes: Buffer) =>
  readRecording(bytes.length, async (offset, length) => bytes.subarray(offset, offset + length))

/** What ffprobe finds; anything FFmpeg complains of fails the test. */
function probe(bytes: Buffer) {
  const file = join(folder, 'probe.mp4')
  writeFileSync(file, bytes)
  const decoded = spawnSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'])
  assert.equal(decoded.stderr.toString(), '')
  const { stdout } = spawnSync('ffprobe', [
    ...['-v', 'error', '-count_packets', '-show_format', '-show_streams', '-of', 'json', file],
  ])
  const { format, streams } = JSON.parse(stdout.toString())
  return {
    tags: format.tags as Record<string, string>,
    seconds: Number(format.duration),
    packets: streams.map((stream: { nb_read_packets: string }) => Number(stream.nb_read_packets)),
    start: streams.map((stream: { start_time: string }) => Number(stream.start_time)),
    nbFrames: streams[0].nb_frames as string | undefined,
  }
}

const videoPackets = () => clip.packets.filter(({ track }) => track === 'video').length

test('a growing file plays after each fragment', { skip }, () => {
  const { growing } = record()
  assert.ok(growing.length >= 5)
  let before = 0
  for (const bytes of growing.slice(1)) {
    const [video] = probe(bytes).packets
    assert.ok(video > before)
    before = video
  }
  assert.equal(before, videoPackets())
})

test('a closed file is an ordinary one with every packet, its length and its date', { skip }, () => {
  const { closed } = record()
  const { packets, seconds, tags, nbFrames, start } = probe(closed)
  assert.equal(packets[0], videoPackets())
  assert.ok(packets[1] > 50)
  assert.equal(nbFrames, String(videoPackets()))
  assert.ok(Math.abs(seconds - 4) < 0.2, `${seconds} s`)
  assert.ok(Math.abs(start[0]) < 0.001 && Math.abs(start[1]) < 0.1)
  assert.match(tags.date ?? tags.creation_time ?? '', /^2026-11-23T0/)
})

test('between the tail and the patch of closing the file plays, too', { skip }, () => {
  const { growing, closed } = record()
  const last = growing.at(-1)!
  const torn = Buffer.concat([last, closed.subarray(last.length)])
  assert.equal(probe(torn).packets[0], videoPackets())
})

/** Bytes as text, whatever class holds them. */
const plain = (value: object): unknown =>
  JSON.parse(
    JSON.stringify(value, (_key, one) =>
      one?.type === 'Buffer' || one instanceof Uint8Array
        ? Buffer.from(one.data ?? one).toString('hex')
        : one,
    ),
  )

test('growing and closed, it reads back as what was recorded', { skip }, async () => {
  const { growing, closed } = record()
  for (const bytes of [growing.at(-1)!, closed]) {
    const recording = await reader(bytes)
    assert.deepEqual(plain(recording.description), plain(describe()))
    assert.equal(recording.isClosed, bytes === closed)
    assert.equal(recording.sizeBytes, bytes.length)
    assert.equal(durationOf(recording), clip.length90k)
    const read: Buffer[] = []
    for (const { track, offset, samples } of recording.runs) {
      let at = offset
      for (const { sizeBytes } of samples) {
        if (track === VIDEO_TRACK) read.push(bytes.subarray(at, at + sizeBytes))
        at += sizeBytes
      }
    }
    const sent = clip.packets.filter(({ track }) => track === 'video')
    assert.deepEqual(
      read.map((one) => one.toString('base64')),
      sent.map(({ data }) => Buffer.from(data).toString('base64')),
    )
  }
})

test('a file that is torn anywhere is read up to its last whole fragment', { skip }, async () => {
  const { growing } = record()
  const whole = growing.at(-1)!
  const head = growing[0]!.length
  for (let length = head; length < whole.length; length += 997) {
    const { sizeBytes, runs } = await reader(whole.subarray(0, length))
    const expected = growing.findLast((bytes) => bytes.length <= length)!.length
    assert.equal(sizeBytes, expected)
    assert.equal(runs.length > 0, expected > head)
  }
})

test('zeros in place of the last fragment are not taken for one', { skip }, async () => {
  const { growing } = record()
  const whole = Buffer.from(growing.at(-1)!)
  const before = growing.at(-2)!.length
  // The box headers have reached the disk, the data behind them has not.
  whole.fill(0, before + 400)
  assert.equal((await reader(whole)).sizeBytes, before)
})

test('a torn file can be closed from what was read', { skip }, async () => {
  const { growing } = record()
  const whole = growing.at(-1)!
  const { description, runs, sizeBytes } = await reader(whole.subarray(0, whole.length - 100))
  const { tail, patch, patchOffset } = closing(description, runs, sizeBytes)
  const mended = Buffer.concat([whole.subarray(0, sizeBytes), tail])
  patch.copy(mended, patchOffset)
  assert.ok(probe(mended).packets[0] > 40)
})

test('without sound there is no sound track', { skip }, async () => {
  const format = { ...clip.format, audio: undefined }
  const { closed } = record(
    clip.packets.filter(({ track }) => track === 'video'),
    describe({ format }),
  )
  assert.deepEqual(probe(closed).packets, [videoPackets()])
  assert.ok((await reader(closed)).runs.every(({ track }) => track === VIDEO_TRACK))
})

test('a sound track that stays empty does no harm', { skip }, async () => {
  const { closed } = record(clip.packets.filter(({ track }) => track === 'video'))
  assert.deepEqual(probe(closed).packets, [videoPackets()])
  assert.ok((await reader(closed)).runs.every(({ track }) => track !== AUDIO_TRACK))
})

test('whatever the bytes, reading ends with a recording or a ParseError', { skip }, async () => {
  const { growing, closed } = record()
  await fc.assert(
    fc.asyncProperty(
      fc.boolean(),
      fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 8 }),
      fc.nat(),
      async (isClosed, changes, cut) => {
        const bytes = Buffer.from(isClosed ? closed : growing.at(-1)!)
        for (const [at, value] of changes) bytes[at % bytes.length] = value
        const kept = bytes.subarray(0, cut % 3 === 0 ? cut % bytes.length : bytes.length)
        try {
          const { sizeBytes } = await reader(kept)
          assert.ok(sizeBytes <= Math.max(kept.length, 0) || isClosed)
        } catch (error) {
          assert.ok(error instanceof ParseError, String(error))
        }
      },
    ),
    { numRuns: 1500 },
  )
})

test('an hour of 30 pictures a second, none as long as the one before, is closed', { skip }, async () => {
  const second = (at: number) => ({
    ...({ track: VIDEO_TRACK, startTime: at * 90_000, offset: 2000 + at * 60_000 } as const),
    samples: Array.from({ length: 30 }, (_, index) => ({
      ...{ duration: 2990 + (index % 2) * 20, sizeBytes: 2000, isKey: index === 0 },
    })),
  })
  const runs = Array.from({ length: 3600 }, (_, at) => second(at))
  const sizeBytes = 2000 + 3600 * 60_000
  const { tail, patch, patchOffset } = closing(describe(), runs, sizeBytes)
  const head = Buffer.concat([new RecordingWriter(describe(), 0).head().subarray(0, patchOffset), patch])
  const recording = await readRecording(sizeBytes + tail.length, async (offset, length) =>
    offset < sizeBytes ? head.subarray(offset, offset + length) : tail.subarray(offset - sizeBytes),
  )
  assert.equal(durationOf(recording), 3600 * 90_000)
  assert.equal(recording.runs.length, 3600)
})
