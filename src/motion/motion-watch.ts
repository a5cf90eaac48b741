/** What is made of one channel's sightings: motion that begins and ends, a camera that cannot see, and scores. */
import type { EventKind } from '../alarm/event.ts'
import type { Clock } from '../base/clock.ts'
import type { LocalTime } from '../base/local-time.ts'
import type { Timers } from '../base/timers.ts'
import { CELLS } from './grid.ts'
import { Judge, type MotionSettings } from './judge.ts'

/** What the engine saw in one picture. */
export interface Seen {
  /** Cells that move; undefined if none does. */
  readonly cells: Uint8Array | undefined
  readonly trouble: { readonly covered: boolean; readonly frozen: boolean; readonly defocused: boolean }
}

/** Where events begin and end. */
interface Events {
  begin(
    channel: number,
    kind: EventKind,
    begun?: { readonly sinceMs: number; readonly score: number; readonly cells: Uint8Array },
  ): void
  add(channel: number, kind: EventKind, score: number, cells: Uint8Array): void
  end(channel: number, kind: EventKind): void
}

/** Is told the greatest share of armed cells that moved in each second, 0 to 1. It may neither throw nor wait. */
export type ScoreListener = (channel: number, utcMs: number, score: number) => void

interface MotionWatchOptions {
  readonly channel: number
  readonly events: Events
  readonly clock: Clock & { local(): LocalTime }
  readonly timers: Timers
}

const SECOND_MS = 1000
const NO_CELLS = new Uint8Array(CELLS / 8)
const NO_TROUBLE = { covered: false, frozen: false, defocused: false }

export class MotionWatch {
  readonly #options: MotionWatchOptions
  readonly #judge = new Judge()
  readonly #listeners = new Set<ScoreListener>()
  #isEnabled = true
  #isMotion = false
  #cancelEnd: () => void = () => undefined
  #cancelSecond: () => void = () => undefined
  #score = 0
  #blindUntilMs = Number.NEGATIVE_INFINITY

  constructor(options: MotionWatchOptions) {
    this.#options = options
  }

  start(): void {
    this.#nextSecond()
  }

  /** Nothing is taken any more. */
  stop(): void {
    this.#blindUntilMs = Number.POSITIVE_INFINITY
    this.#cancelSecond()
    this.#cancelEnd()
  }

  /** Motion goes on, or did a moment ago. */
  get isMotion(): boolean {
    return this.#isMotion
  }

  /** Takes effect at once. */
  configure(settings: MotionSettings): void {
    this.#judge.configure(settings)
    this.#isEnabled = settings.isEnabled
    this.#settle()
  }

  /** Tells `listener` the score of every second, until the function that comes back is called. */
  listen(listener: ScoreListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** From now on for so long the picture changes as a whole, whatever moves in it; instead of what was told before. */
  blind(forMs: number): void {
    this.#blindUntilMs = this.#options.clock.monotonicMs() + forMs
  }

  /** Takes what the engine saw at a time of the monotonic clock. */
  take({ cells, trouble }: Seen, atMs: number): void {
    const { channel, events, clock } = this.#options
    if (atMs < this.#blindUntilMs) return
    const verdict = this.#judge.judge(cells ?? NO_CELLS, atMs, clock.local())
    this.#score = Math.max(this.#score, verdict.score)
    if (verdict.isMotion && !this.#isMotion) {
      this.#isMotion = true
      const { score, cells: moved } = verdict
      events.begin(channel, 'motion', {
        sinceMs: Math.max(0, clock.monotonicMs() - atMs),
        score,
        cells: moved,
      })
    } else if (verdict.isMotion) events.add(channel, 'motion', verdict.score, verdict.cells)
    this.#settle()
    this.#tellTrouble(trouble)
  }

  /** The engine is gone: nothing is known of what it saw. */
  lose(): void {
    this.#tellTrouble(NO_TROUBLE)
  }

  #tellTrouble(trouble: Seen['trouble']): void {
    const { channel, events } = this.#options
    for (const kind of ['covered', 'frozen', 'defocused'] as const) {
      if (trouble[kind]) events.begin(channel, kind)
      else events.end(channel, kind)
    }
  }

  /** Ends motion when its hold time is over. */
  #settle(): void {
    this.#cancelEnd()
    if (!this.#isMotion) return
    const { channel, events, clock, timers } = this.#options
    const remainingMs = this.#judge.remainingMs(clock.monotonicMs())
    if (remainingMs > 0) {
      this.#cancelEnd = timers.after(remainingMs, () => this.#settle())
      return
    }
    this.#isMotion = false
    events.end(channel, 'motion')
  }

  /** At the full seconds of the camera's clock. */
  #nextSecond(): void {
    const { channel, clock, timers } = this.#options
    const nowMs = clock.wallMs()
    const endMs = (Math.floor(nowMs / SECOND_MS) + 1) * SECOND_MS
    this.#cancelSecond = timers.after(endMs - nowMs, () => {
      const score = this.#score
      this.#score = 0
      // Of what nobody looked at nothing is known.
      if (this.#isEnabled) for (const listener of this.#listeners) listener(channel, endMs - SECOND_MS, score)
      this.#nextSecond()
    })
  }
}
