/**
 * What the picture looked like a moment ago: the mean of the pictures of a short time that lies a little in the past.
 * Whatever stands still becomes part of it within a second, and whatever leaves is gone from it as fast: nothing that
 * is compared with it leaves a ghost.
 */
import { LOOK_POINTS } from './grid.ts'

/** Younger pictures are too much like the one of now to tell what moves slowly. */
const YOUNGEST_MS = 380
/** Older ones are forgotten. */
const OLDEST_MS = 1050
/** Room for pictures; further ones replace the oldest. */
const MAX_PICTURES = 24

interface Kept {
  readonly atMs: number
  readonly gray: Uint8Array
}

export class Recent {
  /** In the order of their times. Those before `#summed` count into the mean. */
  #kept: Kept[] = []
  #summed = 0
  readonly #sum = new Uint16Array(LOOK_POINTS)
  readonly #mean = new Float32Array(LOOK_POINTS)
  readonly #spare: Uint8Array[] = []

  /** The mean of the recent past before `atMs`; undefined if there is none yet. Lent until the next call. */
  before(atMs: number): Float32Array | undefined {
    while (this.#kept.length > 1 && atMs - this.#kept[0]!.atMs > OLDEST_MS) this.#drop()
    while (this.#summed < this.#kept.length && atMs - this.#kept[this.#summed]!.atMs >= YOUNGEST_MS) {
      this.#add(this.#kept[this.#summed]!.gray)
      this.#summed += 1
    }
    const first = this.#kept[0]
    if (first === undefined) return undefined
    const mean = this.#mean
    if (this.#summed === 0) {
      mean.set(first.gray)
      return mean
    }
    const sum = this.#sum
    const share = 1 / this.#summed
    for (let at = 0; at < LOOK_POINTS; at += 1) mean[at] = sum[at]! * share
    return mean
  }

  /** Copies a picture. Times grow. */
  push(gray: Uint8Array, atMs: number): void {
    if (this.#kept.length >= MAX_PICTURES) this.#drop()
    const copy = this.#spare.pop() ?? new Uint8Array(LOOK_POINTS)
    copy.set(gray)
    this.#kept.push({ atMs, gray: copy })
  }

  clear(): void {
    for (const { gray } of this.#kept) this.#spare.push(gray)
    this.#kept = []
    this.#summed = 0
    this.#sum.fill(0)
  }

  #drop(): void {
    const { gray } = this.#kept.shift()!
    if (this.#summed > 0) {
      const sum = this.#sum
      for (let at = 0; at < LOOK_POINTS; at += 1) sum[at]! -= gray[at]!
      this.#summed -= 1
    }
    this.#spare.push(gray)
  }

  #add(gray: Uint8Array): void {
    const sum = this.#sum
    for (let at = 0; at < LOOK_POINTS; at += 1) sum[at]! += gray[at]!
  }
}
