/** The one sound track, encoded once for all streams. */
import type { AudioFormat } from '../media/packet.ts'
import { AacEncoder, FRAME_SAMPLES } from './encoder/aac.ts'
import { Pacer } from './pacer.ts'
import { addSiren } from './siren.ts'
import { SAMPLE_RATE } from './sound-rate.ts'
import type { Source } from './source/source.ts'

/** Sound may reach us this late: a network source sends a frame only when it is over. */
const PATIENCE_MS = 80

export interface SoundUnit {
  /** One raw AAC frame. */
  readonly data: Uint8Array
  readonly pts90k: number
}

export class SoundTrack {
  readonly #pacer: Pacer
  readonly #encoder = new AacEncoder()
  readonly #samples = new Float32Array(FRAME_SAMPLES)
  #nextFrame: number | undefined
  /** Whether the siren sounds in it. */
  siren = false

  constructor(nowMs: number) {
    this.#pacer = new Pacer(SAMPLE_RATE / FRAME_SAMPLES, nowMs)
  }

  get format(): AudioFormat {
    return this.#encoder.format
  }

  /** Time of the next frame, milliseconds of the timeline. */
  get dueMs(): number {
    return this.#pacer.dueMs + PATIENCE_MS
  }

  /** Encodes what is due; after a delay of ours, all that was missed: sound has no gaps. Errors: CameraError. */
  encode(source: Source | undefined, nowMs: number): SoundUnit[] {
    const slot = this.#pacer.take(nowMs - PATIENCE_MS)
    if (slot === undefined) return []
    const first = Math.max(this.#nextFrame ?? slot - 1, slot - MAX_BEHIND)
    this.#nextFrame = slot
    return Array.from({ length: slot - first }, (_, index) => this.#frame(source, first + index)).flat()
  }

  close(): void {
    this.#encoder.close()
  }

  #frame(source: Source | undefined, frame: number): SoundUnit[] {
    const firstSample = frame * FRAME_SAMPLES
    this.#samples.fill(0)
    source?.sound(firstSample, this.#samples)
    if (this.siren) addSiren(firstSample, this.#samples)
    const units = this.#encoder.encode(this.#samples, firstSample)
    return units.map((unit) => ({
      data: unit.data,
      pts90k: Math.round((unit.firstSample * 90000) / SAMPLE_RATE),
    }))
  }
}

/** Frames to catch up with at most: one second. */
const MAX_BEHIND = Math.ceil(SAMPLE_RATE / FRAME_SAMPLES)
