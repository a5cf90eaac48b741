/** How FFmpeg is to open a source: what the kinds of real sources differ in. */

export interface Recipe {
  /** Address as FFmpeg takes it. May hold a password: never to be logged. */
  readonly url: string
  /** FFmpeg's name of the demuxer, where it cannot be found out. */
  readonly format?: string
  /** Option sets that are tried one after the other. */
  readonly attempts: readonly Readonly<Record<string, string>>[]
  /** Begins again at its end instead of being lost. */
  readonly loops: boolean
}

/** After so much silence FFmpeg gives a read up, microseconds. On RTSP it takes two such times to end. */
export const SILENCE_LIMIT_US = '4000000'
