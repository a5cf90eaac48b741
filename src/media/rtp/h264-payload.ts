/**
 * H.264 in RTP (RFC 6184), packetization-mode 1: small NAL units together (STAP-A), those that fit alone, large ones
 * in pieces (FU-A). Pure.
 */
import { ParseError } from '../../base/errors.ts'
import { joinAvcc, splitAvcc } from '../codec/h264.ts'

const STAP_A = 24
const FU_A = 28
const START = 0x80
const END = 0x40
/** F and NRI of a NAL unit header; the rest is its type (RFC 6184 §1.3). */
const NRI_BITS = 0x60
const TYPE_BITS = 0x1f

/** One RTP payload as pieces in their order. */
export type Payload = readonly Uint8Array[]

/** The payloads of one access unit in AVC form. None is longer than `maxBytes`, which is at least 8. */
export function h264Payloads(accessUnit: Uint8Array, maxBytes: number): Payload[] {
  const payloads: Payload[] = []
  let together: Uint8Array[] = []
  let togetherBytes = 1
  const finish = (): void => {
    if (together.length > 0) payloads.push(together.length === 1 ? together : aggregate(together))
    together = []
    togetherBytes = 1
  }
  for (const unit of splitAvcc(accessUnit)) {
    if (unit.length === 0) continue
    const withLength = 2 + unit.length
    if (togetherBytes + withLength > maxBytes) finish()
    if (unit.length > maxBytes) payloads.push(...fragments(unit, maxBytes))
    else {
      together.push(unit)
      togetherBytes += withLength
    }
  }
  finish()
  return payloads
}

/** RFC 6184 §5.7.1. */
function aggregate(units: readonly Uint8Array[]): Uint8Array[] {
  const importance = Math.max(...units.map((unit) => unit[0]! & NRI_BITS))
  return [
    Uint8Array.of(importance | STAP_A),
    ...units.flatMap((unit) => [Uint8Array.of(unit.length >> 8, unit.length & 255), unit]),
  ]
}

/** RFC 6184 §5.8: the unit's own header is spread over indicator and FU header. */
function fragments(unit: Uint8Array, maxBytes: number): Payload[] {
  const header = unit[0]!
  const indicator = (header & NRI_BITS) | FU_A
  const pieces: Payload[] = []
  const step = maxBytes - 2
  for (let at = 1; at < unit.length; at += step) {
    const end = Math.min(unit.length, at + step)
    const flags = (at === 1 ? START : 0) | (end === unit.length ? END : 0)
    pieces.push([Uint8Array.of(indicator, flags | (header & TYPE_BITS)), unit.subarray(at, end)])
  }
  return pieces
}

/** Puts the payloads of one access unit together again. Errors: ParseError. */
export function readH264Payloads(payloads: readonly Buffer[]): Uint8Array {
  const units: Uint8Array[] = []
  let pieces: Uint8Array[] | undefined
  for (const payload of payloads) {
    const type = (payload[0] ?? 0) & TYPE_BITS
    if (type === STAP_A) units.push(...split(payload))
    else if (type !== FU_A) units.push(payload)
    else {
      if (payload.length < 3) throw new ParseError('RFC 6184 §5.8', 'a fragment is cut off')
      const [indicator, flags] = [payload.readUInt8(0), payload.readUInt8(1)]
      const begins = (flags & START) !== 0
      if (begins !== (pieces === undefined))
        throw new ParseError('RFC 6184 §5.8', 'a fragment is out of place')
      pieces ??= [Uint8Array.of((indicator & ~TYPE_BITS) | (flags & TYPE_BITS))]
      pieces.push(payload.subarray(2))
      if ((flags & END) === 0) continue
      units.push(Buffer.concat(pieces))
      pieces = undefined
    }
  }
  if (pieces !== undefined) throw new ParseError('RFC 6184 §5.8', 'the last fragment is missing')
  return joinAvcc(units)
}

function split(payload: Buffer): Uint8Array[] {
  const units: Uint8Array[] = []
  for (let at = 1; at < payload.length; ) {
    const end = at + 2 + (at + 2 <= payload.length ? payload.readUInt16BE(at) : Number.POSITIVE_INFINITY)
    if (end > payload.length) throw new ParseError('RFC 6184 §5.7.1', 'a NAL unit is cut off', at)
    units.push(payload.subarray(at + 2, end))
    at = end
  }
  return units
}
