/**
 * What is told of each picture and piece of sound of a recording (ONVIF Streaming §6.3), in an RTP header extension
 * (RFC 3550 §5.3.1). Pure.
 *
 *   u16 profile   0xabac
 *   u16 length    3 words follow
 *   u64 time      NTP timestamp of the picture
 *   u8  flags     C: a key picture; E: the last before a gap; D: does not follow what was sent before; T: the last of all
 *   u8  cseq      low byte of the number of the PLAY that started it
 *   u16 padding
 */
import { writeNtpTime } from './rtcp.ts'

const PROFILE = 0xabac
const WORDS = 3
export const REPLAY_EXTENSION_BYTES = 4 + 4 * WORDS
const CLEAN_POINT = 0x80
const END_OF_SECTION = 0x40
const DISCONTINUITY = 0x20
const TERMINAL = 0x10

export interface ReplayMark {
  /** Camera's clock at the picture, milliseconds since 1970. */
  readonly wallMs: number
  readonly isKey: boolean
  readonly endsSection: boolean
  readonly isDiscontinuity: boolean
  readonly isTerminal: boolean
  readonly cseq: number
}

export function writeReplayExtension(mark: ReplayMark): Buffer {
  const bytes = Buffer.alloc(REPLAY_EXTENSION_BYTES)
  bytes.writeUInt16BE(PROFILE, 0)
  bytes.writeUInt16BE(WORDS, 2)
  writeNtpTime(bytes, 4, mark.wallMs)
  const flags =
    (mark.isKey ? CLEAN_POINT : 0) |
    (mark.endsSection ? END_OF_SECTION : 0) |
    (mark.isDiscontinuity ? DISCONTINUITY : 0) |
    (mark.isTerminal ? TERMINAL : 0)
  bytes.writeUInt8(flags, 12)
  bytes.writeUInt8(mark.cseq & 255, 13)
  return bytes
}
