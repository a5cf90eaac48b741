/**
 * Recordings read back: a growing file up to its last whole fragment, a closed one by its tables. Only files of the
 * form that `writer.ts` describes are understood. ISO/IEC 14496-12:2022.
 */
import { ParseError } from '../../../base/errors.ts'
import type { StreamFormat } from '../../packet.ts'
import { type Box, readBoxes, readHeader } from './box.ts'
import {
  AUDIO_TRACK,
  type Description,
  KEY_FLAGS,
  type Sample,
  VIDEO_TIMESCALE,
  VIDEO_TRACK,
} from './format.ts'
import type { PlacedRun } from './tables.ts'

const SPEC = 'ISO/IEC 14496-12 §8'
/** The tables of a day of two tracks take less. */
const MAX_MOOV_BYTES = 64 * 1024 * 1024
/** A fragment is a second of pictures. */
const MAX_FRAGMENT_BYTES = 256 * 1024 * 1024

/** Bytes of a file from `offset` on; fewer only where it ends. */
export type ReadAt = (offset: number, length: number) => Promise<Buffer>

export interface Recording {
  readonly description: Description
  /** In the order in which they lie in the file. */
  readonly runs: readonly PlacedRun[]
  readonly isClosed: boolean
  /** Of a growing file: up to the end of the last whole fragment. */
  readonly sizeBytes: number
}

/** Duration of the pictures, 1/90000 s. */
export function durationOf({ runs }: Pick<Recording, 'runs'>): number {
  const last = runs.findLast(({ track }) => track === VIDEO_TRACK)
  return last === undefined
    ? 0
    : last.startTime + last.samples.reduce((sum, { duration }) => sum + duration, 0)
}

/**
 * Errors: ParseError for a file that is none of ours or has no whole head; those of `readAt`. A torn or damaged end of a
 * growing file is no error: what lies before it counts.
 */
export async function readRecording(fileBytes: number, readAt: ReadAt): Promise<Recording> {
  try {
    return await readWhole(fileBytes, readAt)
  } catch (error) {
    // A number lay outside of its box.
    if (error instanceof RangeError) throw new ParseError(SPEC, error.message)
    throw error
  }
}

async function readWhole(fileBytes: number, readAt: ReadAt): Promise<Recording> {
  const type = await headerAt(readAt, 0)
  if (type?.type !== 'ftyp') throw new ParseError(SPEC, 'not a recording', 0)
  const mark = await headerAt(readAt, type.size)
  if (mark === undefined) throw new ParseError(SPEC, 'the head is cut off', type.size)
  const isClosed = mark.type === 'mdat'
  const moovOffset = type.size + mark.size
  const moov = await readMoov(readAt, moovOffset)
  const { description, tables } = readMovie(moov.content)
  if (isClosed) return { description, runs: tables, isClosed, sizeBytes: moovOffset + moov.size }
  const { runs, end } = await readFragments(fileBytes, moovOffset + moov.size, readAt)
  return { description, runs, isClosed, sizeBytes: end }
}

async function headerAt(readAt: ReadAt, offset: number) {
  return readHeader(await readAt(offset, 16))
}

async function readMoov(readAt: ReadAt, offset: number): Promise<{ content: Buffer; size: number }> {
  const header = await headerAt(readAt, offset)
  if (header?.type !== 'moov' || header.size > MAX_MOOV_BYTES) throw new ParseError(SPEC, 'no moov', offset)
  const bytes = await readAt(offset, header.size)
  if (bytes.length < header.size) throw new ParseError(SPEC, 'the moov is cut off', offset)
  return { content: bytes.subarray(header.headerBytes), size: header.size }
}

/** Fragments from `start` on, as far as they are whole and make sense. */
async function readFragments(
  fileBytes: number,
  start: number,
  readAt: ReadAt,
): Promise<{ runs: PlacedRun[]; end: number }> {
  const runs: PlacedRun[] = []
  let end = start
  for (;;) {
    const found = await readFragment(fileBytes, end, readAt)
    if (found === undefined) return { runs, end }
    runs.push(...found.runs)
    end = found.end
  }
}

async function readFragment(
  fileBytes: number,
  offset: number,
  readAt: ReadAt,
): Promise<{ runs: PlacedRun[]; end: number } | undefined> {
  try {
    const head = await headerAt(readAt, offset)
    if (head?.type !== 'moof' || head.size > MAX_FRAGMENT_BYTES) return undefined
    const data = await headerAt(readAt, offset + head.size)
    if (data?.type !== 'mdat') return undefined
    const end = offset + head.size + data.size
    if (end > fileBytes) return undefined
    const moof = await readAt(offset, head.size)
    const runs = readMoof(moof.subarray(head.headerBytes), offset)
    const dataBytes = runs.reduce(
      (sum, { samples }) => samples.reduce((all, one) => all + one.sizeBytes, sum),
      0,
    )
    if (dataBytes !== data.size - data.headerBytes) return undefined
    const isWhole = await hasPictures(runs, readAt)
    return isWhole ? { runs, end } : undefined
  } catch (error) {
    if (error instanceof ParseError || error instanceof RangeError) return undefined
    throw error
  }
}

