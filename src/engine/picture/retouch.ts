/**
 * Work on the pixels of a planar 4:2:0 picture, in place: noise reduction, tables, masks. Done here and not by
 * filters because tables change with every picture while flicker is evened out, and take FFmpeg long to build.
 */
import type { Frame } from 'node-av/lib'
import { check } from '../native.ts'
import type { Planes } from '../scene/canvas.ts'
import { planesOf } from './blank-frame.ts'
import type { Levels } from './picture.ts'
import type { Area } from './size.ts'
import type { Tables } from './tone.ts'

/** Of a difference that is taken for noise so much is taken back. */
const TAKEN_BACK = 0.7

/** The planes of a frame that may be written: what others still look at is copied first. Errors: CameraError `internal`. */
export function writablePlanes(frame: Frame): Planes {
  check(frame.makeWritable(), 'picture buffer')
  return planesOf(frame)
}

/** Writes areas black. Odd edges take the chroma of their neighbours with them. */
export function blacken({ y, u, v, yStride, cStride }: Planes, areas: readonly Area[], levels: Levels): void {
  const black = levels === 'full' ? 0 : 16
  for (const { x, y: top, width, height } of areas) {
    for (let row = top; row < top + height; row += 1)
      y.fill(black, row * yStride + x, row * yStride + x + width)
    const [left, right] = [x >> 1, (x + width + 1) >> 1]
    for (let row = top >> 1; row < (top + height + 1) >> 1; row += 1) {
      u.fill(128, row * cStride + left, row * cStride + right)
      v.fill(128, row * cStride + left, row * cStride + right)
    }
  }
}

/** Gives every pixel its new value. */
export function applyTables({ width, height, y, u, v, yStride, cStride }: Planes, tables: Tables): void {
  if (tables.y !== undefined) applyTable(y, { width, height }, yStride, pairsOf(tables.y))
  if (tables.chroma === undefined) return
  const size = { width: (width + 1) >> 1, height: (height + 1) >> 1 }
  const pairs = pairsOf(tables.chroma)
  applyTable(u, size, cStride, pairs)
  applyTable(v, size, cStride, pairs)
}

/** Tables for two pixels at once, half the work; the last ones are kept. */
const pairs = new WeakMap<Uint8Array, Uint16Array>()

function pairsOf(table: Uint8Array): Uint16Array {
  const known = pairs.get(table)
  if (known !== undefined) return known
  const made = Uint16Array.from({ length: 65536 }, () => 0)
  for (let high = 0; high < 256; high += 1) {
    const upper = table[high]! << 8
    for (let low = 0; low < 256; low += 1) made[(high << 8) | low] = upper | table[low]!
  }
  pairs.set(table, made)
  return made
}

/** The bytes behind the picture's edge, up to the stride, may be changed too. */
function applyTable(
  plane: Uint8Array,
  { width, height }: { width: number; height: number },
  stride: number,
  table: Uint16Array,
): void {
  const words = new Uint16Array(plane.buffer, plane.byteOffset, plane.length >> 1)
  const [across, step] = [(width + 1) >> 1, stride >> 1]
  for (let row = 0; row < height; row += 1) {
    const end = row * step + across
    for (let at = row * step; at < end; at += 1) words[at] = table[words[at]!]!
  }
}

/** Noise reduction over time: it remembers the last picture it gave. */
export class Denoiser {
  #former = new Uint8Array(0)
  #stride = 0
  #limit = 0
  #table: Uint8Array = new Uint8Array(0)

  /** `limit`: the largest difference that is taken for noise. */
  run({ width, height, y, yStride }: Planes, limit: number): void {
    if (limit !== this.#limit) this.#table = calmTable(limit)
    this.#limit = limit
    if (this.#former.length !== y.length || this.#stride !== yStride) {
      this.#former = Uint8Array.from(y)
      this.#stride = yStride
      return
    }
    // Two pixels at once, as in applyTable.
    const words = new Uint16Array(y.buffer, y.byteOffset, y.length >> 1)
    const former = new Uint16Array(this.#former.buffer, 0, y.length >> 1)
    const table = this.#table
    const [across, step] = [(width + 1) >> 1, yStride >> 1]
    for (let row = 0; row < height; row += 1) {
      const end = row * step + across
      for (let at = row * step; at < end; at += 1) {
        const value = words[at]!
        const before = former[at]!
        if (value === before) continue
        const low = table[((value & 0xff) << 8) | (before & 0xff)]!
        words[at] = low | (table[(value & 0xff00) | (before >> 8)]! << 8)
      }
    }
    this.#former.set(y)
  }

  /** The next picture begins anew. */
  forget(): void {
    this.#former = new Uint8Array(0)
  }
}

/** What becomes of a pixel, by its value × 256 + the one before. Small differences vanish, large ones stay. */
function calmTable(limit: number): Uint8Array {
  return Uint8Array.from({ length: 65536 }, (_, at) => {
    const difference = (at >> 8) - (at & 0xff)
    const share = Math.max(0, 1 - (difference / (limit + 1)) ** 2)
    return (at >> 8) - Math.trunc(difference * TAKEN_BACK * share)
  })
}
