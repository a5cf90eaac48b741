/** What tells a picture from no picture: how it is lit in large, how many edges it has and how sharp they are. Pure. */
import { LOOK_HEIGHT, LOOK_WIDTH } from './grid.ts'

const COLUMNS = 16
const ROWS = 9
const BLOCK = LOOK_WIDTH / COLUMNS
export const LAYOUT_BLOCKS = COLUMNS * ROWS

/** Points within which an edge shall have risen. */
const REACH = 8
/** Levels by which it rises, as share of the contrast of the whole: a dark picture has fainter edges. */
const RISE_SHARE = 0.6
/** More than noise does, and not so much that a bright picture has none. */
const LEAST_RISE = 10
const MOST_RISE = 24
/** One row of so many is looked at, and one point of so many in it. */
const ROW_STEP = 5
const POINT_STEP = 4
/** A point is the mean of so many rows: noise in the dark is no edge. */
const ROWS_OF_POINT = 4

/** Light in 16 × 9 blocks. */
export interface Layout {
  readonly blocks: Float32Array
  /** Standard deviation of the blocks, levels. */
  readonly contrast: number
}

export interface Edges {
  /** Share of the places that were looked at with an edge. */
  readonly share: number
  /** The steepest step of an edge as share of its rise, mean of all: 1 is as sharp as can be; 0 if there is none. */
  readonly sharpness: number
}

export function layoutOf(gray: Uint8Array): Layout {
  const blocks = new Float32Array(LAYOUT_BLOCKS)
  for (let y = 0; y < LOOK_HEIGHT; y += 1) {
    const row = Math.floor(y / BLOCK) * COLUMNS
    for (let column = 0, at = y * LOOK_WIDTH; column < COLUMNS; column += 1) {
      let sum = 0
      for (const end = at + BLOCK; at < end; at += 1) sum += gray[at]!
      blocks[row + column]! += sum / (BLOCK * BLOCK)
    }
  }
  const mean = blocks.reduce((sum, block) => sum + block, 0) / LAYOUT_BLOCKS
  const squares = blocks.reduce((sum, block) => sum + (block - mean) ** 2, 0)
  return { blocks, contrast: Math.sqrt(squares / LAYOUT_BLOCKS) }
}

/** From -1 to 1; 1 if one is the other but for brightness and contrast. 0 if one of them has none. */
export function likeness(one: Layout, other: Layout): number {
  if (one.contrast === 0 || other.contrast === 0) return 0
  const meanOf = (blocks: Float32Array) => blocks.reduce((sum, block) => sum + block, 0) / LAYOUT_BLOCKS
  const [first, second] = [meanOf(one.blocks), meanOf(other.blocks)]
  let sum = 0
  for (let block = 0; block < LAYOUT_BLOCKS; block += 1)
    sum += (one.blocks[block]! - first) * (other.blocks[block]! - second)
  return sum / LAYOUT_BLOCKS / one.contrast / other.contrast
}

/** Where a picture of any size lies; `stride` is the distance of its rows in bytes. */
export interface Luma {
  readonly luma: Uint8Array
  readonly width: number
  readonly height: number
  readonly stride: number
}

/** Edges across the rows of a picture with that layout. */
export function edgesOf({ luma, width, height, stride }: Luma, { contrast }: Layout): Edges {
  const leastRise = Math.min(MOST_RISE, Math.max(LEAST_RISE, contrast * RISE_SHARE))
  let places = 0
  let edges = 0
  let steepness = 0
  for (let y = 0; y <= height - ROWS_OF_POINT; y += ROW_STEP) {
    const end = y * stride + width - REACH
    for (let at = y * stride; at < end; at += POINT_STEP) {
      places += 1
      const rise = Math.abs(pointAt(luma, at + REACH, stride) - pointAt(luma, at, stride))
      if (rise < leastRise) continue
      edges += 1
      steepness += steepestStep(luma, at, stride) / rise
    }
  }
  return {
    share: places === 0 ? 0 : edges / places,
    sharpness: edges === 0 ? 0 : Math.min(1, steepness / edges),
  }
}

function steepestStep(luma: Uint8Array, from: number, stride: number): number {
  let steepest = 0
  for (let at = from; at < from + REACH; at += 1)
    steepest = Math.max(steepest, Math.abs(pointAt(luma, at + 1, stride) - pointAt(luma, at, stride)))
  return steepest
}

function pointAt(luma: Uint8Array, at: number, stride: number): number {
  return (luma[at]! + luma[at + stride]! + luma[at + 2 * stride]! + luma[at + 3 * stride]!) / ROWS_OF_POINT
}
