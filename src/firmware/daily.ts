/** Something done once a day at a quiet hour, by each camera at another minute. */
import { messageOf } from '../base/errors.ts'
import type { LocalTime } from '../base/local-time.ts'
import type { Log } from '../base/log.ts'

/** The hour from 3 to 4 o'clock. */
const FIRST_MINUTE = 3 * 60
const MINUTES = 60
/** A busy or sleeping machine may notice late; after this the next day has to do. */
const LATE_MINUTES = 30
const LOOK_EVERY_MS = 20_000

interface DailyCheckOptions {
  readonly serial: string
  /** What the camera's clock shows. */
  readonly localTime: () => LocalTime
  readonly log: Log
  readonly run: () => Promise<void>
}

export class DailyCheck {
  readonly #options: DailyCheckOptions
  #timer: NodeJS.Timeout | undefined
  #lastDate: string | undefined

  constructor(options: DailyCheckOptions) {
    this.#options = options
  }

  set(enable: boolean): void {
    clearInterval(this.#timer)
    this.#timer = enable ? setInterval(() => void this.look(), LOOK_EVERY_MS).unref() : undefined
  }

  /** Does it if it is time. Never rejects. */
  async look(): Promise<void> {
    const { localTime, log, run, serial } = this.#options
    const { year, month, day, hour, minute } = localTime()
    const date = `${year}-${month}-${day}`
    const late = hour * 60 + minute - minuteOf(serial)
    if (date === this.#lastDate || late < 0 || late >= LATE_MINUTES) return
    this.#lastDate = date
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
