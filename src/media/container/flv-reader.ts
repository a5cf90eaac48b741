/**
 * Reads FLV (annex E of version 10.1) as it arrives: tags of any kind, and packets of H.264 and AAC. The other
 * direction of flv.ts; tests, the benchmark and recorded clips use it.
 */
import { ParseError } from '../../base/errors.ts'
import { type ParameterSets, readAvcConfig } from '../codec/avc-config.ts'
import type { Packet } from '../packet.ts'
import { FLV_TYPE } from './flv.ts'

const SPEC = 'FLV 10.1 §E'
/** DataOffset and PreviousTagSize0 included. */
const FILE_HEADER_BYTES = 13
const TAG_HEADER_BYTES = 11
const PREVIOUS_TAG_SIZE_BYTES = 4

/** One tag with its body in one piece. */
export interface FlvTag {
  readonly type: number
  readonly timestampMs: number
  readonly body: Buffer
}

export class FlvReader {
  /** Pieces that came since the last tag, in sum too short to hold the next one. */
  #pieces: Uint8Array[] = []
  #pieceBytes = 0
  #neededBytes = FILE_HEADER_BYTES
  #rest: Buffer = Buffer.alloc(0)
  #started = false
  #offset = 0

  /** The tags that are complete now. Memory stays below one tag, 16 MiB. Errors: ParseError. */
  read(bytes: Uint8Array): FlvTag[] {
    const tags: FlvTag[] = []
    this.#pieces.push(bytes)
    this.#pieceBytes += bytes.length
    // Joined once for each tag and not for each piece, which would take squared time.
    if (this.#pieceBytes < this.#neededBytes) return tags
    this.#rest = Buffer.concat(this.#pieces)
    if (!this.#started) {
      if (this.#rest.toString('latin1', 0, 3) !== 'FLV')
        throw new ParseError(SPEC, 'this is not FLV', this.#offset)
      this.#advance(FILE_HEADER_BYTES)
      this.#started = true
    }
    for (let tag = this.#tag(); tag !== undefined; tag = this.#tag()) tags.push(tag)
    this.#pieces = [this.#rest]
    this.#pieceBytes = this.#rest.length
    return tags
  }

  #tag(): FlvTag | undefined {
    const rest = this.#rest
    this.#neededBytes = TAG_HEADER_BYTES
    if (rest.length < TAG_HEADER_BYTES) return undefined
    const bodyEnd = TAG_HEADER_BYTES + rest.readUIntBE(1, 3)
    this.#neededBytes = bodyEnd + PREVIOUS_TAG_SIZE_BYTES
    if (rest.length < this.#neededBytes) return undefined
    if (rest.readUInt32BE(bodyEnd) !== bodyEnd) {
      throw new ParseError(SPEC, 'the size behind the tag is not its size', this.#offset + bodyEnd)
    }
    const timestampMs = rest.readUIntBE(4, 3) + rest.readUInt8(7) * 0x1000000
    const tag = { type: rest.readUInt8(0), timestampMs, body: rest.subarray(TAG_HEADER_BYTES, bodyEnd) }
    this.#advance(this.#neededBytes)
    return tag
  }

  #advance(bytes: number): void {
    this.#rest = this.#rest.subarray(bytes)
    this.#offset += bytes
  }
}

/** What a tag of H.264 or AAC holds. */
type FlvContent =
  | { readonly kind: 'video-format'; readonly sets: ParameterSets }
  | { readonly kind: 'audio-format'; readonly config: Buffer }
  | { readonly kind: 'packet'; readonly packet: Packet }

/** Undefined for script data and other codecs. `wallMs` of a packet is its timestamp. Errors: ParseError. */
export function readFlvContent(tag: FlvTag): FlvContent | undefined {
  const { type, body, timestampMs } = tag
  if (type === FLV_TYPE.audio && body.length >= 2 && body.readUInt8(0) >> 4 === 10) {
    const data = body.subarray(2)
    if (body.readUInt8(1) === 0) return { kind: 'audio-format', config: data }
    const pts90k = timestampMs * 90
    return {
      kind: 'packet',
      packet: { track: 'audio', data, pts90k, dts90k: pts90k, isKey: false, wallMs: timestampMs },
    }
  }
  if (type !== FLV_TYPE.video || body.length < 5 || (body.readUInt8(0) & 15) !== 7) return undefined
  const data = body.subarray(5)
  if (body.readUInt8(1) === 0) return { kind: 'video-format', sets: readAvcConfig(data) }
  if (body.readUInt8(1) !== 1) return undefined
  const dts90k = timestampMs * 90
  const pts90k = dts90k + body.readIntBE(2, 3) * 90
  const isKey = body.readUInt8(0) >> 4 === 1
  return { kind: 'packet', packet: { track: 'video', data, pts90k, dts90k, isKey, wallMs: timestampMs } }
}
