/** The grid that motion is looked for in: cells of the guide's scope table, each two by two points of a small gray picture. */
import { CELL_COLUMNS, CELL_ROWS } from '../alarm/event.ts'

export const CELLS = CELL_COLUMNS * CELL_ROWS
/** Points of a cell, across and down. */
export const CELL_SIDE = 2
/** The gray picture that is looked at, a byte for each point, row by row, 0 black to 255 white. */
export const LOOK_WIDTH = CELL_COLUMNS * CELL_SIDE
export const LOOK_HEIGHT = CELL_ROWS * CELL_SIDE
export const LOOK_POINTS = LOOK_WIDTH * LOOK_HEIGHT

/** A bit for each cell, row by row, the first one the highest bit of the first byte. */
export function packCells(cells: Uint8Array): Uint8Array {
  const bits = new Uint8Array(CELLS / 8)
  for (let cell = 0; cell < CELLS; cell += 1) {
    if (cells[cell] !== 0) bits[cell >> 3]! |= 0x80 >> (cell & 7)
  }
  return bits
}

/** Cells that are set in both. */
export function countCommon(one: Uint8Array, other: Uint8Array): number {
  let count = 0
  for (let byte = 0; byte < CELLS / 8; byte += 1) count += ONES[one[byte]! & other[byte]!]!
  return count
}

/** How many bits of a byte are set. */
const ONES = Uint8Array.from({ length: 256 }, (_, byte) => byte.toString(2).replaceAll('0', '').length)
