/** Names of recorded files (Guide §3.6.3, Q-92) and where they lie. */
import { join } from 'node:path'

export type RecordedStream = 'main' | 'sub'

const NAME = /^Rec_(\d{4})(\d\d)(\d\d)_(\d{6})_(\d{3})_([MS])\.mp4$/

/** `Rec_20261123_020000_500_M.mp4`: UTC of the first picture, its milliseconds, M or S for main and sub. */
export function recordingName(startMs: number, stream: RecordedStream): string {
  const [date, time, ms] = new Date(startMs).toISOString().split(/[T.Z]/) as [string, string, string]
  return `Rec_${date.replaceAll('-', '')}_${time.replaceAll(':', '')}_${ms}_${stream === 'main' ? 'M' : 'S'}.mp4`
}

/** Where a file of that name lies, below the recordings folder; undefined if it is no name of ours. */
export function recordingPath(name: string): string | undefined {
  const match = NAME.exec(name)
  if (match === null) return undefined
  return join(`${match[1]}-${match[2]}-${match[3]}`, name)
}
