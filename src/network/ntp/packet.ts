/**
 * The packets of SNTP (RFC 4330 §4, RFC 5905 §7.3), without extensions and authentication: what a client asks, and what it
 * believes of an answer.
 *
 * ```
 *  0  leap indicator (2 bits), version (3), mode (3)     16  reference timestamp
 *  1  stratum                                            24  originate timestamp
 *  2  poll, 3 precision                                  32  receive timestamp
 *  4  root delay, 8 root dispersion (16.16 s)            40  transmit timestamp
 * 12  reference id                                       48
 * ```
 */
import { ParseError } from '../../base/errors.ts'

export const PACKET_BYTES = 48
const VERSION = 4
const MODE_CLIENT = 3
const MODE_SERVER = 4
const LEAP_UNSYNCHRONISED = 3
/** From 16 on a server is not synchronised (RFC 5905 §7.3). */
const MAX_STRATUM = 15
/** MAXDISP, seconds (RFC 5905 §7.2). */
const MAX_DISTANCE_S = 16
/** 1900 to 1970. */
const UNIX_EPOCH_S = 2_208_988_800
const ERA_S = 2 ** 32

/** What a usable answer tells, in milliseconds since 1970 UTC. */
export interface ServerTime {
  /** When the server got the request. */
  readonly receivedMs: number
  /** When it sent the answer. */
  readonly sentMs: number
  readonly stratum: number
}

/** The server does not want to be asked (RFC 4330 §8). */
export interface KissOfDeath {
  /** Four letters, such as DENY, RSTR or RATE. */
  readonly kiss: string
}

/** `nonce`: 8 random bytes in the place of our time, which is nobody's business and would be easy to guess. */
export function request(nonce: Uint8Array): Buffer {
  const packet = Buffer.alloc(PACKET_BYTES)
  packet[0] = (VERSION << 3) | MODE_CLIENT
  packet.set(nonce.subarray(0, 8), 40)
  return packet
}

/** Errors: ParseError for everything a client must not set its clock by (RFC 4330 §5, RFC 5905 §8). */
export function readAnswer(packet: Uint8Array, nonce: Uint8Array): ServerTime | KissOfDeath {
  const bytes = Buffer.from(packet.buffer, packet.byteOffset, packet.byteLength)
  if (bytes.length < PACKET_BYTES) refuse('the answer is too short', bytes.length)
  const head = bytes.readUInt8(0)
  if ((head & 7) !== MODE_SERVER) refuse('this is not the answer of a server')
  const version = (head >> 3) & 7
  if (version !== 3 && version !== 4) refuse(`version ${version}`)
  // Whoever cannot see our request cannot know it.
  if (!bytes.subarray(24, 32).equals(nonce.subarray(0, 8))) refuse('it answers another request', 24)
  const stratum = bytes.readUInt8(1)
  const kiss = stratum === 0 ? bytes.toString('latin1', 12, 16).replaceAll(/[^A-Z]/g, '') : ''
  if (kiss !== '') return { kiss }
  // Chrony answers with stratum 0 and no letters until it is synchronised.
  if (stratum === 0) refuse('the server is not synchronised itself', 1)
  if (stratum > MAX_STRATUM) refuse(`stratum ${stratum}`, 1)
  if (head >> 6 === LEAP_UNSYNCHRONISED) refuse('the server is not synchronised itself')
  const distanceS = bytes.readInt32BE(4) / 65536 / 2 + bytes.readUInt32BE(8) / 65536
  if (distanceS < 0 || distanceS >= MAX_DISTANCE_S) refuse('the server is too far from a reference clock', 4)
  const [receivedMs, sentMs] = [timestamp(bytes, 32), timestamp(bytes, 40)]
  if (receivedMs === undefined || sentMs === undefined) refuse('it tells no time', 32)
  if (sentMs < receivedMs) refuse('it answered before it was asked', 40)
  return { receivedMs, sentMs, stratum }
}

/** 32 bits of seconds and 32 of a fraction; 0 is unknown. From 2036 on the seconds begin anew (RFC 4330 §3). */
function timestamp(bytes: Buffer, offset: number): number | undefined {
  const [seconds, fraction] = [bytes.readUInt32BE(offset), bytes.readUInt32BE(offset + 4)]
  if (seconds === 0 && fraction === 0) return undefined
  const era = seconds < 2 ** 31 ? ERA_S : 0
  return (seconds + era - UNIX_EPOCH_S) * 1000 + (fraction / 2 ** 32) * 1000
}

/** For servers in tests. */
export function writeTimestamp(bytes: Buffer, offset: number, ms: number): void {
  const seconds = ms / 1000 + UNIX_EPOCH_S
  const whole = Math.floor(seconds)
  bytes.writeUInt32BE(whole % ERA_S, offset)
  bytes.writeUInt32BE(Math.floor((seconds - whole) * 2 ** 32), offset + 4)
}

function refuse(message: string, offset = 0): never {
  throw new ParseError('RFC 4330 §5', message, offset)
}
