/**
 * Action Message Format 0, the values in RTMP commands and FLV script data (AMF 0, December 2007). Objects,
 * typed objects and ECMA arrays are all read as an object; references, movie clips, record sets, XML and the
 * switch to AMF 3 are refused. Depth and the number of values are bounded.
 */
import { ParseError } from '../../base/errors.ts'

const SPEC = 'AMF 0 §2'
const MAX_DEPTH = 16
const MAX_VALUES = 2048

/** AMF 0 §2.1. */
const MARKER = {
  number: 0,
  boolean: 1,
  string: 2,
  object: 3,
  null: 5,
  undefined: 6,
  ecmaArray: 8,
  objectEnd: 9,
  strictArray: 10,
  date: 11,
  longString: 12,
  typedObject: 16,
} as const

/** Fields by name. Objects that were read have no prototype, so that any name is just a name. */
export interface AmfObject {
  readonly [name: string]: AmfValue
}
export type AmfValue = number | boolean | string | null | undefined | Date | AmfObject | readonly AmfValue[]

/** The bytes of values that follow each other. Strings beyond 65535 bytes become long strings. */
export function writeAmf0(...values: readonly AmfValue[]): Buffer {
  return Buffer.concat(values.flatMap(pieces))
}

/** An object in the form that script data asks for (AMF 0 §2.10, FLV 10.1 §E.4.4.5). */
export function writeEcmaArray(fields: AmfObject): Buffer {
  const head = Buffer.alloc(5)
  head[0] = MARKER.ecmaArray
  head.writeUInt32BE(Object.keys(fields).length, 1)
  return Buffer.concat([head, ...fieldPieces(fields)])
}

function pieces(value: AmfValue): Buffer[] {
  if (typeof value === 'number') return [float64(MARKER.number, value)]
  if (typeof value === 'boolean') return [Buffer.of(MARKER.boolean, value ? 1 : 0)]
  if (typeof value === 'string') return stringPieces(value)
  if (value === null) return [Buffer.of(MARKER.null)]
  if (value === undefined) return [Buffer.of(MARKER.undefined)]
  if (value instanceof Date) return [float64(MARKER.date, value.getTime()), Buffer.alloc(2)]
  if (isArray(value)) {
    const head = Buffer.alloc(5)
    head[0] = MARKER.strictArray
    head.writeUInt32BE(value.length, 1)
    return [head, ...value.flatMap(pieces)]
  }
  return [Buffer.of(MARKER.object), ...fieldPieces(value)]
}

function fieldPieces(fields: AmfObject): Buffer[] {
  const entries = Object.entries(fields).flatMap(([name, value]) => [...shortString(name), ...pieces(value)])
  return [...entries, Buffer.of(0, 0, MARKER.objectEnd)]
}

function stringPieces(text: string): Buffer[] {
  if (Buffer.byteLength(text) <= 0xffff) return [Buffer.of(MARKER.string), ...shortString(text)]
  const bytes = Buffer.from(text)
  const head = Buffer.alloc(5)
  head[0] = MARKER.longString
  head.writeUInt32BE(bytes.length, 1)
  return [head, bytes]
}

function shortString(text: string): Buffer[] {
  const bytes = Buffer.from(text)
  return [Buffer.of(bytes.length >> 8, bytes.length & 255), bytes]
}

function float64(marker: number, value: number): Buffer {
  const bytes = Buffer.alloc(9)
  bytes[0] = marker
  bytes.writeDoubleBE(value, 1)
  return bytes
}

function isArray(value: AmfObject | readonly AmfValue[]): value is readonly AmfValue[] {
  return Array.isArray(value)
}

/** All values up to the end of the bytes. Errors: ParseError. */
export function readAmf0(bytes: Uint8Array): AmfValue[] {
  const reader = new Amf0Reader(bytes)
  const values: AmfValue[] = []
  while (!reader.atEnd) values.push(reader.value(0))
  return values
}

class Amf0Reader {
  readonly #bytes: Buffer
  #offset = 0
  #values = 0

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  get atEnd(): boolean {
    return this.#offset >= this.#bytes.length
  }

  value(depth: number): AmfValue {
    this.#values += 1
    if (depth > MAX_DEPTH) throw this.#error(`more than ${MAX_DEPTH} levels`)
    if (this.#values > MAX_VALUES) throw this.#error(`more than ${MAX_VALUES} values`)
    const marker = this.#unsigned(1)
    switch (marker) {
      case MARKER.number:
        return this.#float64()
      case MARKER.boolean:
        return this.#unsigned(1) !== 0
      case MARKER.string:
        return this.#text(this.#unsigned(2))
      case MARKER.longString:
        return this.#text(this.#unsigned(4))
      case MARKER.null:
        return null
      case MARKER.undefined:
        return undefined
      case MARKER.typedObject:
        this.#text(this.#unsigned(2))
        return this.#object(depth)
      case MARKER.object:
        return this.#object(depth)
      case MARKER.ecmaArray:
        this.#unsigned(4)
        return this.#object(depth)
      case MARKER.strictArray:
        return this.#array(depth)
      case MARKER.date:
        return this.#date()
      default:
        throw this.#error(`type marker ${marker} is not supported`)
    }
  }

  #object(depth: number): AmfObject {
    const fields = Object.create(null) as Record<string, AmfValue>
    for (;;) {
      const name = this.#text(this.#unsigned(2))
      if (name === '' && this.#bytes[this.#offset] === MARKER.objectEnd) {
        this.#offset += 1
        return fields
      }
      fields[name] = this.value(depth + 1)
    }
  }

  #array(depth: number): AmfValue[] {
    const count = this.#unsigned(4)
    const values: AmfValue[] = []
    while (values.length < count) values.push(this.value(depth + 1))
    return values
  }

  #date(): Date {
    const date = new Date(this.#float64())
    this.#unsigned(2) // time zone, reserved
    return date
  }

  #text(length: number): string {
    return this.#take(length).toString()
  }

  #float64(): number {
    return this.#take(8).readDoubleBE()
  }

  #unsigned(length: number): number {
    return this.#take(length).readUIntBE(0, length)
  }

  #take(length: number): Buffer {
    const end = this.#offset + length
    if (end > this.#bytes.length) throw this.#error('the value is cut')
    const taken = this.#bytes.subarray(this.#offset, end)
    this.#offset = end
    return taken
  }

  #error(message: string): ParseError {
    return new ParseError(SPEC, message, this.#offset)
  }
}
