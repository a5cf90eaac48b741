/** How much moved in each second, for the time line: collected here, written once a minute (docs/design/recordings.md). */
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { MINUTE_MS, type MotionMinute, type MotionStore, SECONDS } from '../store/motion.ts'

const FLUSHES_PER_TIDYING = 60
const KEPT_MINUTES = 366 * 24 * 60
/** While nothing can be written no more is kept. */
const MAX_WAITING = 24 * 60
const MAX_LEVEL = 255

interface MotionStripOptions {
  readonly store: MotionStore
  /** Beginning of the earliest recording, milliseconds since 1970. */
  readonly earliestMs: () => number | undefined
  readonly log: Log
}

export class MotionStrip {
  readonly #options: MotionStripOptions
  readonly #waiting = new Map<string, MotionMinute>()
  #timer: NodeJS.Timeout | undefined
  #flushes = 0

  constructor(options: MotionStripOptions) {
    this.#options = options
  }

  start(): void {
    this.#timer = setInterval(() => this.flush(), MINUTE_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.flush()
  }

  /** `score` from 0 to 1, of the second that holds `utcMs` on the camera's clock. */
  note(channel: number, utcMs: number, score: number): void {
    const minute = Math.floor(utcMs / MINUTE_MS)
    const key = `${channel} ${minute}`
    let waiting = this.#waiting.get(key)
    if (waiting === undefined) {
      if (this.#waiting.size >= MAX_WAITING) return
      waiting = { channel, minute, levels: new Uint8Array(SECONDS) }
      this.#waiting.set(key, waiting)
    }
    const second = Math.floor((utcMs - minute * MINUTE_MS) / 1000)
    const level = 1 + Math.round(Math.min(1, Math.max(0, score)) * (MAX_LEVEL - 1))
    waiting.levels[second] = Math.max(waiting.levels[second]!, level)
  }

  /** Writes what was collected; if that fails it is tried again. Never throws. */
  flush(): void {
    const { store, log } = this.#options
    try {
      if (this.#waiting.size > 0) store.save([...this.#waiting.values()])
      this.#waiting.clear()
      if (this.#flushes % FLUSHES_PER_TIDYING === 0) this.#tidy()
      this.#flushes += 1
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'the motion of the last minute could not be written')
    }
  }

  /** A level for each step from `fromMs` to before `toMs`, the greatest of its seconds; 0 where nothing is known. */
  levels(channel: number, fromMs: number, toMs: number, stepS: number): Uint8Array {
    const levels = new Uint8Array(Math.ceil((toMs - fromMs) / (stepS * 1000)))
    const [first, last] = [Math.floor(fromMs / MINUTE_MS), Math.ceil(toMs / MINUTE_MS)]
    const waiting = [...this.#waiting.values()].filter((one) => one.channel === channel)
    for (const { minute, levels: seconds } of [
      ...this.#options.store.between(channel, first, last),
      ...waiting,
    ]) {
      for (const [second, level] of seconds.entries()) {
        const at = Math.floor((minute * MINUTE_MS + second * 1000 - fromMs) / (stepS * 1000))
        if (at >= 0 && at < levels.length) levels[at] = Math.max(levels[at]!, level)
      }
    }
    return levels
  }

  #tidy(): void {
    const { store, earliestMs } = this.#options
    const before = earliestMs()
    if (before !== undefined) store.forget(0, Math.floor(before / MINUTE_MS), KEPT_MINUTES)
  }
}
