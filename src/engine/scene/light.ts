/**
 * Light over the scene. The street is painted once, by day; every other light is that picture toned down,
 * with windows and lamps put in. A level is 1 at noon and 0 at night.
 */
import type { Area } from '../picture/size.ts'
import type { SceneSpecification } from '../source/specification.ts'
import { Canvas, copyArea, type Planes } from './canvas.ts'
import { type Colour, mix, rgb } from './colour.ts'

/** Things that shine when it is dark, in pixels of the panorama. */
export interface Lights {
  readonly windows: readonly Area[]
  /** Lamp heads; each lights the ground below it. */
  readonly lamps: readonly { readonly x: number; readonly y: number; readonly groundY: number }[]
}

/** Twilight of the clock, hours of local time. */
const DAWN = { from: 6, to: 7.5 }
const DUSK = { from: 18, to: 19.5 }

/** So many steps make twilight look smooth while the picture stands still between them. */
const LEVEL_STEPS = 64

/** The level for a local time of day in seconds. */
export function lightLevel(light: SceneSpecification['light'], localSeconds: number): number {
  if (light !== 'clock') return light === 'day' ? 1 : 0
  const hour = (localSeconds / 3600) % 24
  const level = Math.min(smoothStep(DAWN, hour), 1 - smoothStep(DUSK, hour))
  return Math.round(level * LEVEL_STEPS) / LEVEL_STEPS
}

function smoothStep({ from, to }: { from: number; to: number }, value: number): number {
  const share = Math.max(0, Math.min(1, (value - from) / (to - from)))
  return share * share * (3 - 2 * share)
}

/** A colour as it looks at a level: darker, paler and towards blue. */
export function toneAt(level: number): (colour: Colour) => Colour {
  return ({ y, u, v }) => ({ y: luma(y, level), u: chroma(u, level, 7), v: chroma(v, level, -5) })
}

const luma = (value: number, level: number) => Math.round(16 + (value - 16) * (0.2 + 0.8 * level))
const chroma = (value: number, level: number, night: number) =>
  Math.round(128 + (value - 128) * (0.45 + 0.55 * level) + night * (1 - level))

/** Writes the day picture `day` as it looks at a level into `lit`. */
export function illuminate(day: Planes, lit: Planes, lights: Lights, level: number): void {
  if (level === 1) {
    copyArea(day, { x: 0, y: 0, width: day.width, height: day.height }, lit, { x: 0, y: 0 })
    return
  }
  translate(day, lit, 'y', (value) => luma(value, level))
  translate(day, lit, 'u', (value) => chroma(value, level, 7))
  translate(day, lit, 'v', (value) => chroma(value, level, -5))
  const darkness = 1 - level
  const canvas = new Canvas(lit)
  for (const pane of lights.windows) paintWindow(canvas, pane, darkness)
  for (const lamp of lights.lamps) {
    lightArea(day, lit, { x: lamp.x, y: lamp.groundY, radiusX: 430, radiusY: 210 }, darkness * 0.62)
    lightArea(day, lit, { x: lamp.x, y: lamp.y, radiusX: 130, radiusY: 130 }, darkness * 0.5)
    canvas.ellipse(lamp.x, lamp.y + 6, 24, 9, mix(LAMP, WINDOW_BRIGHT, 0.3), darkness)
  }
}

/** Two by two panes, brighter below; the bars between them are 4 pixels wide. */
function paintWindow(canvas: Canvas, { x, y, width, height }: Area, strength: number): void {
  const paneWidth = width / 2 - 2
  for (const left of [x, x + width - paneWidth]) {
    canvas.rectangle(left, y, paneWidth, 28, WINDOW_GLOW, strength * 0.9)
    canvas.rectangle(
      left,
      y + 32,
      paneWidth,
      height - 32,
      mix(WINDOW_GLOW, WINDOW_BRIGHT, 0.4),
      strength * 0.9,
    )
  }
}

const WINDOW_GLOW = rgb('#f2b85c')
const WINDOW_BRIGHT = rgb('#ffe2a0')
const LAMP = rgb('#fff4d0')

function translate(
  from: Planes,
  to: Planes,
  plane: 'y' | 'u' | 'v',
  change: (value: number) => number,
): void {
  const table = Uint8Array.from({ length: 256 }, (_, value) => change(value))
  const [rows, fromStride, toStride] =
    plane === 'y' ? [from.height, from.yStride, to.yStride] : [from.height / 2, from.cStride, to.cStride]
  const [source, target] = [from[plane], to[plane]]
  for (let row = 0; row < rows; row += 1) {
    const shift = row * (toStride - fromStride)
    const end = (row + 1) * fromStride
    for (let at = row * fromStride; at < end; at += 1) target[at + shift] = table[source[at]!]!
  }
}

interface Pool {
  readonly x: number
  readonly y: number
  readonly radiusX: number
  readonly radiusY: number
}

/** Gives the day back inside an ellipse, warm, and less towards its rim. */
function lightArea(day: Planes, lit: Planes, pool: Pool, strength: number): void {
  const top = Math.max(0, even(pool.y - pool.radiusY))
  const bottom = Math.min(lit.height, pool.y + pool.radiusY)
  const left = Math.max(0, even(pool.x - pool.radiusX))
  const right = Math.min(lit.width, pool.x + pool.radiusX)
  for (let y = top; y < bottom; y += 1) {
    const fromCenter = ((y - pool.y) / pool.radiusY) ** 2
    for (let x = left; x < right; x += 1) {
      const distance = fromCenter + ((x - pool.x) / pool.radiusX) ** 2
      if (distance >= 1) continue
      const share = strength * (1 - distance) ** 2
      const at = y * lit.yStride + x
      lit.y[at] = Math.min(235, lit.y[at]! + (day.y[y * day.yStride + x]! - 16) * share)
      if ((x | y) & 1) continue
      const c = (y >> 1) * lit.cStride + (x >> 1)
      lit.u[c] = lit.u[c]! - 34 * share
      lit.v[c] = lit.v[c]! + 24 * share
    }
  }
}

const even = (value: number) => Math.floor(value / 2) * 2
