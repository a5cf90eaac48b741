/**
 * Frames of the media port (docs/design/media-port.md). All numbers are little-endian:
 *
 *   u32 magic       f0 de bc 0a
 *   u32 command
 *   u32 length      of the body
 *   u8  channel     chosen by the sender of a request, echoed
 *   u24 number      of the request, echoed
 *   u16 status      of an answer; in a request what it offers
 *   u16 class       bytes 14 65 or 14 66: the head ends here; 14 64, 14 82 and 00 00: one more member follows
 *   u32 offset      where the second part of the body begins
 */
import { ParseError } from '../../base/errors.ts'

const SPEC = 'docs/design/media-port.md'
const MAGIC = 0x0abcdef0
const SHORT_HEAD = 20
const LONG_HEAD = 24
/** As u16 of the bytes 14 65, 14 66 and 14 64. */
export const CLASS = { legacy: 0x6514, legacyAnswer: 0x6614, modern: 0x6414 } as const
const SHORT_CLASSES: ReadonlySet<number> = new Set([CLASS.legacy, CLASS.legacyAnswer])
/** Class bytes 14 82 and 00 00, which some clients use in place of 14 64. */
const LONG_CLASSES: ReadonlySet<number> = new Set([CLASS.modern, 0x8214, 0x0000])

export interface Frame {
  readonly command: number
  /** Channel and number together, as they stand: a request's are echoed. */
  readonly tag: number
  readonly status: number
  readonly class: number
  readonly body: Buffer<ArrayBufferLike>
}

/** Takes bytes in any pieces. What is too long or no frame is refused before it is kept. */
export class FrameReader {
  #rest: Buffer = Buffer.alloc(0)

  /** `maxBody`: of frames from now on. Errors: ParseError. */
  read(bytes: Uint8Array, maxBody: () => number): Frame[] {
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes])
    const frames: Frame[] = []
    for (;;) {
      const frame = this.#next(maxBody())
      if (frame === undefined) return frames
      frames.push(frame)
    }
  }

  #next(maxBody: number): Frame | undefined {
    const rest = this.#rest
    if (rest.length >= 4 && rest.readUInt32LE(0) !== MAGIC) throw new ParseError(SPEC, 'no frame begins here')
    if (rest.length < SHORT_HEAD) return undefined
    const length = rest.readUInt32LE(8)
    if (length > maxBody) throw new ParseError(SPEC, `a body of ${length} bytes`, 8)
    const kind = rest.readUInt16LE(18)
    if (!SHORT_CLASSES.has(kind) && !LONG_CLASSES.has(kind))
      throw new ParseError(SPEC, 'an unknown class', 18)
    const head = SHORT_CLASSES.has(kind) ? SHORT_HEAD : LONG_HEAD
    if (rest.length < head + length) return undefined
    this.#rest = rest.subarray(head + length)
    return {
      command: rest.readUInt32LE(4),
      tag: rest.readUInt32LE(12),
      status: rest.readUInt16LE(16),
      class: kind,
      body: rest.subarray(head, head + length),
    }
  }
}

export function printFrame({ command, tag, status, class: kind, body }: Frame): Buffer {
  const head = Buffer.alloc(SHORT_CLASSES.has(kind) ? SHORT_HEAD : LONG_HEAD)
  head.writeUInt32LE(MAGIC, 0)
  head.writeUInt32LE(command, 4)
  head.writeUInt32LE(body.length, 8)
  head.writeUInt32LE(tag, 12)
  head.writeUInt16LE(status, 16)
  head.writeUInt16LE(kind, 18)
  return Buffer.concat([head, body])
}

/** The channel of a tag, which is also the offset of its body's mask. */
export function channelOf(tag: number): number {
  return tag & 0xff
}
