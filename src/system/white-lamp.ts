/** Decides when the white lamp is on: by hand, at night, in certain hours, or at night while something moves. */
import type { LocalTime } from '../base/local-time.ts'
import type { Timers } from '../base/timers.ts'
import type { WhiteLampSettings } from '../engine/protocol.ts'

export interface WhiteLampPlan {
  /** On by hand, whatever the mode says. */
  readonly isOn: boolean
  /** 0 to 1. */
  readonly brightness: number
  readonly mode: 'manual' | 'motion' | 'night' | 'hours'
  /** Minutes of the day; an end before the start lies on the next day, and the same minute is all day. */
  readonly startMinute: number
  readonly endMinute: number
}

interface WhiteLampOptions {
  readonly clock: { local(): LocalTime }
  readonly timers: Timers
  /** Hands the wish to the engine, which knows whether it is night. */
  readonly show: (settings: WhiteLampSettings) => void
}

/** It stays on for so long when nothing moves any more. */
const AFTER_MOTION_MS = 20_000
const MINUTE_MS = 60_000

export class WhiteLamp {
  readonly #options: WhiteLampOptions
  #plan: WhiteLampPlan | undefined
  #isMotion = false
  #shown = ''
  #cancelMotion: () => void = () => undefined
  #cancelMinute: () => void = () => undefined

  constructor(options: WhiteLampOptions) {
    this.#options = options
  }

  /** Looks at the clock from now on. */
  start(): void {
    this.#cancelMinute()
    this.#look()
    const { second } = this.#options.clock.local()
    this.#cancelMinute = this.#options.timers.after(MINUTE_MS - second * 1000, () => this.start())
  }

  stop(): void {
    this.#cancelMinute()
    this.#cancelMotion()
  }

  configure(plan: WhiteLampPlan): void {
    this.#plan = plan
    this.#look()
  }

  /** Something begins or ceases to move. */
  motion(isMotion: boolean): void {
    this.#cancelMotion()
    if (isMotion) this.#setMotion(true)
    else this.#cancelMotion = this.#options.timers.after(AFTER_MOTION_MS, () => this.#setMotion(false))
  }

  #setMotion(isMotion: boolean): void {
    this.#isMotion = isMotion
    this.#look()
  }

  #look(): void {
    const plan = this.#plan
    if (plan === undefined) return
    const settings = { light: this.#lightOf(plan), brightness: plan.brightness }
    const text = JSON.stringify(settings)
    if (text === this.#shown) return
    this.#shown = text
    this.#options.show(settings)
  }

  #lightOf({ isOn, mode, startMinute, endMinute }: WhiteLampPlan): WhiteLampSettings['light'] {
    if (isOn) return 'on'
    if (mode === 'night') return 'night'
    if (mode === 'motion') return this.#isMotion ? 'night' : 'off'
    if (mode === 'manual') return 'off'
    const { hour, minute } = this.#options.clock.local()
    return isWithin(hour * 60 + minute, startMinute, endMinute) ? 'on' : 'off'
  }
}

function isWithin(minute: number, start: number, end: number): boolean {
  if (start < end) return minute >= start && minute < end
  return start === end || minute >= start || minute < end
}
