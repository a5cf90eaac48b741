/** How FFmpeg is to open a source: what the kinds of real sources differ in. */

export interface Recipe {
  /** Address as FFmpeg takes it. May hold a password: never to be logged. */
  readonly url: string
  /** FFmpeg's name of the demuxer, where it cannot be found out. */
  readonly format?: string
  /** Read faster than it plays, and opened again at its end. */
  readonly isFile: boolean
  /** Option sets that are tried one after the other. */
  readonly attempts: readonly Readonly<Record<string, string>>[]
}

/** After so much silence FFmpeg gives a read up, microseconds. On RTSP it takes two such times to end. */
export const SILENCE_LIMIT_US = '4000000'
