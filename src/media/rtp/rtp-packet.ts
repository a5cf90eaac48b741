/** The header of RTP (RFC 3550 §5.1): no contributing sources, no padding; an extension where one is written. */
import { ParseError } from '../../base/errors.ts'

const VERSION_2 = 2 << 6
const EXTENSION = 1 << 4
export const RTP_HEADER_BYTES = 12

export interface RtpHeader {
  readonly payloadType: number
  /** The last packet of a picture or of a piece of sound. */
  readonly marker: boolean
  /** 16 bits. */
  readonly sequence: number
  /** 32 bits. */
  readonly timestamp: number
  readonly ssrc: number
  /** A header extension follows. */
  readonly isExtended?: boolean
}

/** Writes the header into `target`, which has 12 bytes from `offset` on. */
export function writeRtpHeader(target: Buffer, offset: number, header: RtpHeader): void {
  target.writeUInt8(VERSION_2 | (header.isExtended ? EXTENSION : 0), offset)
  target.writeUInt8((header.marker ? 0x80 : 0) | header.payloadType, offset + 1)
  target.writeUInt16BE(header.sequence, offset + 2)
  target.writeUInt32BE(header.timestamp, offset + 4)
  target.writeUInt32BE(header.ssrc, offset + 8)
}

export interface RtpPacket {
  readonly header: RtpHeader
  /** With its own head (RFC 3550 §5.3.1); empty if there is none. */
  readonly extension: Buffer
  readonly payload: Buffer
}

/** Errors: ParseError for anything that `writeRtpHeader` would not write. */
export function readRtpPacket(bytes: Buffer): RtpPacket {
  if (bytes.length < RTP_HEADER_BYTES || (bytes[0]! & ~EXTENSION) !== VERSION_2)
    throw new ParseError('RFC 3550 §5.1', 'no plain RTP header')
  const isExtended = (bytes[0]! & EXTENSION) !== 0
  const words =
    isExtended && bytes.length >= RTP_HEADER_BYTES + 4 ? bytes.readUInt16BE(RTP_HEADER_BYTES + 2) : 0
  const start = RTP_HEADER_BYTES + (isExtended ? 4 + 4 * words : 0)
  if (start > bytes.length) throw new ParseError('RFC 3550 §5.3.1', 'the header extension is cut off')
  return {
    header: {
      payloadType: bytes.readUInt8(1) & 127,
      marker: (bytes.readUInt8(1) & 128) !== 0,
      sequence: bytes.readUInt16BE(2),
      timestamp: bytes.readUInt32BE(4),
      ssrc: bytes.readUInt32BE(8),
      ...(isExtended ? { isExtended } : {}),
    },
    extension: bytes.subarray(RTP_HEADER_BYTES, start),
    payload: bytes.subarray(start),
  }
}
