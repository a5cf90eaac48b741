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

  get isFull(): boolean {
    return this.#used >= this.limit
  }

  /** Takes a place. Returns the function that gives it back, or undefined when all are taken. */
  take(): (() => void) | undefined {
    if (this.isFull) return undefined
    this.#used += 1
    let taken = true
    return () => {
      if (!taken) return
      taken = false
      this.#used -= 1
    }
  }
}
