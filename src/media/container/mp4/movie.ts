/**
 * The `moov` box in both of its forms: as the head of a file that is being written, whose samples follow in fragments,
 * and as the table of all samples of a file that is complete.
 *
 *   moov
 *   ├─ mvhd
 *   ├─ trak (video)   tkhd, mdia(mdhd, hdlr, minf(vmhd, dinf, stbl))
 *   ├─ trak (sound)   tkhd, [edts(elst)], mdia(mdhd, hdlr, minf(smhd, dinf, stbl))
 *   ├─ mvex(trex…)    only in the head of a file that is being written
 *   └─ udta(©day, Vdtt)
 *
 * ISO/IEC 14496-12:2022 §8, ISO/IEC 14496-14 §5.6 (esds), ISO/IEC 14496-15 §5.4.2 (avc1).
 */
import { writeAvcConfig } from '../../codec/avc-config.ts'
import type { AudioFormat, VideoFormat } from '../../packet.ts'
import { box, fourCc, fullBox, u8, u16, u32, u64 } from './box.ts'
import { AUDIO_TRACK, creationTime, type Description, VIDEO_TIMESCALE, VIDEO_TRACK } from './format.ts'

/** One track of a complete file. */
export interface TrackTable {
  /** Time of the first sample, in the track's timescale. */
  readonly startTime: number
  /** In the track's timescale. */
  readonly duration: number
  /** The boxes that lie in `stbl` behind `stsd` (§8.5.1). */
  readonly boxes: readonly Uint8Array[]
}

export interface MovieTables {
  readonly video: TrackTable
  readonly audio: TrackTable | undefined
  /** What samples may be besides the description's format: further sample descriptions, in the order of their indices. */
  readonly others?: { readonly video: readonly VideoFormat[]; readonly audio: readonly AudioFormat[] }
}

/** Major brand isom with what the boxes of fragments demand (§4.3; iso5 for default-base-is-moof). */
export function fileType(): Buffer {
  return box('ftyp', fourCc('isom'), u32(0x200), ...['isom', 'iso5', 'avc1', 'mp41'].map(fourCc))
}

/** Without tables it is the head of a file whose samples follow in fragments. */
export function movie(description: Description, tables?: MovieTables): Buffer {
  const { video, audio } = description.format
  const created = creationTime(description.startMs)
  const audioTrack = tables === undefined || tables.audio !== undefined ? audio : undefined
  const seconds = (table: TrackTable | undefined, timescale: number) =>
    table === undefined ? 0 : (table.startTime + table.duration) / timescale
  const duration = tables
    ? Math.max(
        seconds(tables.video, VIDEO_TIMESCALE),
        seconds(audioTrack && tables.audio, audio?.sampleRate ?? 1),
      )
    : 0
  return box(
    'moov',
    movieHeader(created, Math.round(duration * VIDEO_TIMESCALE)),
    videoTrack([video, ...(tables?.others?.video ?? [])], created, tables?.video),
    ...(audioTrack
      ? [soundTrack([audioTrack, ...(tables?.others?.audio ?? [])], created, tables?.audio)]
      : []),
    ...(tables ? [] : [box('mvex', [VIDEO_TRACK, ...(audio ? [AUDIO_TRACK] : [])].map(trackExtends))]),
    userData(description),
  )
}

/** mvhd (§8.2.2), version 1. */
function movieHeader(created: number, duration: number): Buffer {
  return fullBox(
    'mvhd',
    { version: 1 },
    u64(created, created), // creation_time, modification_time
    u32(VIDEO_TIMESCALE),
    u64(duration),
    u32(0x00010000), // rate 1.0
    u16(0x0100, 0), // volume 1.0, reserved
    u32(0, 0), // reserved
    UNITY_MATRIX,
    u32(0, 0, 0, 0, 0, 0), // pre_defined
    u32(3), // next_track_ID
  )
}

const UNITY_MATRIX = u32(0x00010000, 0, 0, 0, 0x00010000, 0, 0, 0, 0x40000000)

interface TrackHeader {
  readonly id: number
  readonly created: number
  /** In the movie's timescale. */
  readonly duration: number
  readonly volume: number
  readonly width: number
  readonly height: number
}

/** tkhd (§8.3.2), version 1, enabled and in the movie. */
function trackHeader({ id, created, duration, volume, width, height }: TrackHeader): Buffer {
  return fullBox(
    'tkhd',
    { version: 1, flags: 3 },
    u64(created, created),
    u32(id, 0), // track_ID, reserved
    u64(duration),
    u32(0, 0), // reserved
    u16(0, 0, volume, 0), // layer, alternate_group, volume, reserved
    UNITY_MATRIX,
    u32(width * 0x10000, height * 0x10000), // 16.16
  )
}

/** The first of the formats is that of its header. */
type Formats<T> = readonly [T, ...T[]]

function videoTrack(formats: Formats<VideoFormat>, created: number, table: TrackTable | undefined): Buffer {
  const [{ width, height }] = formats
  const duration = table?.duration ?? 0
  return box(
    'trak',
    trackHeader({ id: VIDEO_TRACK, created, duration, volume: 0, width, height }),
    media({
      created,
      timescale: VIDEO_TIMESCALE,
      duration,
      handler: 'vide',
      header: fullBox('vmhd', { flags: 1 }, u16(0, 0, 0, 0)), // graphicsmode, opcolor
      entries: formats.map(avc1),
      table,
    }),
  )
}

