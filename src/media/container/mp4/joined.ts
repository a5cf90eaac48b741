/**
 * Several recordings as one complete file, without touching what was coded: tables first, then the samples in the order
 * in which they lie in their files. All that is needed are their tables, so every byte of it has its place before
 * the first one is read.
 *
 *   ftyp  moov(tables)  mdat(runs of the first file, of the second …)
 *
 * A change of the format is another sample description (ISO/IEC 14496-12:2022 §8.5.2); where nothing was recorded, what came
 * before lasts longer.
 */
import type { AudioFormat, VideoFormat } from '../../packet.ts'
import { fourCc, LARGE_HEADER_BYTES, u32, u64 } from './box.ts'
import {
  AUDIO_TRACK,
  type Description,
  type Run,
  type Sample,
  VIDEO_TIMESCALE,
  VIDEO_TRACK,
} from './format.ts'
import { fileType, movie } from './movie.ts'
import type { Recording } from './reader.ts'
import { type PlacedRun, SampleTables } from './tables.ts'

/** Times that differ by less are the same: the beginnings of files are told in milliseconds. */
const SAME_90K = 180
/** A file that may become larger has offsets of eight bytes. */
const SMALL_BYTES = 2 ** 32 - 2 ** 28

/** Bytes of one of the recordings. */
export interface Piece {
  /** Which of the recordings that were added, from 0 on. */
  readonly source: number
  readonly offset: number
  readonly sizeBytes: number
}

export interface Joined {
  /** Everything before the samples. */
  readonly head: Buffer
  /** What follows it. */
  readonly pieces: readonly Piece[]
  readonly sizeBytes: number
}

/** What of a recording belongs in the file, and how. Times are those of the whole file. */
interface Share {
  readonly description: Description
  readonly base90k: number
  readonly from90k: number
  readonly to90k: number
  /** Numbers of its sample descriptions. */
  readonly entries: { readonly [T in Run['track']]: number }
}

export class JoinedMovie {
  #description: Description | undefined
  readonly #video = new SampleTables()
  readonly #audio = new SampleTables()
  readonly #videoFormats: VideoFormat[] = []
  readonly #audioFormats: AudioFormat[] = []
  readonly #pieces: { source: number; offset: number; sizeBytes: number }[] = []
  #dataBytes = 0
  #sources = 0
  /** The newest picture. */
  #newest = { time90k: 0, sizeBytes: 0 }

  get isEmpty(): boolean {
    return this.#description === undefined
  }

