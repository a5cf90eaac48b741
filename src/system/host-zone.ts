/** The host's time zone as a camera's rule, for the first start (docs/design/time.md). */
import { type DaylightSaving, dayOfMoment, type YearlyMoment, type Zone } from '../base/local-time.ts'

const MINUTE_MS = 60_000
const DAY_MS = 86_400_000
/** A rule must hold for so many years. */
const YEARS = 4

/** Local time minus UTC at an instant, in seconds. */
export type OffsetOf = (utcMs: number) => number

/** The host's own, from the TZ variable or /etc/localtime. */
export const hostOffset: OffsetOf = (utcMs) => -new Date(utcMs).getTimezoneOffset() * 60

interface Change {
  readonly atMs: number
  readonly from: number
  readonly to: number
}

/**
 * The zone in force at `nowMs`. Where the host's daylight saving is no yearly rule of one or two hours, it is left
 * out, and what is local time now counts as standard time.
 */
export function zoneFromHost(nowMs: number, offsetOf: OffsetOf = hostOffset): Zone {
  const year = new Date(nowMs).getUTCFullYear()
  const years = Array.from({ length: YEARS }, (_, index) => changesIn(year + index, offsetOf))
  const fixed = { utcOffsetSeconds: offsetOf(nowMs), daylightSaving: undefined }
  const starts = years.map((changes) => changes.find(({ from, to }) => to > from))
  const ends = years.map((changes) => changes.find(({ from, to }) => to < from))
  const [start] = starts
  if (start === undefined || years.some((changes) => changes.length !== 2)) return fixed
  const offsetSeconds = start.to - start.from
  const rule: Partial<DaylightSaving> = { start: momentOf(starts), end: momentOf(ends), offsetSeconds }
  if (offsetSeconds % 3600 !== 0 || offsetSeconds > 7200 || !isWhole(rule)) return fixed
  return { utcOffsetSeconds: start.from, daylightSaving: rule }
}

function isWhole(rule: Partial<DaylightSaving>): rule is DaylightSaving {
  return rule.start !== undefined && rule.end !== undefined
}

/** The changes of the offset within a year, to the minute. */
function changesIn(year: number, offsetOf: OffsetOf): Change[] {
  const changes: Change[] = []
  for (let day = Date.UTC(year, 0); day < Date.UTC(year + 1, 0); day += DAY_MS) {
    const from = offsetOf(day)
    const to = offsetOf(day + DAY_MS)
    if (from === to) continue
    let before = day
    let after = day + DAY_MS
    while (after - before > MINUTE_MS) {
      const middle = before + Math.floor((after - before) / 2 / MINUTE_MS) * MINUTE_MS
      if (offsetOf(middle) === from) before = middle
      else after = middle
    }
    changes.push({ atMs: after, from, to })
  }
  return changes
}

/** The moment at which all these changes happen on the clock before them; undefined if there is none. */
function momentOf(changes: readonly (Change | undefined)[]): YearlyMoment | undefined {
  const clocks = changes.flatMap((change) => (change ? [new Date(change.atMs + change.from * 1000)] : []))
  const [first] = clocks
  if (first === undefined || clocks.length !== changes.length) return undefined
  const moment = {
    month: first.getUTCMonth() + 1,
    weekday: first.getUTCDay(),
    hour: first.getUTCHours(),
    minute: first.getUTCMinutes(),
    second: 0,
  }
  const week = [5, 1, 2, 3, 4].find((week) =>
    clocks.every((clock) => {
      const isMonth = clock.getUTCMonth() === first.getUTCMonth()
      const isDay = clock.getUTCDate() === dayOfMoment(clock.getUTCFullYear(), { ...moment, week })
      return isMonth && isDay && clock.getTime() % DAY_MS === first.getTime() % DAY_MS
    }),
  )
  return week === undefined ? undefined : { ...moment, week }
}