function soundTrack(formats: Formats<AudioFormat>, created: number, table: TrackTable | undefined): Buffer {
  const [{ sampleRate }] = formats
  const toMovie = (time: number) => Math.round((time * VIDEO_TIMESCALE) / sampleRate)
  const startTime = table?.startTime ?? 0
  const duration = table?.duration ?? 0
  return box(
    'trak',
    trackHeader({
      id: AUDIO_TRACK,
      created,
      duration: toMovie(startTime + duration),
      volume: 0x0100,
      width: 0,
      height: 0,
    }),
    // Sound begins a moment after the first picture.
    ...(startTime > 0 ? [delay(toMovie(startTime), toMovie(duration))] : []),
    media({
      created,
      timescale: sampleRate,
      duration,
      handler: 'soun',
      header: fullBox('smhd', {}, u16(0, 0)), // balance, reserved
      entries: formats.map(mp4a),
      table,
    }),
  )
}

/** edts with an empty edit before the track (§8.6.6); times of the movie, which are of eight bytes after 13 hours. */
function delay(emptyTime: number, duration: number): Buffer {
  const all = 0xffffffff // media_time -1, in both of its sizes
  const rate = 0x00010000
  return box(
    'edts',
    duration < 2 ** 32
      ? fullBox('elst', {}, u32(2, emptyTime, all, rate, duration, 0, rate))
      : fullBox(
          'elst',
          { version: 1 },
          ...[u32(2), u64(emptyTime), u32(all, all, rate)],
          ...[u64(duration, 0), u32(rate)],
        ),
  )
}

interface Media {
  readonly created: number
  readonly timescale: number
  readonly duration: number
  readonly handler: 'vide' | 'soun'
  readonly header: Buffer
  readonly entries: readonly Buffer[]
  readonly table: TrackTable | undefined
}

/** mdia (§8.4). */
function media({ created, timescale, duration, handler, header, entries, table }: Media): Buffer {
  const undetermined = 0x55c4 // "und" (§8.4.2.3)
  const empty = [
    fullBox('stts', {}, u32(0)),
    fullBox('stsc', {}, u32(0)),
    fullBox('stsz', {}, u32(0, 0)),
    fullBox('stco', {}, u32(0)),
  ]
  return box(
    'mdia',
    fullBox(
      'mdhd',
      { version: 1 },
      u64(created, created),
      u32(timescale),
      u64(duration),
      u16(undetermined, 0),
    ),
    fullBox('hdlr', {}, u32(0), fourCc(handler), u32(0, 0, 0), Buffer.from('Vedette\0')),
    box(
      'minf',
      header,
      // The samples are in this very file (§8.7.2).
      box('dinf', fullBox('dref', {}, u32(1), fullBox('url ', { flags: 1 }))),
      box('stbl', fullBox('stsd', {}, u32(entries.length), entries), table?.boxes ?? empty),
    ),
  )
}

/** VisualSampleEntry (§12.1.3) with its AVCDecoderConfigurationRecord. */
function avc1(video: VideoFormat): Buffer {
  return box(
    'avc1',
    u32(0),
    u16(0, 1), // reserved, data_reference_index
    u32(0, 0, 0, 0), // pre_defined, reserved
    u16(video.width, video.height),
    u32(0x00480000, 0x00480000), // 72 dpi
    u32(0),
    u16(1), // frame_count
    Buffer.alloc(32), // compressorname
    u16(0x0018, 0xffff), // depth, pre_defined
    box('avcC', writeAvcConfig(video)),
  )
}

/** AudioSampleEntry (§12.2.3) with an elementary stream descriptor (ISO/IEC 14496-1 §7.2.6). */
function mp4a({ sampleRate, channels, rateKbps, config }: AudioFormat): Buffer {
  const descriptor = (tag: number, ...content: Uint8Array[]) => {
    const body = Buffer.concat(content)
    return Buffer.concat([u8(tag, body.length), body])
  }
  const bitRate = rateKbps * 1000
  const decoderConfig = descriptor(
    4,
    u8(0x40, 0x15, 0, 0, 0), // AAC, audio stream, bufferSizeDB
    u32(bitRate, bitRate), // maxBitrate, avgBitrate
    descriptor(5, config),
  )
  return box(
    'mp4a',
    u32(0),
    u16(0, 1), // reserved, data_reference_index
    u32(0, 0),
    u16(channels, 16, 0, 0), // channelcount, samplesize, pre_defined, reserved
    u32(sampleRate * 0x10000), // 16.16
    fullBox('esds', {}, descriptor(3, u16(AUDIO_TRACK), u8(0), decoderConfig, descriptor(6, u8(2)))),
  )
}

/** trex (§8.8.3): every fragment says everything itself. */
function trackExtends(id: number): Buffer {
  return fullBox('trex', {}, u32(id, 1, 0, 0, 0))
}

/**
 * The local date that players show (QuickTime's `©day`, ISO 8601 with offset), and what `read.ts` makes an index
 * row from (`Vdtt`, JSON).
 */
function userData({ channel, stream, startMs, utcOffsetSeconds, runUpMs, format }: Description): Buffer {
  const { frameRate, rateKbps } = format.video
  const known = { channel, stream, startMs, utcOffsetSeconds, runUpMs, frameRate, rateKbps }
  const day = Buffer.from(localDate(startMs, utcOffsetSeconds))
  return box(
    'udta',
    box('\u00a9day', u16(day.length, 0x55c4), day),
    box('Vdtt', Buffer.from(JSON.stringify(known))),
  )
}

/** `2026-11-23T03:00:00+01:00` */
function localDate(wallMs: number, utcOffsetSeconds: number): string {
  const local = new Date(wallMs + utcOffsetSeconds * 1000).toISOString().slice(0, 19)
  const minutes = Math.abs(Math.round(utcOffsetSeconds / 60))
  const two = (value: number) => String(value).padStart(2, '0')
  return `${local}${utcOffsetSeconds < 0 ? '-' : '+'}${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`
}
