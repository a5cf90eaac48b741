/** Something done once a day at a quiet hour, by each camera at another minute. */
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'

const MINUTE_MS = 60_000
const DAY_MS = 24 * 60 * MINUTE_MS
/** The hour from 3 to 4 o'clock. */
const FIRST_MINUTE = 3 * 60
const MINUTES = 60
/** A busy or sleeping machine may notice late; after this the next day has to do. */
const LATE_MINUTES = 30
const LOOK_EVERY_MS = 20_000

interface DailyCheckOptions {
  readonly serial: string
  /** The camera's local time as if it were UTC. */
  readonly localMs: () => number
  readonly log: Log
  readonly run: () => Promise<void>
}

export class DailyCheck {
  readonly #options: DailyCheckOptions
  #timer: NodeJS.Timeout | undefined
  #lastDay: number | undefined

  constructor(options: DailyCheckOptions) {
    this.#options = options
  }

  set(enable: boolean): void {
    clearInterval(this.#timer)
    this.#timer = enable ? setInterval(() => void this.look(), LOOK_EVERY_MS).unref() : undefined
  }

  /** Does it if it is time. Never rejects. */
  async look(): Promise<void> {
    const { localMs, log, run, serial } = this.#options
    const now = localMs()
    const day = Math.floor(now / DAY_MS)
    const late = (now - day * DAY_MS) / MINUTE_MS - minuteOf(serial)
    if (day === this.#lastDay || late < 0 || late >= LATE_MINUTES) return
    this.#lastDay = day
    try {
      await run()
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'the daily look for updates failed')
    }
  }
}

/** Minute of the day, 180..239. */
export function minuteOf(serial: string): number {
  return FIRST_MINUTE + (Number.parseInt(serial.slice(-6), 10) % MINUTES)
}
