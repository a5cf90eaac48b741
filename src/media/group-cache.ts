/** The group of pictures that is being sent, kept for those who join: packets, or the bytes made of them. */

/** Longest group. Beyond it nothing is kept until the next key frame. */
const MAX_GROUP_BYTES = 8 * 1024 * 1024

export class GroupCache<T> {
  #items: T[] = []
  #sizeBytes = 0

  /** From the key frame on; empty if none is known. */
  get items(): readonly T[] {
    return this.#items
  }

  get isEmpty(): boolean {
    return this.#items.length === 0
  }

  /** A key frame begins a new group; what comes before the first one is not kept. */
  add(item: T, sizeBytes: number, isKey: boolean): void {
    if (isKey) this.forget()
    else if (this.isEmpty) return
    this.#items.push(item)
    this.#sizeBytes += sizeBytes
    if (this.#sizeBytes > MAX_GROUP_BYTES) this.forget()
  }

  forget(): void {
    this.#items = []
    this.#sizeBytes = 0
  }
}
