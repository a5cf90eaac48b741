/**
 * When a picture or sound of a source is to be presented. Pure. Pictures drive the clock and sound follows,
 * which keeps them together. Two manners:
 *
 *   paced  the source can be read faster than it plays (a file, a playlist): its time stamps are followed, and
 *          the reader waits.
 *   live   it comes as it happens: shown as soon as it is there, with a small fixed delay that hides the
 *          unevenness of its arrival.
 */

export type Manner = 'paced' | 'live'

/** Time in which live pictures may come late without anyone seeing it. */
const LIVE_DELAY_MS = 40

/** So late, a live source has stalled: its delay begins anew. */
const STALL_MS = 1000

/** A paced source may be this late before the rest of its play is moved back. */
const LATE_MS = 100

/** A step of time stamps beyond this is a new beginning: a seek, or a counter that starts over. */
const JUMP_MS = 2000

/** Pictures are seen at the stream's next slot: at 15 pictures a second half a period later in the mean. */
const SLOT_DELAY_MS = 33

/** Share of passing time by which the live clock gives way to a source that runs slow. */
const GIVE_WAY = 0.002

export class PlayClock {
  readonly #manner: Manner
  #offsetMs: number | undefined
  #lastStampMs = 0
  #lastArrivalMs = 0

  constructor(manner: Manner) {
    this.#manner = manner
  }

  /** Time to show a picture with the time stamp `stampMs` that is there at `nowMs`. */
  showAt(stampMs: number, nowMs: number): number {
    const delayMs = this.#manner === 'live' ? LIVE_DELAY_MS : 0
    const restart = nowMs + delayMs - stampMs
    if (this.#offsetMs === undefined || Math.abs(stampMs - this.#lastStampMs) > JUMP_MS)
      this.#offsetMs = restart
    /** How much later than now plus the delay it would be shown. */
    const leadMs = this.#offsetMs - restart
    if (this.#manner === 'paced') {
      if (leadMs < -LATE_MS) this.#offsetMs = restart
    } else if (leadMs > 0 || leadMs < -STALL_MS) {
      this.#offsetMs = restart
    } else {
      this.#offsetMs += Math.min(-leadMs, GIVE_WAY * (nowMs - this.#lastArrivalMs))
    }
    this.#lastStampMs = stampMs
    this.#lastArrivalMs = nowMs
    return stampMs + this.#offsetMs
  }

  /** Time to be heard for a sound with that time stamp; undefined before the first picture. */
  hearAt(stampMs: number): number | undefined {
    return this.#offsetMs === undefined ? undefined : stampMs + this.#offsetMs + SLOT_DELAY_MS
  }
}
