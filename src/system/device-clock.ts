/**
 * The camera's own clock: the host's plus an offset, in the camera's zone. The host is never touched. It runs on the
 * monotonic clock and moves only when it is set or the host's clock is. See docs/design/time.md.
 */
import type { Clock } from '../base/clock.ts'
import { fromLocal, type LocalTime, toLocal, UTC } from '../base/local-time.ts'
import type { Log } from '../base/log.ts'
import type { ClockSettings } from '../engine/protocol.ts'

/** How the clock is read. */
export type ClockFace = Pick<ClockSettings, 'zone' | 'dateFormat' | 'twelveHours'>

/** Key of the offset in the store. It is no setting: factory settings leave the clock running. */
export const CLOCK_OFFSET_KEY = 'clock.offsetMs'

/** How often the host's clock is compared. */
const CHECK_MS = 2000
/** A difference beyond means that the host's clock was set. Less is the time between two readings. */
const STEP_MS = 100
/** An error of that size is set right at once, a smaller one in steps. */
const LARGE_ERROR_MS = 500
/** Nobody can tell. */
const SMALL_ERROR_MS = 5
/** Less than from one picture to the next, so that none is older than the one before. */
const SLEW_STEP_MS = 5
const SLEW_EVERY_MS = 1000

interface Memory {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

interface DeviceClockOptions {
  readonly host: Clock
  readonly memory: Memory
  readonly log: Log
}

export class DeviceClock implements Clock {
  readonly #host: Clock
  readonly #memory: Memory
  readonly #log: Log
  readonly #listeners = new Set<() => void>()
  /** Camera's time minus the host's. */
  #offsetMs: number
  #reading: ClockSettings
  #timer: NodeJS.Timeout | undefined
  #slewTimer: NodeJS.Timeout | undefined
  /** What is still to be made up for. */
  #slewMs = 0

  constructor({ host, memory, log }: DeviceClockOptions) {
    this.#host = host
    this.#memory = memory
    this.#log = log
    const stored = memory.load(CLOCK_OFFSET_KEY)
    this.#offsetMs = typeof stored === 'number' ? stored : 0
    this.#reading = { ...this.#anchor(), zone: UTC, dateFormat: 'MM/DD/YYYY', twelveHours: false }
  }

  /** Follows the host's clock from now on. */
  start(): void {
    this.#timer = setInterval(() => this.followHost(), CHECK_MS)
    this.#timer.unref()
  }

  stop(): void {
    clearInterval(this.#timer)
    this.#endSlew()
  }

  wallMs(): number {
    return this.#reading.wallMs + this.#host.monotonicMs() - this.#reading.monotonicMs
  }

  monotonicMs(): number {
    return this.#host.monotonicMs()
  }

  /** All that another process needs to show the same time: CLOCK_MONOTONIC has one origin for a whole machine. */
  get reading(): ClockSettings {
    return this.#reading
  }

  /** What the clock shows, now or at another instant. */
  local(utcMs = this.wallMs()): LocalTime {
    return toLocal(this.#reading.zone, utcMs)
  }

  /** When it shows that; of an hour that comes twice the first time. */
  instantOf(local: LocalTime): number {
    return fromLocal(this.#reading.zone, local)
  }

  /** Sets the clock. On the disk when this returns. Errors: CameraError `write-failed`, and the clock goes on as it was. */
  set(utcMs: number): void {
    const offsetMs = Math.round(utcMs - this.#host.wallMs())
    this.#memory.save({ [CLOCK_OFFSET_KEY]: offsetMs })
    this.#endSlew()
    this.#offsetMs = offsetMs
    this.#change(this.#anchor())
  }

  /**
   * Makes up for an error, positive if the clock is late: a large one at once, a small one in steps that nobody sees.
   * Errors: CameraError `write-failed`, and the clock goes on as it was.
   */
  correct(byMs: number): void {
    if (Math.abs(byMs) >= LARGE_ERROR_MS) {
      this.set(this.wallMs() + byMs)
      return
    }
    this.#endSlew()
    if (Math.abs(byMs) < SMALL_ERROR_MS) return
    this.#memory.save({ [CLOCK_OFFSET_KEY]: Math.round(this.#offsetMs + byMs) })
    this.#slewMs = byMs
    this.#slewTimer = setInterval(() => this.slew(), SLEW_EVERY_MS).unref()
  }

  /** One step of what `correct` has begun. */
  slew(): void {
    const stepMs = Math.max(-SLEW_STEP_MS, Math.min(SLEW_STEP_MS, this.#slewMs))
    this.#slewMs -= stepMs
    if (this.#slewMs === 0) this.#endSlew()
    if (stepMs === 0) return
    this.#offsetMs += stepMs
    this.#change({ ...this.#anchor(), wallMs: this.wallMs() + stepMs })
  }

  #endSlew(): void {
    clearInterval(this.#slewTimer)
    this.#slewMs = 0
  }

  /** Changes how the clock is read; the instant stays. */
  configure(face: ClockFace): void {
    this.#change(face)
  }

  /** Calls `listener` after every jump of the clock and every change of how it is read. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener)
  }

  /** The host's clock may have been set, or the machine have slept: then this clock moves by as much. */
  followHost(): void {
    const jumpMs = Math.round(this.#host.wallMs() + this.#offsetMs - this.wallMs())
    if (Math.abs(jumpMs) < STEP_MS) return
    this.#log.info({ jumpMs }, "the clock of the host jumped, and the camera's with it")
    this.#change(this.#anchor())
  }

  #anchor(): Pick<ClockSettings, 'wallMs' | 'monotonicMs'> {
    return { wallMs: this.#host.wallMs() + this.#offsetMs, monotonicMs: this.#host.monotonicMs() }
  }

  #change(change: Partial<ClockSettings>): void {
    this.#reading = { ...this.#reading, ...change }
    for (const listener of this.#listeners) listener()
  }
}
