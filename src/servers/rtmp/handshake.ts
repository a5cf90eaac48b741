/**
 * The server's side of the RTMP handshake (RTMP 1.0 §5.2): the simple one, and the one with HMAC-SHA256 digests
 * that Flash players and FFmpeg start and that the specification leaves out. What a client repeats in C2 is not
 * checked. RTMPE, the encrypted variant, is not offered.
 *
 *   C0 S0  1 byte      version, 3
 *   C1 S1  1536 bytes  time (4), version of the program or 0 (4), random bytes with the digest in one of two places
 *   C2 S2  1536 bytes  simple: the other's C1 or S1; digest: random bytes (1504), digest of them (32)
 */
import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ParseError } from '../../base/errors.ts'

const SPEC = 'RTMP 1.0 §5.2'
const VERSION = 3
const PART_BYTES = 1536
const DIGEST_BYTES = 32
/** The first two places sum up to the offset of the digest within 728 bytes behind them. */
const DIGEST_PLACES = [8, 772] as const

const KEY_TAIL = Buffer.from('f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae', 'hex')
const CLIENT_KEY = Buffer.from('Genuine Adobe Flash Player 001')
const SERVER_KEY = Buffer.from('Genuine Adobe Flash Media Server 001')
/** The program version that a server with digests states. */
const SERVER_VERSION = Buffer.of(4, 5, 0, 1)

/** Where a client's C1 has its digest: the place it is counted from, and the digest itself. */
interface ClientDigest {
  readonly place: number
  readonly digest: Buffer
}

/** Collects the bytes of one client's handshake. */
export class Handshake {
  #received: Buffer = Buffer.alloc(0)
  #answered = false

  /**
   * `reply` has to be sent at once. `rest` is undefined until the handshake is complete, then it holds what
   * follows it. Errors: ParseError for another version.
   */
  read(bytes: Uint8Array): { reply?: Buffer; rest?: Buffer } {
    this.#received = Buffer.concat([this.#received, bytes])
    const received = this.#received
    if (received.length > 0 && received[0] !== VERSION) {
      throw new ParseError(SPEC, `version ${received[0]} is not supported`)
    }
    const result: { reply?: Buffer; rest?: Buffer } = {}
    if (!this.#answered && received.length >= 1 + PART_BYTES) {
      this.#answered = true
      result.reply = answerHandshake(received.subarray(1, 1 + PART_BYTES))
    }
    if (received.length >= 1 + 2 * PART_BYTES) result.rest = received.subarray(1 + 2 * PART_BYTES)
    return result
  }
}

/** S0, S1 and S2 for a C1. `random` gives 3072 - 8 bytes at most. */
export function answerHandshake(c1: Buffer, random: (bytes: number) => Buffer = randomBytes): Buffer {
  const time = Buffer.alloc(4)
  const client = findDigest(c1, CLIENT_KEY)
  if (client === undefined) {
    return Buffer.concat([Buffer.of(VERSION), time, Buffer.alloc(4), random(PART_BYTES - 8), c1])
  }
  const s1 = Buffer.concat([time, SERVER_VERSION, random(PART_BYTES - 8)])
  const offset = digestOffset(s1, client.place)
  digestAround(s1, offset, SERVER_KEY).copy(s1, offset)
  const key = hmac(Buffer.concat([SERVER_KEY, KEY_TAIL]), client.digest)
  const s2 = random(PART_BYTES - DIGEST_BYTES)
  return Buffer.concat([Buffer.of(VERSION), s1, s2, hmac(key, s2)])
}

/** The digest in a C1 or S1 made with that key; undefined if it holds none, as in a simple handshake. */
export function findDigest(part: Buffer, key: Buffer): ClientDigest | undefined {
  for (const place of DIGEST_PLACES) {
    const offset = digestOffset(part, place)
    const digest = part.subarray(offset, offset + DIGEST_BYTES)
    if (timingSafeEqual(digest, digestAround(part, offset, key))) return { place, digest }
  }
  return undefined
}

/** 4 bytes at `place`, summed, tell how far behind them the digest stands. */
function digestOffset(part: Buffer, place: number): number {
  const sum = part[place]! + part[place + 1]! + part[place + 2]! + part[place + 3]!
  return place + 4 + (sum % 728)
}

/** Of everything but the digest's own place. */
function digestAround(part: Buffer, offset: number, key: Buffer): Buffer {
  return hmac(key, part.subarray(0, offset), part.subarray(offset + DIGEST_BYTES))
}

function hmac(key: Buffer, ...pieces: readonly Buffer[]): Buffer {
  const digest = createHmac('sha256', key)
  for (const piece of pieces) digest.update(piece)
  return digest.digest()
}
