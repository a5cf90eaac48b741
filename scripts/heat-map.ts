/** A picture of where something moved, over the picture it moved in. */
import { CELLS, LOOK_HEIGHT, LOOK_WIDTH } from '../src/motion/grid.ts'
import { encodePng } from './png.ts'

/** Pixels of the map for each point of the small gray picture. */
const ZOOM = 8
const COLUMNS = 80
/** How much of the colour covers the picture, at the least motion and at the most. */
const LEAST_COVER = 0.35
const MOST_COVER = 0.75
/** What is not armed keeps so much of its light. */
const NOT_ARMED = 0.35
/** Levels of gray that armed cells without motion are shown with. */
const PALE = 0.8

/** PNG of `gray` (160 × 90 points), each cell coloured by how often it moved: yellow seldom, red as often as any. */
export function heatMap(gray: Uint8Array, heat: Uint32Array, scope: Uint8Array): Buffer {
  const [width, height] = [LOOK_WIDTH * ZOOM, LOOK_HEIGHT * ZOOM]
  const most = Math.max(1, ...heat)
  const colours = Array.from({ length: CELLS }, (_, cell) => colourOf(heat[cell]! / most))
  const pixels = new Uint8Array(width * height * 3)
  for (let y = 0, at = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1, at += 3) {
      const light = lightAt(gray, x, y)
      const cell = Math.floor(y / ZOOM / 2) * COLUMNS + Math.floor(x / ZOOM / 2)
      const isArmed = ((scope[cell >> 3]! >> (7 - (cell & 7))) & 1) === 1
      const colour = colours[cell]!
      for (const channel of [0, 1, 2] as const) {
        const plain = light * (isArmed ? PALE : NOT_ARMED)
        pixels[at + channel] = plain + (colour[channel] - plain) * colour[3]
      }
    }
  }
  return encodePng(pixels, width, height)
}

/** Red, green, blue, and how much it covers. */
function colourOf(share: number): readonly [number, number, number, number] {
  if (share === 0) return [0, 0, 0, 0]
  // Cells that moved seldom are told apart better on a scale of roots.
  const warmth = Math.sqrt(share)
  return [255, 220 * (1 - warmth), 0, LEAST_COVER + (MOST_COVER - LEAST_COVER) * warmth]
}

/** Blended between the points around a pixel. */
function lightAt(gray: Uint8Array, x: number, y: number): number {
  const [column, row] = [
    within((x + 0.5) / ZOOM - 0.5, LOOK_WIDTH),
    within((y + 0.5) / ZOOM - 0.5, LOOK_HEIGHT),
  ]
  const [left, top] = [Math.floor(column), Math.floor(row)]
  const across = (at: number) => gray[at]! + (gray[at + 1]! - gray[at]!) * (column - left)
  const upper = across(top * LOOK_WIDTH + left)
  return upper + (across((top + 1) * LOOK_WIDTH + left) - upper) * (row - top)
}

function within(place: number, size: number): number {
  return Math.min(size - 1.001, Math.max(0, place))
}
