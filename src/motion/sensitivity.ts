/** Which of the four sensitivities of the day counts (Guide §3.8.1, Q-103). Pure. */
import type { LocalTime } from '../base/local-time.ts'

/** From its begin to before its end, over midnight if the end is earlier; empty if both are the same. */
export interface Period {
  readonly beginHour: number
  readonly beginMin: number
  readonly endHour: number
  readonly endMin: number
  /** 1 (most sensitive) to 50. */
  readonly sensitivity: number
}

/** Of a camera without any period. */
const FACTORY_SENSITIVITY = 9
const LAST_MINUTE = 23 * 60 + 59

/** Of the first period that the time lies in; outside of all of them the last one counts. */
export function sensitivityAt(periods: readonly Period[], { hour, minute }: LocalTime): number {
  const now = hour * 60 + minute
  const period = periods.find((one) => holds(one, now)) ?? periods.at(-1)
  return period?.sensitivity ?? FACTORY_SENSITIVITY
}

function holds({ beginHour, beginMin, endHour, endMin }: Period, now: number): boolean {
  const begin = beginHour * 60 + beginMin
  // A day ends with 23:59: there is no 24:00 on the wire.
  const printed = endHour * 60 + endMin
  const end = printed === LAST_MINUTE ? printed + 1 : printed
  if (begin === printed) return false
  return begin < printed ? now >= begin && now < end : now >= begin || now < end
}
