/**
 * Local time from UTC and back, with a camera's own rule for daylight saving (Guide §3.1.3, Q-44, Q-45). Pure:
 * the zone is a value, not the host's. See docs/design/time.md.
 */

/** A moment that comes every year: the n-th such weekday of a month. */
export interface YearlyMoment {
  /** 1 to 12. */
  readonly month: number
  /** 1 to 5; 5 is the last. */
  readonly week: number
  /** 0 is Sunday. */
  readonly weekday: number
  readonly hour: number
  readonly minute: number
  readonly second: number
}

export interface DaylightSaving {
  /** On the clock of standard time. */
  readonly start: YearlyMoment
  /** On the clock of daylight saving time. */
  readonly end: YearlyMoment
  /** What is added in between. */
  readonly offsetSeconds: number
}

export interface Zone {
  /** Local standard time minus UTC, so east is positive. */
  readonly utcOffsetSeconds: number
  /** Undefined: standard time all the year. */
  readonly daylightSaving: DaylightSaving | undefined
}

export interface LocalDate {
  readonly year: number
  /** 1 to 12. */
  readonly month: number
  readonly day: number
}

export interface LocalTime extends LocalDate {
  readonly hour: number
  readonly minute: number
  readonly second: number
}

/** As the guide spells them; 0 is Sunday. */
export const WEEKDAYS = [
  'Sunday',
  'Monday',
  'Tuesday',
  'Wednesday',
  'Thursday',
  'Friday',
  'Saturday',
] as const

export const UTC: Zone = { utcOffsetSeconds: 0, daylightSaving: undefined }
const DAY_MS = 86_400_000

/** Days of a month; 28 to 31. */
export function daysOf({ year, month }: Pick<LocalDate, 'year' | 'month'>): number {
  return new Date(naiveMs({ year, month: month + 1, day: 0 })).getUTCDate()
}

/** 0 is Sunday. */
export function weekdayOf(date: LocalDate): number {
  return new Date(naiveMs(date)).getUTCDay()
}

/** Whether an hour of the week is on in a table of 168 characters, Sunday 00:00 first. */
export function isScheduled(hours: string, local: LocalTime): boolean {
  return hours[weekdayOf(local) * 24 + local.hour] === '1'
}

/** The day of the month on which the moment comes. */
export function dayOfMoment(
  year: number,
  { month, week, weekday }: Pick<YearlyMoment, 'month' | 'week' | 'weekday'>,
): number {
  const first = 1 + ((weekday - weekdayOf({ year, month, day: 1 }) + 7) % 7)
  const day = first + (week - 1) * 7
  return day > daysOf({ year, month }) ? day - 7 : day
}

/** The date so many days later. */
export function addDays(date: LocalDate, days: number): LocalDate {
  const sum = new Date(naiveMs(date) + days * DAY_MS)
  return { year: sum.getUTCFullYear(), month: sum.getUTCMonth() + 1, day: sum.getUTCDate() }
}

/** Local time minus UTC at an instant, in seconds. */
export function offsetSecondsAt(zone: Zone, utcMs: number): number {
  const { utcOffsetSeconds, daylightSaving } = zone
  const isSaving = daylightSaving !== undefined && isDaylightSaving(utcOffsetSeconds, daylightSaving, utcMs)
  return utcOffsetSeconds + (isSaving ? daylightSaving.offsetSeconds : 0)
}

/** What the clock on the wall shows at an instant. */
export function toLocal(zone: Zone, utcMs: number): LocalTime {
  const shifted = new Date(utcMs + offsetSecondsAt(zone, utcMs) * 1000)
  return {
    year: shifted.getUTCFullYear(),
    month: shifted.getUTCMonth() + 1,
    day: shifted.getUTCDate(),
    hour: shifted.getUTCHours(),
    minute: shifted.getUTCMinutes(),
    second: shifted.getUTCSeconds(),
  }
}

/**
 * The instant at which the clock shows `local`. Of an hour that comes twice it is the first; an hour that is left out
 * counts from its beginning, so 02:30 means 03:30 then.
 */
export function fromLocal({ utcOffsetSeconds, daylightSaving }: Zone, local: LocalTime): number {
  const standardMs = naiveMs(local) - utcOffsetSeconds * 1000
  if (daylightSaving === undefined) return standardMs
  const savingMs = standardMs - daylightSaving.offsetSeconds * 1000
  return isDaylightSaving(utcOffsetSeconds, daylightSaving, savingMs) ? savingMs : standardMs
}

/** The same, but of an hour that comes twice the second. */
export function lastFromLocal(zone: Zone, local: LocalTime): number {
  const standardMs = naiveMs(local) - zone.utcOffsetSeconds * 1000
  return offsetSecondsAt(zone, standardMs) === zone.utcOffsetSeconds ? standardMs : fromLocal(zone, local)
}

function isDaylightSaving(
  utcOffsetSeconds: number,
  { start, end, offsetSeconds }: DaylightSaving,
  utcMs: number,
): boolean {
  const standardMs = utcMs + utcOffsetSeconds * 1000
  const year = new Date(standardMs).getUTCFullYear()
  const startMs = momentMs(year, start)
  const endMs = momentMs(year, end) - offsetSeconds * 1000
  return startMs < endMs
    ? standardMs >= startMs && standardMs < endMs
    : // In the south it lasts over the turn of the year.
      standardMs >= startMs || standardMs < endMs
}

function momentMs(year: number, moment: YearlyMoment): number {
  const { month, hour, minute, second } = moment
  return naiveMs({ year, month, day: dayOfMoment(year, moment), hour, minute, second })
}

/** As if local time were UTC. Years below 100 are meant as they stand, unlike by `Date.UTC`. */
function naiveMs({
  year,
  month,
  day,
  hour = 0,
  minute = 0,
  second = 0,
}: LocalDate & Partial<LocalTime>): number {
  const date = new Date(0)
  date.setUTCFullYear(year, month - 1, day)
  return date.setUTCHours(hour, minute, second)
}