/** After a power cut the end of a file may have its length but not its data: NAL units then have length 0. */
async function hasPictures(runs: readonly PlacedRun[], readAt: ReadAt): Promise<boolean> {
  for (const { track, offset, samples } of runs) {
    if (track !== VIDEO_TRACK) continue
    let at = offset
    for (const { sizeBytes } of samples) {
      const first = await readAt(at, 4)
      const nalBytes = first.length < 4 ? 0 : first.readUInt32BE(0)
      if (nalBytes === 0 || nalBytes > sizeBytes - 4) return false
      at += sizeBytes
    }
  }
  return true
}

function readMoof(content: Buffer, moofOffset: number): PlacedRun[] {
  return readBoxes(content)
    .filter(({ type }) => type === 'traf')
    .map((traf) => {
      const boxes = readBoxes(traf.content)
      const track = trackOf(find(boxes, 'tfhd').content.readUInt32BE(4))
      const startTime = Number(find(boxes, 'tfdt').content.readBigUInt64BE(4))
      const trun = find(boxes, 'trun').content
      const count = trun.readUInt32BE(4)
      if (trun.length !== 12 + count * 12) throw new ParseError(SPEC, 'trun has another size')
      const offset = moofOffset + trun.readInt32BE(8)
      const samples = Array.from({ length: count }, (_, index) => {
        const at = 12 + index * 12
        return {
          duration: trun.readUInt32BE(at),
          sizeBytes: trun.readUInt32BE(at + 4),
          isKey: trun.readUInt32BE(at + 8) === KEY_FLAGS,
        }
      })
      return { track, startTime, samples, offset }
    })
}

function trackOf(id: number): PlacedRun['track'] {
  if (id !== VIDEO_TRACK && id !== AUDIO_TRACK) throw new ParseError(SPEC, `there is no track ${id}`)
  return id
}

function find(boxes: readonly Box[], type: string): Box {
  const found = boxes.find((one) => one.type === type)
  if (found === undefined) throw new ParseError(SPEC, `the box ${type} is missing`)
  return found
}

function path(content: Buffer, ...types: readonly string[]): Buffer {
  return types.reduce((bytes, type) => find(readBoxes(bytes), type).content, content)
}

function readMovie(content: Buffer): { description: Description; tables: PlacedRun[] } {
  const boxes = readBoxes(content)
  const traks = boxes.filter(({ type }) => type === 'trak').map((trak) => readTrack(trak.content))
  const [video, audio] = traks
  if (video === undefined) throw new ParseError(SPEC, 'there is no track')
  const known = readKnown(path(content, 'udta', 'Vdtt'))
  const format = readFormat(video.entry, audio?.entry, known)
  const tables = [video, ...(audio ? [audio] : [])].flatMap((track) => track.runs)
  tables.sort((one, other) => one.offset - other.offset)
  const { channel, stream, startMs, utcOffsetSeconds, runUpMs } = known
  return { description: { channel, stream, startMs, utcOffsetSeconds, runUpMs, format }, tables }
}

type Known = Omit<Description, 'format'> & { readonly frameRate: number; readonly rateKbps: number }

function readKnown(bytes: Buffer): Known {
  let known: Partial<Known>
  try {
    known = JSON.parse(bytes.toString())
  } catch (error) {
    throw new ParseError(SPEC, `Vdtt is not JSON: ${String(error)}`)
  }
  const numbers = ['channel', 'startMs', 'utcOffsetSeconds', 'runUpMs', 'frameRate', 'rateKbps'] as const
  const isWhole =
    numbers.every((name) => Number.isFinite(known[name])) &&
    (known.stream === 'main' || known.stream === 'sub')
  if (!isWhole) throw new ParseError(SPEC, 'Vdtt lacks a member')
  return known as Known
}

interface ReadTrack {
  /** The sample entry with its header. */
  readonly entry: Box
  readonly runs: readonly PlacedRun[]
}

function readTrack(trak: Buffer): ReadTrack {
  const id = trackOf(path(trak, 'tkhd').readUInt32BE(20))
  const table = readBoxes(path(trak, 'mdia', 'minf', 'stbl'))
  const [entry] = readBoxes(find(table, 'stsd').content.subarray(8))
  if (entry === undefined) throw new ParseError(SPEC, 'there is no sample entry')
  const timescale = path(trak, 'mdia', 'mdhd').readUInt32BE(20)
  return { entry, runs: readRuns(id, startTimeOf(trak, timescale), table) }
}

