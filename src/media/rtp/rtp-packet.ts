/** The fixed header of RTP (RFC 3550 §5.1): no contributing sources, no extension, no padding. */
import { ParseError } from '../../base/errors.ts'

const VERSION_2 = 2 << 6
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
}

/** Writes the header into `target`, which has 12 bytes from `offset` on. */
export function writeRtpHeader(target: Buffer, offset: number, header: RtpHeader): void {
  target.writeUInt8(VERSION_2, offset)
  target.writeUInt8((header.marker ? 0x80 : 0) | header.payloadType, offset + 1)
  target.writeUInt16BE(header.sequence, offset + 2)
  target.writeUInt32BE(header.timestamp, offset + 4)
  target.writeUInt32BE(header.ssrc, offset + 8)
}

/** Errors: ParseError for anything that `writeRtpHeader` would not write. */
export function readRtpPacket(bytes: Buffer): { readonly header: RtpHeader; readonly payload: Buffer } {
  if (bytes.length < RTP_HEADER_BYTES || bytes[0] !== VERSION_2)
    throw new ParseError('RFC 3550 §5.1', 'no plain RTP header')
  return {
    header: {
      payloadType: bytes.readUInt8(1) & 127,
      marker: (bytes.readUInt8(1) & 128) !== 0,
      sequence: bytes.readUInt16BE(2),
      timestamp: bytes.readUInt32BE(4),
      ssrc: bytes.readUInt32BE(8),
    },
    payload: bytes.subarray(RTP_HEADER_BYTES),
  }
}
