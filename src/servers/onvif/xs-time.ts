/** Times and durations as XML Schema writes them (Part 2 §3.2.6, §3.2.7). */

/** `2026-11-23T10:15:00Z`: without a fraction, which some clients cannot read. */
export function printTime(utcMs: number): string {
  return `${new Date(utcMs).toISOString().slice(0, 19)}Z`
}

/** `xs:dateTime`; without a zone it is UTC. NaN for anything else. */
export function parseTime(text: string): number {
  const match = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(\.\d{1,9})?(Z|[+-]\d\d:\d\d)?$/.exec(text)
  if (match === null) return Number.NaN
  const [, seconds, fraction = '', zone = 'Z'] = match
  return Date.parse(`${seconds}${fraction.slice(0, 4)}${zone}`)
}

/** `xs:duration` in milliseconds, months of 30 days. NaN for anything else. */
export function parseDuration(text: string): number {
  const pattern =
    /^P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,6})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9}(?:\.\d{1,9})?)S)?)?$/
  const match = pattern.exec(text)
  if (match === null || /[PT]$/.test(text)) return Number.NaN
  const [years, months, days, hours, minutes, seconds] = match.slice(1).map((part) => Number(part ?? 0))
  const allDays = years! * 365 + months! * 30 + days!
  return (((allDays * 24 + hours!) * 60 + minutes!) * 60 + seconds!) * 1000
}
