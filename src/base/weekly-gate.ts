/** Whether something is to be done now: a switch and the hours of a week on the camera's clock. */
import { type LocalTime, weekdayOf } from './local-time.ts'

export interface WeeklyPlan {
  readonly isEnabled: boolean
  /** 168 characters, Sunday 00:00 first; '1' is an hour in which it is done. */
  readonly hours: string
}

export class WeeklyGate {
  readonly #local: () => LocalTime
  #plan: WeeklyPlan = { isEnabled: false, hours: '' }

  /** `local` is what the camera's clock shows. */
  constructor(local: () => LocalTime) {
    this.#local = local
  }

  configure(plan: WeeklyPlan): void {
    this.#plan = plan
  }

  get isOpen(): boolean {
    const local = this.#local()
    return this.#plan.isEnabled && this.#plan.hours[weekdayOf(local) * 24 + local.hour] === '1'
  }
}
