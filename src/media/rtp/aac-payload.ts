/** AAC in RTP (RFC 3640 §3.3.6, mode AAC-hbr): one access unit in a packet, or in several if it is long. Pure. */
import type { Payload } from './h264-payload.ts'

/** AU-headers-length and one AU-header of 13 bits of size and 3 of index. */
const HEAD_BYTES = 4
const HEADER_BITS = 16

/** None is longer than `maxBytes`. Only the last packet of a unit has the marker (RFC 3640 §3.1). */
export function aacPayloads(unit: Uint8Array, maxBytes: number): Payload[] {
  const head = Buffer.alloc(HEAD_BYTES)
  head.writeUInt16BE(HEADER_BITS, 0) // AU-headers-length in bits
  head.writeUInt16BE((unit.length & 0x1fff) << 3, 2) // AU-size, AU-index 0
  const payloads: Payload[] = []
  const step = maxBytes - HEAD_BYTES
  for (let at = 0; at < unit.length; at += step) payloads.push([head, unit.subarray(at, at + step)])
  return payloads
}
