/**
 * Paints plain shapes into the three planes of a 4:2:0 picture. Everything is made of horizontal spans and is
 * clipped at the edges. Coordinates are pixels of luma and may be fractions.
 */
import type { Area, Size } from '../picture/size.ts'
import { type Colour, mix } from './colour.ts'

/** Planes of a picture; chroma has half the width and height. A stride is the distance of two rows in bytes. */
export interface Planes extends Size {
  readonly y: Uint8Array
  readonly u: Uint8Array
  readonly v: Uint8Array
  readonly yStride: number
  readonly cStride: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

/** Planes in memory of our own, black. */
export function createPlanes({ width, height }: Size): Planes {
  const chroma = (width / 2) * (height / 2)
  return {
    width,
    height,
    y: new Uint8Array(width * height).fill(16),
    u: new Uint8Array(chroma).fill(128),
    v: new Uint8Array(chroma).fill(128),
    yStride: width,
    cStride: width / 2,
  }
}

/** Copies an area of `from` to a place in `to`; all numbers must be even. */
export function copyArea(from: Planes, { x, y, width, height }: Area, to: Planes, at: Point): void {
  for (let row = 0; row < height; row += 1) {
    const start = (y + row) * from.yStride + x
    to.y.set(from.y.subarray(start, start + width), (at.y + row) * to.yStride + at.x)
  }
  for (let row = 0; row < height / 2; row += 1) {
    const start = (y / 2 + row) * from.cStride + x / 2
    const target = (at.y / 2 + row) * to.cStride + at.x / 2
    to.u.set(from.u.subarray(start, start + width / 2), target)
    to.v.set(from.v.subarray(start, start + width / 2), target)
  }
}

export class Canvas {
  readonly #planes: Planes
  readonly #tone: (colour: Colour) => Colour

  /** `tone` is applied to every colour before it is painted. */
  constructor(planes: Planes, tone: (colour: Colour) => Colour = (colour) => colour) {
    this.#planes = planes
    this.#tone = tone
  }

  /** `opacity` is from 0 to 1. */
  rectangle(x: number, y: number, width: number, height: number, colour: Colour, opacity = 1): void {
    this.#rows(y, y + height, colour, opacity, () => [x, x + width])
  }

  /** Runs from `top` to `bottom` over the whole width. */
  gradient(y: number, height: number, top: Colour, bottom: Colour): void {
    for (let row = 0; row < height; row += 1) {
      this.rectangle(0, y + row, this.#planes.width, 1, mix(top, bottom, row / height))
    }
  }

  ellipse(
    centerX: number,
    centerY: number,
    radiusX: number,
    radiusY: number,
    colour: Colour,
    opacity = 1,
  ): void {
    this.#rows(centerY - radiusY, centerY + radiusY, colour, opacity, (row) => {
      const reach = radiusX * Math.sqrt(Math.max(0, 1 - ((row + 0.5 - centerY) / radiusY) ** 2))
      return [centerX - reach, centerX + reach]
    })
  }

  /** An ellipse that shines: its colour is not toned. */
  glow(centerX: number, centerY: number, radiusX: number, radiusY: number, colour: Colour): void {
    new Canvas(this.#planes).ellipse(centerX, centerY, radiusX, radiusY, colour)
  }

  /** A convex polygon. */
  polygon(points: readonly Point[], colour: Colour, opacity = 1): void {
    const rows = points.map((point) => point.y)
    this.#rows(Math.min(...rows), Math.max(...rows), colour, opacity, (row) => crossings(points, row + 0.5))
  }

  /** A straight stroke with a width. */
  line(from: Point, to: Point, width: number, colour: Colour): void {
    const length = Math.hypot(to.x - from.x, to.y - from.y) || 1
    const dx = ((to.y - from.y) / length) * (width / 2)
    const dy = ((from.x - to.x) / length) * (width / 2)
    const corner = (point: Point, side: 1 | -1) => ({ x: point.x + dx * side, y: point.y + dy * side })
    this.polygon([corner(from, 1), corner(to, 1), corner(to, -1), corner(from, -1)], colour)
  }

  /** Roughens the luma of an area by up to `depth` steps either way. */
  grain(x: number, y: number, width: number, height: number, depth: number, random: () => number): void {
    const { y: luma, yStride } = this.#planes
    let word = Math.floor(random() * 2 ** 31) | 1
    for (let row = y; row < y + height; row += 1) {
      for (let at = row * yStride + x; at < row * yStride + x + width; at += 1) {
        word ^= word << 13
        word ^= word >>> 17
        word ^= word << 5
        luma[at] = luma[at]! + (((word & 255) * (2 * depth + 1)) >> 8) - depth
      }
    }
  }

  /** Paints rows `top` to `bottom`; `edges` tells for a row from where to where. */
  #rows(
    top: number,
    bottom: number,
    colour: Colour,
    opacity: number,
    edges: (row: number) => readonly [number, number],
  ): void {
    const { y, u, v } = this.#tone(colour)
    const { width, height, yStride, cStride } = this.#planes
    const last = Math.min(height, Math.round(bottom))
    for (let row = Math.max(0, Math.round(top)); row < last; row += 1) {
      const [left, right] = edges(row)
      const from = Math.max(0, Math.round(left))
      const to = Math.min(width, Math.round(right))
      if (from >= to) continue
      paint(this.#planes.y, row * yStride + from, row * yStride + to, y, opacity)
      if (row % 2 !== 0) continue
      const chroma = (row / 2) * cStride
      paint(this.#planes.u, chroma + (from >> 1), chroma + ((to + 1) >> 1), u, opacity)
      paint(this.#planes.v, chroma + (from >> 1), chroma + ((to + 1) >> 1), v, opacity)
    }
  }
}

function paint(plane: Uint8Array, from: number, to: number, value: number, opacity: number): void {
  if (opacity >= 1) {
    plane.fill(value, from, to)
    return
  }
  for (let at = from; at < to; at += 1) plane[at] = plane[at]! + (value - plane[at]!) * opacity + 0.5
}

/** Leftmost and rightmost point of the outline at a height. */
function crossings(points: readonly Point[], height: number): [number, number] {
  let left = Number.POSITIVE_INFINITY
  let right = Number.NEGATIVE_INFINITY
  for (const [index, a] of points.entries()) {
    const b = points[(index + 1) % points.length]!
    if (a.y === b.y || height < Math.min(a.y, b.y) || height > Math.max(a.y, b.y)) continue
    const x = a.x + ((height - a.y) / (b.y - a.y)) * (b.x - a.x)
    left = Math.min(left, x)
    right = Math.max(right, x)
  }
  return [left, right]
}
