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

/** After so much silence a network source is lost, microseconds as FFmpeg wants it. */
export const SILENCE_LIMIT_US = '5000000'
