/** What the writer and the reader of a recording share: its tracks, its samples, and what is told about it. */
import type { StreamFormat } from '../../packet.ts'

/** Video counts time as packets do, sound in samples (ISO/IEC 14496-12 §8.4.2). */
export const VIDEO_TIMESCALE = 90_000
export const VIDEO_TRACK = 1
export const AUDIO_TRACK = 2

/** sample_flags (ISO/IEC 14496-12 §8.8.3.1): sample_depends_on 2 (no other), or 1 and sample_is_non_sync_sample. */
export const KEY_FLAGS = 0x02000000
export const INTER_FLAGS = 0x01010000

/** One coded picture or piece of sound in a file. */
export interface Sample {
  /** In its track's timescale. */
  readonly duration: number
  readonly sizeBytes: number
  readonly isKey: boolean
}

/** Samples of one track that lie one behind the other. */
export interface Run {
  readonly track: typeof VIDEO_TRACK | typeof AUDIO_TRACK
  /** Time of the first sample, in its track's timescale; 0 is the first picture of the file. */
  readonly startTime: number
  readonly samples: readonly Sample[]
}

/** What is told about a recording in itself, so that an index can be made from the files alone. */
export interface Description {
  readonly channel: number
  readonly stream: 'main' | 'sub'
  /** Camera's clock at the first picture, milliseconds since 1970 UTC. */
  readonly startMs: number
  /** Local time minus UTC then, seconds. */
  readonly utcOffsetSeconds: number
  /** How long before the event the recording begins, milliseconds; 0 for one that follows the schedule. */
  readonly runUpMs: number
  readonly format: StreamFormat
}

/** Seconds from 1904-01-01, the epoch of ISO/IEC 14496-12 §8.2.2, to 1970. */
const EPOCH_1904_SECONDS = 2_082_844_800

/** A wall clock time as a creation_time; times before 1904 become 0. */
export function creationTime(wallMs: number): number {
  return Math.max(0, Math.floor(wallMs / 1000) + EPOCH_1904_SECONDS)
}
