/**
 * Tells which cells of a fixed camera's picture move (docs/design/motion.md). Pure but for its memory: it is shown
 * small gray pictures and knows neither where they come from nor what is armed.
 */
import { CELL_COLUMNS, CELL_ROWS } from '../alarm/event.ts'
import { CELLS, LOOK_POINTS, LOOK_WIDTH } from './grid.ts'
import { Illumination } from './illumination.ts'
import { Noise } from './noise.ts'
import { Recent } from './recent.ts'

/** Levels of gray by which a point without noise must differ from the recent past. */
const LEAST_DIFFERENCE = 5
/** Times the usual difference of a point (its median, 0.67 of a standard deviation). */
const NOISE_FACTOR = 6
/** So many points of a cell differ, or half as many differ twice as much. */
const POINTS_OF_CELL = 2

/** A picture in which so much changed at once may show another light: a lamp, a cover taken off. */
const JUMP_SHARE = 0.01
/** So much more than in the picture before is at once. */
const JUMP_GROWTH = 4
/** Of what moves, at least so much moves on in the next picture; a lamp that was switched on does not. */
const MOVES_ON_SHARE = 0.1

/** When so much changed at once, nothing is told of it until the next picture shows that it goes on. */
const SUDDEN_SHARE = 0.25
/** Nearly everything: a change of the light that takes longer, or another picture altogether. */
const WHOLE_SHARE = 0.6
const WHOLE_CHANGE_MS = 4000
/** What grows slower than that is a thing that comes nearer. */
const SUDDEN_GROWTH = 2.5
/** A sudden change is one after so long a time without. */
const CALM_MS = 2000

export interface Sight {
  /** 1 for each cell that moves. Lent until the next picture. */
  readonly cells: Uint8Array
  readonly moved: number
  /** The picture changed as a whole, and nothing can be told of this moment or the one before it. */
  readonly isUnsettled: boolean
}

export class Detector {
  readonly #recent = new Recent()
  readonly #illumination = new Illumination()
  readonly #noise = new Noise()
  readonly #expected = new Float32Array(LOOK_POINTS)
  readonly #differences = new Float32Array(LOOK_POINTS)
  readonly #raw = new Uint8Array(CELLS)
  readonly #cells = new Uint8Array(CELLS)
  readonly #previous = new Uint8Array(LOOK_POINTS)
  /** Share of the cells that changed in the last picture. */
  #lastShare = 0
  /** The last picture was another than the ones before. */
  #hasJumped = false
  #sudden: { readonly sinceMs: number; lastMs: number } | undefined

  /** What moves in this picture. Times are milliseconds and grow. */
  look(gray: Uint8Array, atMs: number): Sight {
    const past = this.#recent.before(atMs)
    this.#cells.fill(0)
    if (past === undefined) {
      this.#previous.set(gray)
      this.#recent.push(gray, atMs)
      return this.#sight(0, true)
    }
    this.#compare(gray, past)
    this.#noise.measure(this.#differences)
    const changed = this.#findCells()
    const isUnsettled = this.#isSettledJump(gray, changed) || this.#isSudden(changed / CELLS, atMs)
    this.#previous.set(gray)
    if (isUnsettled) {
      this.#recent.clear()
      this.#cells.fill(0)
    } else this.#noise.learn(this.#differences)
    this.#recent.push(gray, atMs)
    const isKnown = !isUnsettled && this.#noise.isKnown
    return this.#sight(isKnown ? this.#dropLonely() : 0, !isKnown)
  }

  /** The next picture shows something else: the head moved, or the source is another one. */
  forget(): void {
    this.#recent.clear()
    this.#lastShare = 0
    this.#hasJumped = false
  }

  #sight(moved: number, isUnsettled: boolean): Sight {
    return { cells: this.#cells, moved, isUnsettled }
  }

