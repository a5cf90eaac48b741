/**
 * When the pictures of a stream are due: at whole multiples of its period on the channel's timeline, so that
 * they stay evenly spaced over changes and restarts. Pure.
 */

export class Pacer {
  readonly #perSecond: number
  #next: number

  /** The first slot lies after `nowMs`. */
  constructor(perSecond: number, nowMs: number) {
    this.#perSecond = perSecond
    this.#next = Math.floor(this.#slotAt(nowMs)) + 1
  }

  /** Time of the next slot, milliseconds of the timeline. */
  get dueMs(): number {
    return (this.#next * 1000) / this.#perSecond
  }

  /**
   * The slot that is due, counted from the timeline's start; undefined if none is. Whoever comes late gets the
   * newest slot only: the ones before are left out, never made up for in a burst.
   */
  take(nowMs: number): number | undefined {
    if (nowMs < this.dueMs) return undefined
    const slot = Math.max(this.#next, Math.floor(this.#slotAt(nowMs)))
    this.#next = slot + 1
    return slot
  }

  #slotAt(timeMs: number): number {
    return (timeMs * this.#perSecond) / 1000
  }
}