/** The empty edit before a track, in its timescale. */
function startTimeOf(trak: Buffer, timescale: number): number {
  const edts = readBoxes(trak).find(({ type }) => type === 'edts')
  if (edts === undefined) return 0
  return Math.round((path(edts.content, 'elst').readUInt32BE(8) * timescale) / VIDEO_TIMESCALE)
}

function readRuns(track: PlacedRun['track'], startTime: number, table: readonly Box[]): PlacedRun[] {
  const samples = readSamples(table)
  const offsets = readOffsets(table)
  const counts = readChunkCounts(find(table, 'stsc').content, offsets.length)
  let [at, time] = [0, startTime]
  return offsets.map((offset, index) => {
    const mine = samples.slice(at, at + counts[index]!)
    const run = { track, startTime: time, samples: mine, offset }
    at += mine.length
    time += mine.reduce((sum, { duration }) => sum + duration, 0)
    return run
  })
}

function readSamples(table: readonly Box[]): Sample[] {
  const sizes = find(table, 'stsz').content
  const count = sizes.readUInt32BE(8)
  if (sizes.length < 12 + count * 4) throw new ParseError(SPEC, 'stsz is cut off')
  const times = find(table, 'stts').content
  const durations: number[] = []
  for (let at = 8; at + 8 <= times.length && durations.length < count; at += 8) {
    const run = Math.min(times.readUInt32BE(at), count - durations.length)
    for (let index = 0; index < run; index += 1) durations.push(times.readUInt32BE(at + 4))
  }
  const stss = table.find(({ type }) => type === 'stss')?.content
  const keys =
    stss &&
    new Set(Array.from({ length: (stss.length - 8) / 4 }, (_, index) => stss.readUInt32BE(8 + index * 4)))
  return durations.map((duration, index) => ({
    duration,
    sizeBytes: sizes.readUInt32BE(12 + index * 4),
    isKey: keys?.has(index + 1) ?? true,
  }))
}

function readOffsets(table: readonly Box[]): number[] {
  const stco = table.find(({ type }) => type === 'stco')?.content
  if (stco)
    return Array.from({ length: (stco.length - 8) / 4 }, (_, index) => stco.readUInt32BE(8 + index * 4))
  const co64 = find(table, 'co64').content
  return Array.from({ length: (co64.length - 8) / 8 }, (_, index) =>
    Number(co64.readBigUInt64BE(8 + index * 8)),
  )
}

function readChunkCounts(stsc: Buffer, chunks: number): number[] {
  const counts: number[] = []
  for (let at = 8; at + 12 <= stsc.length; at += 12) {
    const next = at + 24 <= stsc.length ? stsc.readUInt32BE(at + 12) - 1 : chunks
    while (counts.length < Math.min(next, chunks)) counts.push(stsc.readUInt32BE(at + 4))
  }
  return counts
}

/** Where the boxes of a sample entry begin, behind its fixed members (§12.1.3, §12.2.3). */
const VISUAL_ENTRY_BYTES = 78
const AUDIO_ENTRY_BYTES = 28

function readFormat(video: Box, audio: Box | undefined, known: Known): StreamFormat {
  const avcC = find(readBoxes(video.content.subarray(VISUAL_ENTRY_BYTES)), 'avcC').content
  const spsBytes = avcC.readUInt16BE(6)
  const ppsBytes = avcC.readUInt16BE(9 + spsBytes)
  return {
    video: {
      codec: 'h264',
      width: video.content.readUInt16BE(24),
      height: video.content.readUInt16BE(26),
      frameRate: known.frameRate,
      rateKbps: known.rateKbps,
      sps: Uint8Array.from(avcC.subarray(8, 8 + spsBytes)),
      pps: Uint8Array.from(avcC.subarray(11 + spsBytes, 11 + spsBytes + ppsBytes)),
    },
    audio: audio && readAudio(audio.content),
  }
}

function readAudio(entry: Buffer): NonNullable<StreamFormat['audio']> {
  const esds = find(readBoxes(entry.subarray(AUDIO_ENTRY_BYTES)), 'esds').content
  // Our own descriptors have sizes of one byte: 4 (version) + 5 (ES) + 2 + 5 (decoder) + 8 (rates) + 2 (specific).
  const configBytes = esds[25] ?? 0
  return {
    codec: 'aac',
    sampleRate: entry.readUInt32BE(24) >>> 16,
    channels: entry.readUInt16BE(16),
    rateKbps: Math.round(esds.readUInt32BE(16) / 1000),
    config: Uint8Array.from(esds.subarray(26, 26 + configBytes)),
  }
}