  #compare(gray: Uint8Array, past: Float32Array): void {
    let expected = past
    if (this.#illumination.measure(gray, past)) {
      expected = this.#expected
      this.#illumination.apply(past, expected)
    }
    const differences = this.#differences
    for (let at = 0; at < LOOK_POINTS; at += 1) differences[at] = Math.abs(gray[at]! - expected[at]!)
  }

  /** Marks the cells that differ, and counts them. */
  #findCells(): number {
    const [differences, raw] = [this.#differences, this.#raw]
    let changed = 0
    for (let row = 0, cell = 0; row < CELL_ROWS; row += 1) {
      let at = row * 2 * LOOK_WIDTH
      for (let column = 0; column < CELL_COLUMNS; column += 1, cell += 1, at += 2) {
        const below = at + LOOK_WIDTH
        const isCalm =
          differences[at]! <= LEAST_DIFFERENCE &&
          differences[at + 1]! <= LEAST_DIFFERENCE &&
          differences[below]! <= LEAST_DIFFERENCE &&
          differences[below + 1]! <= LEAST_DIFFERENCE
        const weight = isCalm
          ? 0
          : this.#weightOf(at) + this.#weightOf(at + 1) + this.#weightOf(below) + this.#weightOf(below + 1)
        raw[cell] = weight >= POINTS_OF_CELL ? 1 : 0
        changed += raw[cell]!
      }
    }
    return changed
  }

  /** 1 for a point that differs, 2 for one that differs twice as much as it must. */
  #weightOf(at: number): number {
    const difference = this.#differences[at]!
    if (difference <= LEAST_DIFFERENCE) return 0
    const limit = this.#limitAt(at)
    return difference <= limit ? 0 : difference <= 2 * limit ? 1 : 2
  }

  #limitAt(at: number): number {
    const { usual, common } = this.#noise
    return LEAST_DIFFERENCE + NOISE_FACTOR * Math.max(usual[at]!, common)
  }

  /** A cell alone is noise: those with a neighbour stay. */
  #dropLonely(): number {
    const [raw, cells] = [this.#raw, this.#cells]
    let moved = 0
    for (let row = 0, cell = 0; row < CELL_ROWS; row += 1) {
      for (let column = 0; column < CELL_COLUMNS; column += 1, cell += 1) {
        if (raw[cell] === 0 || !hasNeighbour(raw, row, column)) continue
        cells[cell] = 1
        moved += 1
      }
    }
    return moved
  }

  /** The picture before this one jumped, and nothing has moved on since. */
  #isSettledJump(gray: Uint8Array, changed: number): boolean {
    const share = changed / CELLS
    const hadJumped = this.#hasJumped
    this.#hasJumped = share >= JUMP_SHARE && share >= JUMP_GROWTH * this.#lastShare
    return hadJumped && this.#movedOn(gray) < MOVES_ON_SHARE * changed
  }

  /** Changed cells that are not as in the picture before. */
  #movedOn(gray: Uint8Array): number {
    let count = 0
    for (let row = 0, cell = 0; row < CELL_ROWS; row += 1) {
      let at = row * 2 * LOOK_WIDTH
      for (let column = 0; column < CELL_COLUMNS; column += 1, cell += 1, at += 2) {
        if (this.#raw[cell] === 0) continue
        const limit = this.#limitAt(at)
        const differs = (point: number) => Math.abs(gray[point]! - this.#previous[point]!) > limit
        if (differs(at) || differs(at + 1) || differs(at + LOOK_WIDTH) || differs(at + LOOK_WIDTH + 1))
          count += 1
      }
    }
    return count
  }

  #isSudden(share: number, atMs: number): boolean {
    const growth = share / Math.max(this.#lastShare, 0.01)
    this.#lastShare = share
    if (share < SUDDEN_SHARE) return false
    const sudden = this.#sudden
    if (sudden === undefined || atMs - sudden.lastMs > CALM_MS) {
      if (growth < SUDDEN_GROWTH) return false
      this.#sudden = { sinceMs: atMs, lastMs: atMs }
      return true
    }
    // What goes on is a thing that moves, unless everything changes.
    sudden.lastMs = atMs
    return share >= WHOLE_SHARE && atMs - sudden.sinceMs < WHOLE_CHANGE_MS
  }
}

function hasNeighbour(cells: Uint8Array, row: number, column: number): boolean {
  for (let y = Math.max(0, row - 1); y <= Math.min(CELL_ROWS - 1, row + 1); y += 1) {
    for (let x = Math.max(0, column - 1); x <= Math.min(CELL_COLUMNS - 1, column + 1); x += 1) {
      if ((x !== column || y !== row) && cells[y * CELL_COLUMNS + x] === 1) return true
    }
  }
  return false
}
