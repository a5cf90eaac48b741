/**
 * A recording from packets to bytes. Pure: it says what is to be appended, and at the end where a few bytes are to be
 * replaced. While it grows the file is a fragmented one, whole after each fragment; closed it is an ordinary MP4.
 *
 *   growing   ftyp  free(16 bytes)  moov(head)  moof mdat  moof mdat …
 *   closed    ftyp  mdat( ↑ all that ↑ )                             moov(tables)
 *
 * The closing replaces the 16 bytes of `free` by the header of one large `mdat` that swallows head and fragments.
 * Before that small write the file plays by its fragments, after it by its tables.
 */
import type { Packet } from '../../packet.ts'
import { BOX_HEADER_BYTES, fourCc, LARGE_HEADER_BYTES, u32, u64 } from './box.ts'
import {
  AUDIO_TRACK,
  type Description,
  type Run,
  type Sample,
  VIDEO_TIMESCALE,
  VIDEO_TRACK,
} from './format.ts'
import { type DataRun, fragment, sizeOf } from './fragment.ts'
import { fileType, movie } from './movie.ts'
import { type PlacedRun, trackTable } from './tables.ts'

/** What closing does to a file: `tail` is appended first, then `patch` is written at `patchOffset`. */
export interface Closing {
  readonly tail: Buffer
  readonly patch: Buffer
  readonly patchOffset: number
}

export class RecordingWriter {
  readonly #description: Description
  readonly #video: Track
  readonly #audio: Track | undefined
  readonly #placed: PlacedRun[] = []
  #sequence = 0
  #sizeBytes = 0

  /** `firstPts90k` is the time of the first picture, which must be a key picture. */
  constructor(description: Description, firstPts90k: number) {
    this.#description = description
    const { audio } = description.format
    this.#video = new Track(VIDEO_TRACK, VIDEO_TIMESCALE, firstPts90k)
    this.#audio = audio && new Track(AUDIO_TRACK, audio.sampleRate, firstPts90k)
  }

  /** Bytes handed out so far, without the closing. */
  get sizeBytes(): number {
    return this.#sizeBytes
  }

  /** Time from the first picture to the end of the last one that is complete, 1/90000 s. */
  get duration90k(): number {
    return this.#video.endTime
  }

  /** The beginning of the file. */
  head(): Buffer {
    return this.#count(Buffer.concat([fileType(), openMark(), movie(this.#description)]))
  }

  /** Takes a packet; sound from before the first picture is left out. */
  add(packet: Packet): void {
    if (packet.track === 'video') this.#video.add(packet)
    else this.#audio?.add(packet)
  }

  /** A fragment of what was added since the last one; undefined if nothing is complete. */
  flush(): Buffer | undefined {
    return this.#fragment([this.#video.take(), this.#audio?.take()])
  }

  /** The last fragment, in which the newest picture lasts until `endPts90k`; undefined if nothing was left. */
  flushAll(endPts90k: number): Buffer | undefined {
    this.#video.end(endPts90k)
    this.#audio?.end(endPts90k)
    return this.flush()
  }

  /** After `flushAll`. */
  close(): Closing {
    return closing(this.#description, this.#placed, this.#sizeBytes)
  }

  #fragment(runs: readonly (DataRun | undefined)[]): Buffer | undefined {
    const present = runs.filter((run) => run !== undefined)
    if (present.length === 0) return undefined
    this.#sequence += 1
    const bytes = fragment(this.#sequence, present)
    let offset = this.#sizeBytes + bytes.length - present.reduce((sum, run) => sum + sizeOf(run), 0)
    for (const { track, startTime, samples, ...run } of present) {
      this.#placed.push({ track, startTime, samples, offset })
      offset += sizeOf({ track, startTime, samples, ...run })
    }
    return this.#count(bytes)
  }

  #count(bytes: Buffer): Buffer {
    this.#sizeBytes += bytes.length
    return bytes
  }
}

/** What closes a file of `sizeBytes` bytes that consists of a head and these runs. */
export function closing(description: Description, runs: readonly PlacedRun[], sizeBytes: number): Closing {
  const of = (track: Run['track']) => runs.filter((run) => run.track === track)
  const audio = of(AUDIO_TRACK)
  const patchOffset = fileType().length
  return {
    tail: movie(description, {
      video: trackTable(of(VIDEO_TRACK)),
      audio: audio.length > 0 ? trackTable(audio) : undefined,
    }),
    patch: Buffer.concat([u32(1), fourCc('mdat'), u64(sizeBytes - patchOffset)]),
    patchOffset,
  }
}

/** So many bytes of a file hold all that closing replaces. */
export const HEAD_BYTES = fileType().length + LARGE_HEADER_BYTES

/** Tells by the first `HEAD_BYTES` of a recording whether it was closed. */
export function isClosedHead(head: Buffer): boolean {
  return head.toString('latin1', fileType().length + 4, fileType().length + 8) === 'mdat'
}

/** The place that the header of a large `mdat` will take. */
function openMark(): Buffer {
  return Buffer.concat([
    u32(LARGE_HEADER_BYTES),
    fourCc('free'),
    Buffer.alloc(LARGE_HEADER_BYTES - BOX_HEADER_BYTES),
  ])
}

/** Turns the packets of one track into samples: how long one lasts is known when the next one comes. */
class Track {
  readonly #id: Run['track']
  readonly #timescale: number
  readonly #firstPts90k: number
  #held: { readonly packet: Packet; readonly time: number } | undefined
  #samples: Sample[] = []
  #data: Uint8Array[] = []
  #startTime = 0
  /** End of the last complete sample, in the track's timescale. */
  endTime = 0

  constructor(id: Run['track'], timescale: number, firstPts90k: number) {
    this.#id = id
    this.#timescale = timescale
    this.#firstPts90k = firstPts90k
  }

  add(packet: Packet): void {
    const time = this.#timeOf(packet.pts90k)
    // Time stamps grow; one that does not would take time back.
    if (time < 0 || time <= (this.#held?.time ?? -1)) return
    this.#complete(time)
    this.#held = { packet, time }
  }

  end(endPts90k: number): void {
    const time = this.#timeOf(endPts90k)
    this.#complete(Math.max(time, (this.#held?.time ?? 0) + 1))
    this.#held = undefined
  }

  /** The samples that are complete. */
  take(): DataRun | undefined {
    if (this.#samples.length === 0) return undefined
    const run = { track: this.#id, startTime: this.#startTime, samples: this.#samples, data: this.#data }
    this.#samples = []
    this.#data = []
    return run
  }

  #complete(nextTime: number): void {
    if (this.#held === undefined) return
    const { packet, time } = this.#held
    if (this.#samples.length === 0) this.#startTime = time
    const isKey = packet.isKey || packet.track === 'audio'
    this.#samples.push({ duration: nextTime - time, sizeBytes: packet.data.length, isKey })
    this.#data.push(packet.data)
    this.endTime = nextTime
  }

  #timeOf(pts90k: number): number {
    return Math.round(((pts90k - this.#firstPts90k) * this.#timescale) / VIDEO_TIMESCALE)
  }
}
