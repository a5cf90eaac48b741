/** What somebody was let in with: good until it ends, and those who rely on it are told. */

export class Rights {
  readonly #listeners = new Set<() => void>()
  #ended = false

  /** Somebody relies on them at present: an open stream. */
  get isInUse(): boolean {
    return this.#listeners.size > 0
  }

  /** Calls `listener` once at the end, soon if that has been already. Returns a function that takes it back. */
  onEnd(listener: () => void): () => void {
    if (this.#ended) {
      let wanted = true
      queueMicrotask(() => wanted && listener())
      return () => {
        wanted = false
      }
    }
    // Each call counts for itself, also with the same function.
    const entry = () => listener()
    this.#listeners.add(entry)
    return () => this.#listeners.delete(entry)
  }

  end(): void {
    this.#ended = true
    const listeners = [...this.#listeners]
    this.#listeners.clear()
    for (const listener of listeners) listener()
  }
}
