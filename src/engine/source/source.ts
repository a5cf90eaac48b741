/**
 * What every kind of source is to the engine: a picture for a time and sound for a time, both at once and
 * without waiting. Times are milliseconds of the channel's timeline. What must wait is done behind this.
 */
import type { Picture } from '../picture/picture.ts'
import type { IspSettings, SourceState } from '../protocol.ts'

export interface Source {
  /** The picture to be seen at that time, lent until the next call; undefined if there is none: no signal. */
  picture(atMs: number): Picture | undefined
  /** Fills `samples` (16 kHz mono, -1 to 1) from sample `firstSample` of the timeline on; silence where it has none. */
  sound(firstSample: number, samples: Float32Array): void
  /** Does what it can of that where the pictures are made, and returns what remains to be done to them. */
  adjust(isp: IspSettings): IspSettings
  /** Whether `sound` will be asked; a source does no work for sound nobody hears. */
  listen(wanted: boolean): void
  /** Its pictures turned out to be useless: it is lost, for that reason, and may try again. */
  reject(reason: string): void
  close(): void
}

/** What a source is given by the engine. */
export interface SourceContext {
  /** Now, on the channel's timeline, milliseconds. */
  now(): number
  /** Local time of day at a time of the timeline, seconds since midnight. */
  localSeconds(atMs: number): number
  /** Something else remains of what `adjust` was asked for. */
  adjusted(): void
  /** `detail` is a sentence without secrets, empty when there is nothing to say. */
  report(state: SourceState, detail: string): void
}