  /** Camera's clock at the end of the last picture, milliseconds since 1970. */
  get endMs(): number {
    return (this.#description?.startMs ?? 0) + this.#video.endTime / 90
  }

  /**
   * Takes what lies between two instants (camera's clock, milliseconds since 1970), from the last key picture before them
   * on. Recordings are added in the order of their times; what two of them share is taken once.
   */
  add(recording: Recording, fromMs: number, toMs: number): void {
    this.#sources += 1
    const { description, runs } = recording
    const video = runs.filter(({ track }) => track === VIDEO_TRACK)
    const first90k = keyBefore(video, (fromMs - description.startMs) * 90)
    if (first90k === undefined) return
    const firstMs = this.#description?.startMs ?? description.startMs + first90k / 90
    const base90k = Math.round((description.startMs - firstMs) * 90)
    const from90k = this.#description ? this.#goOn(video, base90k) : base90k + first90k
    const to90k = Math.round((toMs - firstMs) * 90)
    if (from90k === undefined || from90k >= to90k) return
    this.#description ??= { ...description, startMs: Math.round(firstMs), runUpMs: 0 }
    const { video: picture, audio: sound } = description.format
    const entries = {
      [VIDEO_TRACK]: numberOf(this.#videoFormats, picture),
      [AUDIO_TRACK]: sound ? numberOf(this.#audioFormats, sound) : 0,
    }
    for (const run of runs) this.#addRun(run, { description, base90k, from90k, to90k, entries })
  }

  /** After the last recording. Errors: Error if there is no picture. */
  finish(): Joined {
    if (this.#description === undefined) throw new Error('nothing was joined')
    const description = this.#description
    const isLarge = this.#dataBytes > SMALL_BYTES
    const head = (baseOffset: number) =>
      Buffer.concat([
        fileType(),
        movie(
          { ...description, format: { video: this.#videoFormats[0]!, audio: this.#audioFormats[0] } },
          {
            video: this.#video.track(baseOffset, isLarge),
            audio: this.#audio.isEmpty ? undefined : this.#audio.track(baseOffset, isLarge),
            others: { video: this.#videoFormats.slice(1), audio: this.#audioFormats.slice(1) },
          },
        ),
        ...[u32(1), fourCc('mdat'), u64(LARGE_HEADER_BYTES + this.#dataBytes)],
      ])
    // Offsets are as wide whatever they are.
    const sizeBytes = head(0).length
    return { head: head(sizeBytes), pieces: this.#pieces, sizeBytes: sizeBytes + this.#dataBytes }
  }

  /** From which time on a further recording is taken: what comes next, or where something can be shown again. */
  #goOn(video: readonly PlacedRun[], base90k: number): number | undefined {
    let isNext = true
    for (const { startTime, samples } of video) {
      let time = base90k + startTime
      for (const { duration, sizeBytes, isKey } of samples) {
        const laterBy = time - this.#newest.time90k
        if (laterBy > SAME_90K && (isNext || isKey)) return time
        // The very picture was the newest one: the recording began with what another one could not write.
        isNext = Math.abs(laterBy) <= SAME_90K && sizeBytes === this.#newest.sizeBytes
        time += duration
      }
    }
    return undefined
  }

  #addRun(run: PlacedRun, share: Share): void {
    const { track } = run
    const { samples, startTime, skippedBytes } = this.#chosen(run, share)
    if (samples.length === 0) return
    const sizeBytes = samples.reduce((sum, sample) => sum + sample.sizeBytes, 0)
    const offset = this.#place(run.offset + skippedBytes, sizeBytes)
    const table = track === VIDEO_TRACK ? this.#video : this.#audio
    table.add({ track, startTime, samples, offset }, share.entries[track])
    if (track === VIDEO_TRACK) {
      const last = samples.at(-1)!
      this.#newest = { time90k: table.endTime - last.duration, sizeBytes: last.sizeBytes }
    }
  }

  /** The samples of a run that belong in the file, with its times, and how many bytes lie before them. */
  #chosen(run: PlacedRun, { description, base90k, from90k, to90k }: Share) {
    const isVideo = run.track === VIDEO_TRACK
    const own = isVideo ? VIDEO_TIMESCALE : (description.format.audio?.sampleRate ?? 1)
    const timescale = isVideo ? VIDEO_TIMESCALE : this.#audioFormats[0]!.sampleRate
    const toFile = (time: number) => Math.round((base90k / VIDEO_TIMESCALE + time / own) * timescale)
    const samples: Sample[] = []
    let [time, startTime, skippedBytes] = [run.startTime, 0, 0]
    for (const sample of run.samples) {
      const at = toFile(time)
      const at90k = (at * VIDEO_TIMESCALE) / timescale
      if (at90k >= to90k) break
      time += sample.duration
      const duration = Math.max(1, toFile(time) - at)
      // Sound of two recordings may overlap by a rounding.
      const isWanted =
        isVideo || this.#audio.isEmpty ? at90k >= from90k : at >= this.#audio.endTime - duration / 2
      if (samples.length === 0 && !isWanted) {
        skippedBytes += sample.sizeBytes
        continue
      }
      if (samples.length === 0) startTime = at
      samples.push({ ...sample, duration })
    }
    return { samples, startTime, skippedBytes }
  }

  /** Puts bytes of the recording that was added last at the end; gives where they begin, counted from the first sample. */
  #place(offset: number, sizeBytes: number): number {
    const place = this.#dataBytes
    this.#dataBytes += sizeBytes
    const source = this.#sources - 1
    const last = this.#pieces.at(-1)
    if (last?.source === source && last.offset + last.sizeBytes === offset) last.sizeBytes += sizeBytes
    else this.#pieces.push({ source, offset, sizeBytes })
    return place
  }
}

/** Time of the last key picture that is not behind `wanted90k`, or of the first one; undefined if there is none. */
function keyBefore(video: readonly PlacedRun[], wanted90k: number): number | undefined {
  let found: number | undefined
  for (const { startTime, samples } of video) {
    let time = startTime
    for (const { duration, isKey } of samples) {
      if (isKey && (found === undefined || time <= wanted90k)) found = time
      time += duration
    }
  }
  return found
}

/** Its place among the formats, from 1 on; it is added if it is new. */
function numberOf<T extends VideoFormat | AudioFormat>(formats: T[], wanted: T): number {
  const found = formats.findIndex((one) => keyOf(one) === keyOf(wanted))
  return found >= 0 ? found + 1 : formats.push(wanted)
}

/** What decoders must know. */
function keyOf(format: VideoFormat | AudioFormat): string {
  const bytes = 'sps' in format ? [format.sps, format.pps] : [format.config]
  return bytes.map((one) => Buffer.from(one).toString('hex')).join()
}
