/**
 * Whether a source sends the same picture over and over. Only a source that is known to have noise, all over the picture
 * and all the time, can be frozen: a painted scene or a slide is still by nature. Pure but for its memory.
 */

const WINDOW_MS = 5000
/** A picture with noise differs from the one before in so many of its tiles. */
const ALIVE_SHARE = 0.5
/** A source has noise if that was so in so many windows on end. */
const ALIVE_WINDOWS = 4
/** Of a frozen source the encoder may still renew the picture now and then. */
const RENEWED_PICTURES = 0.15
const FROZEN_MS = 10_000
/** So many living pictures on end end it. */
const REVIVED_PICTURES = 3

export class Frozen {
  #windowMs: number | undefined
  #pictures = 0
  #alive = 0
  #aliveWindows = 0
  #partlyWindows = 0
  #stillSinceMs: number | undefined
  #revived = 0
  #isFrozen = false

  /** `changed` is the share of the picture's tiles that are not exactly as in the one before. */
  look(changed: number, atMs: number): boolean {
    const isAlive = changed >= ALIVE_SHARE
    this.#windowMs ??= atMs
    this.#pictures += 1
    if (isAlive) this.#alive += 1
    this.#revived = isAlive ? this.#revived + 1 : 0
    if (this.#revived >= REVIVED_PICTURES) this.#isFrozen = false
    if (atMs - this.#windowMs >= WINDOW_MS) this.#endWindow(atMs)
    return this.#isFrozen
  }

  forget(): void {
    this.#windowMs = undefined
    this.#pictures = 0
    this.#alive = 0
    this.#aliveWindows = 0
    this.#partlyWindows = 0
    this.#stillSinceMs = undefined
    this.#isFrozen = false
  }

  #endWindow(atMs: number): void {
    const share = this.#alive / this.#pictures
    if (share > 1 - RENEWED_PICTURES) {
      // Still for less than it takes: it is still now and then.
      if (this.#stillSinceMs !== undefined && !this.#isFrozen) this.#aliveWindows = 0
      this.#aliveWindows += 1
      this.#stillSinceMs = undefined
      this.#partlyWindows = 0
    } else if (share > RENEWED_PICTURES) {
      // One may be the window in which it froze or came back.
      this.#partlyWindows += 1
      if (this.#partlyWindows > 1) this.#aliveWindows = 0
    } else if (this.#aliveWindows >= ALIVE_WINDOWS) {
      this.#stillSinceMs ??= this.#windowMs
      if (atMs - this.#stillSinceMs! >= FROZEN_MS) this.#isFrozen = true
    } else this.#aliveWindows = 0
    this.#windowMs = atMs
    this.#pictures = 0
    this.#alive = 0
  }
}
