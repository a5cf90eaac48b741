/** The names under which clients ask for a live stream (Guide §10), shared by all protocols. */
import { STREAM_NAMES, type StreamName } from '../media/packet.ts'

/** Which stream of which channel. */
export interface StreamRequest {
  /** From 0. */
  readonly channel: number
  readonly name: StreamName
}

/** The application name in RTMP and HTTP-FLV URLs. */
export const STREAM_APP = 'bcs'

/**
 * `channel0_main.bcs`: `main`, `sub` and `ext`, or their numbers 0, 1 and 2; blanks around it and case do not
 * matter, `.bcs` may be missing. Undefined for anything else.
 */
export function parseStreamName(text: string): StreamRequest | undefined {
  const match = /^channel(\d{1,3})_(main|sub|ext|[012])(?:\.bcs)?$/i.exec(text.trim())
  if (match === null) return undefined
  const word = match[2]!.toLowerCase()
  const name = STREAM_NAMES.find((known, number) => word === known || word === String(number))
  return name === undefined ? undefined : { channel: Number(match[1]), name }
}
