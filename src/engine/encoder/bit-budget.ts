/**
 * Keeps a stream to its rate where the encoder cannot: many small macroblocks that all change cost bits at the
 * coarsest quantiser too. Then pictures are left out, as cameras do. Pure but for its memory.
 */

/** The encoder itself may be one second ahead (x264.ts); more is no burst. */
const AHEAD_SECONDS = 1.5

export class BitBudget {
  #rateKbps: number
  /** Kilobits that were sent ahead of the rate. */
  #ahead = 0
  #at90k: number | undefined

  constructor(rateKbps: number) {
    this.#rateKbps = rateKbps
  }

  /** What was sent ahead of a higher rate is forgiven. */
  setRate(rateKbps: number): void {
    this.#rateKbps = rateKbps
    this.#ahead = Math.min(this.#ahead, rateKbps)
  }

  /** Whether there are bits for another picture at that time. */
  allows(pts90k: number): boolean {
    const seconds = this.#at90k === undefined ? 0 : (pts90k - this.#at90k) / 90_000
    this.#at90k = pts90k
    this.#ahead = Math.max(0, this.#ahead - seconds * this.#rateKbps)
    return this.#ahead <= AHEAD_SECONDS * this.#rateKbps
  }

  spend(bytes: number): void {
    this.#ahead += (bytes * 8) / 1000
  }
}
