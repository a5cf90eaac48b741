/**
 * A restart at a time of the camera's clock: on each day at most once, whatever the clock does. A time that the
 * clock is set over is not made up for; one that daylight saving leaves out comes when the clock goes on.
 */
import { messageOf } from '../base/errors.ts'
import {
  addDays,
  fromLocal,
  type LocalDate,
  type LocalTime,
  weekdayOf,
  type Zone,
} from '../base/local-time.ts'
import type { Log } from '../base/log.ts'
import type { ClockSettings } from '../engine/protocol.ts'

export interface MaintenancePlan {
  /** 0 is Sunday; undefined is every day. */
  readonly weekday: number | undefined
  readonly hour: number
  readonly minute: number
  readonly second: number
}

const DONE_KEY = 'maintenance.done'
const CHECK_MS = 1000
/** The machine may have been too busy to look for so long. */
const LATE_MS = 60_000

interface MaintenanceOptions {
  readonly clock: {
    readonly reading: Pick<ClockSettings, 'zone'>
    wallMs(): number
    local(utcMs?: number): LocalTime
    onChange(listener: () => void): void
  }
  readonly memory: {
    load(key: string): unknown
    save(changes: Readonly<Record<string, unknown>>): void
  }
  readonly restart: () => void
  readonly log: Log
}

export class AutoMaintenance {
  readonly #options: MaintenanceOptions
  #plan: MaintenancePlan | undefined
  #dueMs = Number.POSITIVE_INFINITY
  #timer: NodeJS.Timeout | undefined

  constructor(options: MaintenanceOptions) {
    this.#options = options
    options.clock.onChange(() => this.#prepare())
  }

  start(): void {
    this.#timer = setInterval(() => {
      try {
        this.check()
      } catch (error) {
        this.#options.log.error({ reason: messageOf(error) }, 'the automatic restart was left out')
      }
    }, CHECK_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  /** What shall be done from now on; undefined is nothing. */
  plan(plan: MaintenancePlan | undefined): void {
    this.#plan = plan
    this.#prepare()
  }

  /** Restarts if it is time. Errors: CameraError `write-failed`; the restart is left out then. */
  check(): void {
    const { clock, memory, restart } = this.#options
    const dueMs = this.#dueMs
    const lateMs = clock.wallMs() - dueMs
    if (lateMs < 0) return
    this.#prepare()
    if (lateMs > LATE_MS) return
    // Before the restart, so that it cannot come twice.
    memory.save({ [DONE_KEY]: textOf(clock.local(dueMs)) })
    restart()
  }

  #prepare(): void {
    const { clock, memory } = this.#options
    const now = clock.wallMs()
    this.#dueMs =
      this.#plan === undefined
        ? Number.POSITIVE_INFINITY
        : nextDue(this.#plan, clock.reading.zone, clock.local(now), now, memory.load(DONE_KEY))
  }
}

/** The next instant after `nowMs` on a day that is not done yet. */
function nextDue(
  { weekday, hour, minute, second }: MaintenancePlan,
  zone: Zone,
  today: LocalDate,
  nowMs: number,
  done: unknown,
): number {
  // One week is not enough if today is done or over.
  for (let days = 0; days <= 14; days += 1) {
    const date = addDays(today, days)
    const dueMs = fromLocal(zone, { ...date, hour, minute, second })
    const isDay = weekday === undefined || weekdayOf(date) === weekday
    if (isDay && dueMs > nowMs && textOf(date) !== done) return dueMs
  }
  return Number.POSITIVE_INFINITY
}

function textOf({ year, month, day }: LocalDate): string {
  return `${year}-${month}-${day}`
}
