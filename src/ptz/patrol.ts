/** The patrol: from preset to preset, with a rest at each (Guide §3.7.3–3.7.4, Q-98). */
import { CameraError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Head } from './head.ts'
import { MAX_DWELL_SECONDS, MAX_SPEED, MIN_SPEED, PRESETS } from './limits.ts'
import { type Fields, type Memory, recall } from './memory.ts'
import type { Presets } from './presets.ts'

export interface Stop {
  /** Number of the preset. */
  readonly id: number
  /** Rest there, after arrival. */
  readonly dwellSeconds: number
  readonly speed: number
}

export interface PatrolPlan {
  readonly enabled: boolean
  readonly stops: readonly Stop[]
}

const NONE: PatrolPlan = { enabled: false, stops: [] }

interface PatrolOptions {
  readonly head: Head
  readonly presets: Presets
  readonly memory: Memory
  /** Under which the plan is stored. */
  readonly key: string
  readonly log: Log
}

export class Patrol {
  readonly #options: PatrolOptions
  #plan: PatrolPlan

  constructor(options: PatrolOptions) {
    this.#options = options
    this.#plan = recall(options.memory, options.key, readPlan, NONE, options.log)
  }

  get plan(): PatrolPlan {
    return this.#plan
  }

  /** Puts this plan in place. It is stored already. */
  replace(plan: PatrolPlan): void {
    this.#plan = plan
  }

  /** Stored when it returns. */
  change(plan: PatrolPlan): void {
    this.#options.memory.save({ [this.#options.key]: plan })
    this.#plan = plan
  }

  /** Refuses a plan that leads nowhere. Errors: CameraError `not-exist`. */
  require(plan = this.#plan): void {
    if (!plan.enabled) throw new CameraError('not-exist', 'the patrol is switched off')
    if (this.#reachable(plan).length === 0) {
      throw new CameraError('not-exist', 'the patrol has no preset to go to')
    }
  }

  /** Goes to the next stop; gives the milliseconds until it is time for another. Presets that are off are left out. */
  readonly step = async (index: number): Promise<number> => {
    const { head, presets } = this.#options
    const stops = this.#reachable(this.#plan)
    const stop = stops[index % stops.length]
    if (stop === undefined) throw new CameraError('not-exist', 'the patrol has no preset to go to')
    const wayMs = await head.goTo(presets.place(stop.id), stop.speed)
    return wayMs + stop.dwellSeconds * 1000
  }

  #reachable({ stops }: PatrolPlan): readonly Stop[] {
    const on = new Set(this.#options.presets.list().flatMap(({ id, place }) => (place ? [id] : [])))
    return stops.filter(({ id }) => on.has(id))
  }
}

/** Errors: Error that says what is wrong. */
export function readPlan(value: Fields): PatrolPlan {
  return {
    enabled: value.member('enabled').boolean(),
    stops: value
      .member('stops')
      .items()
      .map((stop) => ({
        id: stop.member('id').number(1, PRESETS),
        dwellSeconds: stop.member('dwellSeconds').number(1, MAX_DWELL_SECONDS),
        speed: stop.member('speed').number(MIN_SPEED, MAX_SPEED),
      })),
  }
}

/** There is one patrol. Errors: CameraError `not-exist`. */
export function requirePatrol(id: number | undefined): void {
  if (id !== undefined && id !== 1) throw new CameraError('not-exist', `there is no patrol ${id}`)
}
