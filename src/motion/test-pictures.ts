/** For tests: small gray pictures of a place, with noise, light and things that move in it. */
import { LOOK_HEIGHT, LOOK_POINTS, LOOK_WIDTH } from './grid.ts'

/** Pictures come so often. */
export const PERIOD_MS = 1000 / 7

interface Thing {
  /** Upper left corner and size, points. */
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
  /** Levels above the place. */
  readonly contrast: number
}

interface Wish {
  readonly things?: readonly Thing[]
  /** Standard deviation, levels. */
  readonly noise?: number
  /** All light is multiplied by this. */
  readonly light?: number
}

/** Numbers from 0 to 1 that are the same in every run (mulberry32). */
export function randomNumbers(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let word = Math.imul(state ^ (state >>> 15), 1 | state)
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word
    return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32
  }
}

export class TestPlace {
  readonly #place = new Float32Array(LOOK_POINTS)
  readonly #random: () => number

  /** Normally distributed, more of it than a picture has points: each picture begins somewhere else in it. */
  readonly #noise: Float32Array

  constructor(seed = 1) {
    const random = randomNumbers(seed)
    this.#random = random
    // The sum of four even distributions.
    this.#noise = Float32Array.from(
      { length: 3 * LOOK_POINTS },
      () => (random() + random() + random() + random() - 2) * 1.73,
    )
    for (let at = 0; at < LOOK_POINTS; at += 1) {
      const [x, y] = [at % LOOK_WIDTH, Math.floor(at / LOOK_WIDTH)]
      // Walls, a floor and furniture with edges.
      const furniture = (Math.floor(x / 23) + Math.floor(y / 17)) % 3 === 0 ? 30 : 0
      this.#place[at] = 60 + (y / LOOK_HEIGHT) * 80 + furniture + 6 * Math.sin(x / 3)
    }
  }

  picture({ things = [], noise = 0, light = 1 }: Wish = {}): Uint8Array {
    const levels = Float32Array.from(this.#place)
    for (const { x, y, width, height, contrast } of things) {
      for (let row = Math.max(0, y); row < Math.min(LOOK_HEIGHT, y + height); row += 1) {
        for (let column = Math.max(0, Math.round(x)); column < Math.min(LOOK_WIDTH, x + width); column += 1)
          levels[row * LOOK_WIDTH + column]! += contrast
      }
    }
    const gray = new Uint8Array(LOOK_POINTS)
    let next = Math.floor(this.#random() * this.#noise.length)
    for (let at = 0; at < LOOK_POINTS; at += 1) {
      gray[at] = Math.min(255, Math.max(0, Math.round(levels[at]! * light + noise * this.#noise[next]!)))
      next = next + 1 === this.#noise.length ? 0 : next + 1
    }
    return gray
  }
}
