/** Leaves whoever was told something in peace for a while. */
export class Pause {
  readonly #nowMs: () => number
  #lengthMs = 0
  #lastMs = Number.NEGATIVE_INFINITY

  /** `nowMs`: of any clock; one that is set back ends the pause. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /** 0 is no pause at all. */
  configure(lengthMs: number): void {
    this.#lengthMs = lengthMs
  }

  /** Whether something may be told now; then the pause begins anew. */
  take(): boolean {
    const passedMs = this.#nowMs() - this.#lastMs
    if (passedMs >= 0 && passedMs < this.#lengthMs) return false
    this.#lastMs = this.#nowMs()
    return true
  }
}
