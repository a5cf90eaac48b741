/** How many viewers the camera serves at once, counted over all protocols. */

export class ViewerSlots {
  readonly limit: number
  #used = 0

  constructor(limit = 1000) {
    this.limit = limit
  }

  get used(): number {
    return this.#used
  }

  /** Takes a place. Returns the function that gives it back, or undefined when all are taken. */
  take(): (() => void) | undefined {
    if (this.#used >= this.limit) return undefined
    this.#used += 1
    let taken = true
    return () => {
      if (!taken) return
      taken = false
      this.#used -= 1
    }
  }
}
