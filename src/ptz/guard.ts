/** Goes back to a stored place when nobody has said anything for a while. */
import { CameraError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Timers } from '../base/timers.ts'
import type { Head, Place } from './head.ts'
import { GUARD_SLOT, MAX_GUARD_SECONDS, MIN_GUARD_SECONDS } from './limits.ts'
import { type Fields, type Memory, readPlace, recall } from './memory.ts'

export interface GuardPlan {
  readonly enabled: boolean
  /** Without an order for so long it goes back. */
  readonly seconds: number
  /** Undefined if none was stored yet. */
  readonly place: Place | undefined
}

/** What is left out stays. */
export interface GuardChange {
  readonly enabled?: boolean | undefined
  readonly seconds?: number | undefined
  /** Where it looks now becomes the place. */
  readonly storesPlace?: boolean
}

interface GuardOptions {
  readonly head: Head
  readonly timers: Timers
  readonly memory: Memory
  /** Under which the plan is stored. */
  readonly key: string
  readonly log: Log
  /** It is time to go back. */
  readonly due: () => void
}

export const NO_GUARD: GuardPlan = { enabled: false, seconds: 60, place: undefined }

export class HeadGuard {
  readonly #options: GuardOptions
  #plan: GuardPlan
  #cancel: () => void = () => undefined

  constructor(options: GuardOptions) {
    this.#options = options
    this.#plan = recall(options.memory, options.key, readGuard, NO_GUARD, options.log)
  }

  get plan(): GuardPlan {
    return this.#plan
  }

  /** Puts this in the place of the plan. It is stored already. */
  replace(plan: GuardPlan): void {
    this.#plan = plan
    this.watch()
  }

  /** Errors: CameraError `not-exist` if there is no place to go back to, those of the head; nothing has changed then. */
  async change({ enabled, seconds, storesPlace = false }: GuardChange): Promise<void> {
    const { head, memory, key } = this.#options
    const before = this.#plan
    const wanted = { enabled: enabled ?? before.enabled, seconds: seconds ?? before.seconds }
    if (wanted.enabled && !storesPlace) this.require()
    const place = storesPlace ? await head.remember(GUARD_SLOT) : before.place
    const plan = { ...wanted, place }
    memory.save({ [key]: plan })
    this.#plan = plan
    this.watch()
  }

  /** Errors: CameraError `not-exist`. */
  require(): Place {
    if (this.#plan.place === undefined) throw new CameraError('not-exist', 'there is no guard place')
    return this.#plan.place
  }

  /** Nothing has been said from now on. */
  watch(): void {
    this.#cancel()
    const { enabled, seconds, place } = this.#plan
    if (!enabled || place === undefined) return
    this.#cancel = this.#options.timers.after(seconds * 1000, this.#options.due)
  }

  /** The head is under way by an order of somebody. */
  rest(): void {
    this.#cancel()
  }
}

/** Errors: Error that says what is wrong. */
export function readGuard(value: Fields): GuardPlan {
  return {
    enabled: value.member('enabled').boolean(),
    seconds: value.member('seconds').number(MIN_GUARD_SECONDS, MAX_GUARD_SECONDS),
    place: value.has('place') ? readPlace(value.member('place')) : undefined,
  }
}
