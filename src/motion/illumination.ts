/**
 * By how much the light changed between two pictures, everywhere in the picture: measured in large blocks as the
 * median of what their points changed by, so that whatever moves in a block is no light, and blended between blocks.
 */
import { LOOK_HEIGHT, LOOK_WIDTH } from './grid.ts'

const COLUMNS = 8
const ROWS = 5
const BLOCK_WIDTH = LOOK_WIDTH / COLUMNS
const BLOCK_HEIGHT = LOOK_HEIGHT / ROWS
/** Every other point across and down tells enough. */
const STEP = 2
/** Added to both pictures, so that the noise of dark places is no change of the light. */
const LIFT = 20
/** More than half or twice the light is another scene. */
const LEAST = 0.5
const MOST = 2
/** Smaller changes are not worth a multiplication for each point. */
const NEGLIGIBLE = 0.004

export class Illumination {
  readonly #ratios = new Float32Array((BLOCK_WIDTH / STEP) * (BLOCK_HEIGHT / STEP))
  readonly #measured = new Float32Array(COLUMNS * ROWS)
  readonly #blocks = new Float32Array(COLUMNS * ROWS)
  readonly #near = new Float32Array(9)
  readonly #row = new Float32Array(COLUMNS)

  /**
   * Measures the light of `now` against `past`. False if it is the same everywhere. What `past` would be in the light
   * of now is (past + LIFT) × gain - LIFT.
   */
  measure(now: Uint8Array, past: Float32Array): boolean {
    let isSame = true
    for (let row = 0; row < ROWS; row += 1) {
      for (let column = 0; column < COLUMNS; column += 1)
        this.#measured[row * COLUMNS + column] = this.#blockGain(now, past, column, row)
    }
    for (let row = 0; row < ROWS; row += 1) {
      for (let column = 0; column < COLUMNS; column += 1) {
        const gain = this.#amongNeighbours(column, row)
        this.#blocks[row * COLUMNS + column] = gain
        if (Math.abs(gain - 1) > NEGLIGIBLE) isSame = false
      }
    }
    return !isSame
  }

  /** Writes `past` as it would look in the light of now into `output`. */
  apply(past: Float32Array, output: Float32Array): void {
    const row = this.#row
    for (let y = 0; y < LOOK_HEIGHT; y += 1) {
      const place = Math.min(ROWS - 1, Math.max(0, (y + 0.5) / BLOCK_HEIGHT - 0.5))
      const upper = Math.min(ROWS - 2, Math.floor(place))
      const share = place - upper
      for (let column = 0; column < COLUMNS; column += 1) {
        const above = this.#blocks[upper * COLUMNS + column]!
        row[column] = above + (this.#blocks[(upper + 1) * COLUMNS + column]! - above) * share
      }
      this.#applyRow(past, output, y * LOOK_WIDTH)
    }
  }

  #applyRow(past: Float32Array, output: Float32Array, start: number): void {
    const row = this.#row
    const half = BLOCK_WIDTH / 2
    let at = start
    for (const end = start + half; at < end; at += 1) output[at] = (past[at]! + LIFT) * row[0]! - LIFT
    for (let column = 0; column < COLUMNS - 1; column += 1) {
      const slope = (row[column + 1]! - row[column]!) / BLOCK_WIDTH
      let gain = row[column]! + slope / 2
      for (const end = at + BLOCK_WIDTH; at < end; at += 1, gain += slope)
        output[at] = (past[at]! + LIFT) * gain - LIFT
    }
    for (const end = start + LOOK_WIDTH; at < end; at += 1)
      output[at] = (past[at]! + LIFT) * row[COLUMNS - 1]! - LIFT
  }

  #blockGain(now: Uint8Array, past: Float32Array, column: number, row: number): number {
    const ratios = this.#ratios
    let count = 0
    for (let y = row * BLOCK_HEIGHT; y < (row + 1) * BLOCK_HEIGHT; y += STEP) {
      const start = y * LOOK_WIDTH + column * BLOCK_WIDTH
      for (let at = start; at < start + BLOCK_WIDTH; at += STEP) {
        ratios[count] = (now[at]! + LIFT) / (past[at]! + LIFT)
        count += 1
      }
    }
    return Math.min(MOST, Math.max(LEAST, medianOf(ratios, count)))
  }

  /** The median of a block and those around it: an object that covers a block is no light either. */
  #amongNeighbours(column: number, row: number): number {
    let count = 0
    for (let y = Math.max(0, row - 1); y <= Math.min(ROWS - 1, row + 1); y += 1) {
      for (let x = Math.max(0, column - 1); x <= Math.min(COLUMNS - 1, column + 1); x += 1) {
        this.#near[count] = this.#measured[y * COLUMNS + x]!
        count += 1
      }
    }
    return medianOf(this.#near, count)
  }
}

/** The value in the middle of the first `count`, the upper one of two. Reorders them (Hoare's selection). */
export function medianOf(values: Float32Array, count: number): number {
  const middle = count >> 1
  let low = 0
  let high = count - 1
  while (low < high) {
    const pivot = values[middle]!
    let left = low
    let right = high
    do {
      while (values[left]! < pivot) left += 1
      while (pivot < values[right]!) right -= 1
      if (left <= right) {
        const value = values[left]!
        values[left] = values[right]!
        values[right] = value
        left += 1
        right -= 1
      }
    } while (left <= right)
    if (right < middle) low = left
    if (middle < left) high = right
  }
  return values[middle]!
}
