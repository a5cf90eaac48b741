/** The grammar of ISO base media files: boxes with a size, a type and content (ISO/IEC 14496-12:2022 §4.2). */
import { endianness } from 'node:os'
import { ParseError } from '../../../base/errors.ts'

const SPEC = 'ISO/IEC 14496-12 §4.2'
/** size (4) + type (4) */
export const BOX_HEADER_BYTES = 8
/** size (4) + type (4) + largesize (8) */
export const LARGE_HEADER_BYTES = 16

type Content = Uint8Array | readonly Uint8Array[]

/** A box around its content. */
export function box(type: string, ...content: readonly Content[]): Buffer {
  const pieces = content.flat() as Uint8Array[]
  const size = pieces.reduce((sum, { length }) => sum + length, BOX_HEADER_BYTES)
  return Buffer.concat([u32(size), fourCc(type), ...pieces], size)
}

/** A box with version and flags (§4.2.2). */
export function fullBox(
  type: string,
  { version = 0, flags = 0 }: { readonly version?: number; readonly flags?: number },
  ...content: readonly Content[]
): Buffer {
  return box(type, u32(version * 2 ** 24 + flags), ...content)
}

export function fourCc(type: string): Buffer {
  return Buffer.from(type, 'latin1')
}

export function u8(...values: readonly number[]): Buffer {
  return Buffer.from(values)
}

export function u16(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 2)
  for (const [index, value] of values.entries()) bytes.writeUInt16BE(value, index * 2)
  return bytes
}

export function u32(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 4)
  for (const [index, value] of values.entries()) bytes.writeUInt32BE(value, index * 4)
  return bytes
}

export function u64(...values: readonly number[]): Buffer {
  const bytes = Buffer.alloc(values.length * 8)
  for (const [index, value] of values.entries()) bytes.writeBigUInt64BE(BigInt(value), index * 8)
  return bytes
}

const IS_SWAPPED = endianness() === 'LE'

/** For tables, whose millions of numbers are too many for arguments, and for a call each. They must fit. */
export function u32List(values: readonly number[]): Buffer {
  const bytes = Buffer.from(Uint32Array.from(values).buffer)
  return IS_SWAPPED ? bytes.swap32() : bytes
}

export function u64List(values: readonly number[]): Buffer {
  const bytes = Buffer.from(BigUint64Array.from(values, BigInt).buffer)
  return IS_SWAPPED ? bytes.swap64() : bytes
}

export interface BoxHeader {
  readonly type: string
  /** From the first byte of the header to the last of the content. */
  readonly size: number
  readonly headerBytes: number
}

/** The header at `offset`; undefined if it is not there as a whole. Errors: ParseError for an impossible size. */
export function readHeader(bytes: Buffer, offset = 0): BoxHeader | undefined {
  if (offset + BOX_HEADER_BYTES > bytes.length) return undefined
  const type = bytes.toString('latin1', offset + 4, offset + 8)
  const small = bytes.readUInt32BE(offset)
  if (small !== 1) return checked({ type, size: small, headerBytes: BOX_HEADER_BYTES }, offset)
  if (offset + LARGE_HEADER_BYTES > bytes.length) return undefined
  const size = Number(bytes.readBigUInt64BE(offset + 8))
  return checked({ type, size, headerBytes: LARGE_HEADER_BYTES }, offset)
}

function checked(header: BoxHeader, offset: number): BoxHeader {
  if (header.size < header.headerBytes) throw new ParseError(SPEC, 'a box is smaller than its header', offset)
  return header
}

export interface Box {
  readonly type: string
  readonly content: Buffer
}

/** The boxes that make up `bytes`. Errors: ParseError if they don't fill them exactly. */
export function readBoxes(bytes: Buffer): Box[] {
  const boxes: Box[] = []
  for (let offset = 0; offset < bytes.length; ) {
    const header = readHeader(bytes, offset)
    if (header === undefined || offset + header.size > bytes.length) {
      throw new ParseError(SPEC, 'a box is cut off', offset)
    }
    const content = bytes.subarray(offset + header.headerBytes, offset + header.size)
    boxes.push({ type: header.type, content })
    offset += header.size
  }
  return boxes
}
