/**
 * By how much points differ although nothing moves: sensor noise, what compression adds, lamps and leaves. Kept for
 * each point as the median of its differences, which a thing that passes now and then does not change.
 */
import { LOOK_HEIGHT, LOOK_POINTS, LOOK_WIDTH } from './grid.ts'

/** With each picture a fourth of the rows learns: it is enough, and costs a fourth. */
const ROW_STEP = 4
/** Their medians move by this share of themselves. */
const PACE = 0.08
const SMALLEST_STEP = 0.05
/** In the beginning all rows learn, and faster, for so many pictures. */
const FIRST_PICTURES = 24
/** After so many of them it is known what is noise. */
const KNOWN_PICTURES = 12
const FIRST_PACE = 0.25
/** Even where something moves all the time, much stronger motion is still seen. */
const MOST = 6

/** Bins of the histogram for each level. */
const BINS_PER_LEVEL = 8
const BINS = 32 * BINS_PER_LEVEL

export class Noise {
  /** The median of each point's differences, levels of gray. */
  readonly usual = new Float32Array(LOOK_POINTS).fill(0.5)
  /** The median over the points of the picture that was measured last. */
  common = 0
  readonly #histogram = new Uint32Array(BINS)
  #learned = 0

  /** What a source is like at its very beginning nobody knows. */
  get isKnown(): boolean {
    return this.#learned >= KNOWN_PICTURES
  }

  /** Looks at one picture's differences. */
  measure(differences: Float32Array): void {
    const histogram = this.#histogram.fill(0)
    // A fourth of the points tells it well enough.
    for (let at = 0; at < LOOK_POINTS; at += 4)
      histogram[Math.min(BINS - 1, (differences[at]! * BINS_PER_LEVEL) | 0)]! += 1
    let bin = 0
    for (let seen = histogram[0]!; seen < LOOK_POINTS / 8; seen += histogram[bin]!) bin += 1
    this.common = bin / BINS_PER_LEVEL
  }

  /** Takes them into the medians of the points. */
  learn(differences: Float32Array): void {
    const isFirst = this.#learned < FIRST_PICTURES
    const step = isFirst ? 1 : ROW_STEP
    for (let row = isFirst ? 0 : this.#learned % ROW_STEP; row < LOOK_HEIGHT; row += step)
      this.#learnRow(differences, row * LOOK_WIDTH, isFirst ? FIRST_PACE : PACE)
    this.#learned += 1
  }

  #learnRow(differences: Float32Array, start: number, pace: number): void {
    const usual = this.usual
    for (let at = start; at < start + LOOK_WIDTH; at += 1) {
      const known = usual[at]!
      const step = known * pace + SMALLEST_STEP
      const next = differences[at]! > known ? known + step : known - step
      usual[at] = next < 0 ? 0 : next > MOST ? MOST : next
    }
  }
}
