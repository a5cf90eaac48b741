/**
 * What a font file tells about itself without drawing: which characters it has, how wide they are, how far it
 * reaches above and below the line. OpenType 1.9 in TrueType or CFF form, also packed as WOFF 1.0; left out are
 * collections, WOFF 2 and kerning.
 */
import { readFileSync } from 'node:fs'
import { inflateSync } from 'node:zlib'
import { CameraError } from '../../base/errors.ts'

/** `wOFF`, WOFF 1.0 §4. */
const WOFF = 0x774f4646

type Tables = (tag: string) => Buffer

export class Font {
  readonly path: string
  /** Heights in fractions of the font size; below the line is positive too. */
  readonly ascent: number
  readonly descent: number
  readonly #unitsPerEm: number
  readonly #hmtx: Buffer
  readonly #longMetrics: number
  readonly #glyphOf: (codePoint: number) => number

  /** Errors: CameraError `internal` if the file is no such font. */
  constructor(path: string) {
    this.path = path
    try {
      const tables = openTables(readFileSync(path))
      const hhea = tables('hhea')
      this.#unitsPerEm = tables('head').readUInt16BE(18)
      this.ascent = hhea.readInt16BE(4) / this.#unitsPerEm
      this.descent = -hhea.readInt16BE(6) / this.#unitsPerEm
      this.#longMetrics = hhea.readUInt16BE(34)
      // Copies: what is kept shall not hold the whole file.
      this.#hmtx = Buffer.from(tables('hmtx'))
      this.#glyphOf = readCmap(Buffer.from(tables('cmap')))
    } catch (error) {
      throw new CameraError('internal', `${path} is not a font`, error)
    }
  }

  has(codePoint: number): boolean {
    return this.#glyphOf(codePoint) !== 0
  }

  /** Width of a character in fractions of the font size; that of the sign for missing ones if it has none. */
  advance(codePoint: number): number {
    const glyph = Math.min(this.#glyphOf(codePoint), this.#longMetrics - 1)
    return this.#hmtx.readUInt16BE(glyph * 4) / this.#unitsPerEm
  }
}

/** Tables by tag (OpenType 1.9, "Organization of an OpenType font"; WOFF 1.0 §5). */
function openTables(file: Buffer): Tables {
  const isWoff = file.readUInt32BE(0) === WOFF
  const count = file.readUInt16BE(isWoff ? 12 : 4)
  const places = new Map<string, Buffer>()
  for (let index = 0; index < count; index += 1) {
    const at = isWoff ? 44 + index * 20 : 12 + index * 16
    const tag = file.toString('latin1', at, at + 4)
    const offset = file.readUInt32BE(at + (isWoff ? 4 : 8))
    const stored = file.readUInt32BE(at + (isWoff ? 8 : 12))
    const length = isWoff ? file.readUInt32BE(at + 12) : stored
    const bytes = file.subarray(offset, offset + stored)
    places.set(tag, stored < length && WANTED.has(tag) ? inflateSync(bytes) : bytes)
  }
  return (tag) => {
    const table = places.get(tag)
    if (table === undefined) throw new Error(`no table ${tag}`)
    return table
  }
}

const WANTED = new Set(['head', 'hhea', 'hmtx', 'cmap'])

/** Glyph numbers of characters (OpenType 1.9 `cmap`): format 12 if there is one, else format 4. */
function readCmap(cmap: Buffer): (codePoint: number) => number {
  const formats = new Map<number, number>()
  for (let index = 0; index < cmap.readUInt16BE(2); index += 1) {
    const platform = cmap.readUInt16BE(4 + index * 8)
    const offset = cmap.readUInt32BE(8 + index * 8)
    // 0 is Unicode, 3 Windows; the others have character sets of their own.
    if (platform === 0 || platform === 3) formats.set(cmap.readUInt16BE(offset), offset)
  }
  const full = formats.get(12)
  if (full !== undefined) return (codePoint) => glyphInFormat12(cmap, full, codePoint)
  const basic = formats.get(4)
  if (basic === undefined) throw new Error('no Unicode cmap')
  return (codePoint) => glyphInFormat4(cmap, basic, codePoint)
}

/** `cmap` format 12: groups of first character, last character, glyph of the first. */
function glyphInFormat12(cmap: Buffer, table: number, codePoint: number): number {
  const groups = table + 16
  const count = cmap.readUInt32BE(table + 12)
  const index = firstAtLeast(count, codePoint, (at) => cmap.readUInt32BE(groups + at * 12 + 4))
  if (index === count) return 0
  const first = cmap.readUInt32BE(groups + index * 12)
  return codePoint < first ? 0 : cmap.readUInt32BE(groups + index * 12 + 8) + codePoint - first
}

/** `cmap` format 4: segments in four parallel lists, with two bytes of padding after the first. */
function glyphInFormat4(cmap: Buffer, table: number, codePoint: number): number {
  const bytes = cmap.readUInt16BE(table + 6)
  const count = bytes / 2
  const ends = table + 14
  const starts = ends + bytes + 2
  const index = firstAtLeast(count, codePoint, (at) => cmap.readUInt16BE(ends + at * 2))
  if (index === count) return 0
  const start = cmap.readUInt16BE(starts + index * 2)
  if (codePoint < start) return 0
  const delta = cmap.readUInt16BE(starts + bytes + index * 2)
  const rangeAt = starts + 2 * bytes + index * 2
  const range = cmap.readUInt16BE(rangeAt)
  if (range === 0) return (codePoint + delta) & 0xffff
  const glyph = cmap.readUInt16BE(rangeAt + range + (codePoint - start) * 2)
  return glyph === 0 ? 0 : (glyph + delta) & 0xffff
}

/** The first of `count` ascending values that is not below `wanted`; `count` if there is none. */
function firstAtLeast(count: number, wanted: number, valueAt: (index: number) => number): number {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >> 1
    if (valueAt(middle) < wanted) low = middle + 1
    else high = middle
  }
  return low
}
