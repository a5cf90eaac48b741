/** The Range header of recordings (RFC 2326 §3.6, §3.7, §12.29). Pure. */
import { Refusal } from './response.ts'

interface Extent {
  readonly fromMs: number
  readonly toMs: number
}

/** `20261123T120000.25Z` */
const CLOCK = /^clock\s*=\s*(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d{1,9})?)Z-/i
const SECONDS = /^npt\s*=\s*(\d{1,9}(?:\.\d{1,9})?)-/i
const HOURS = /^npt\s*=\s*(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,9})?)-/i

/** Where to begin, milliseconds since 1970: within the extent. Errors: Refusal 457. */
export function parseRange(range: string | undefined, { fromMs, toMs }: Extent): number {
  if (range === undefined || /^npt\s*=\s*(now)?-/i.test(range)) return fromMs
  const beginMs = clockMs(range) ?? relativeMs(range, fromMs)
  if (beginMs === undefined || Number.isNaN(beginMs) || beginMs < fromMs || beginMs >= toMs)
    throw new Refusal(457)
  return beginMs
}

/** The same in the words in which it was asked. */
export function printRange(asked: string | undefined, beginMs: number, { fromMs, toMs }: Extent): string {
  if (asked !== undefined && CLOCK.test(asked)) return `clock=${printClock(beginMs)}-${printClock(toMs)}`
  return `npt=${(beginMs - fromMs) / 1000}-${(toMs - fromMs) / 1000}`
}

function clockMs(range: string): number | undefined {
  const match = CLOCK.exec(range)
  if (match === null) return undefined
  const [, year, month, day, hour, minute, second] = match
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`) + Number(second) * 1000
}

function relativeMs(range: string, fromMs: number): number | undefined {
  const seconds = SECONDS.exec(range)
  if (seconds !== null) return fromMs + Number(seconds[1]) * 1000
  const hours = HOURS.exec(range)
  if (hours === null) return undefined
  return fromMs + (Number(hours[1]) * 3600 + Number(hours[2]) * 60 + Number(hours[3])) * 1000
}

function printClock(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]/g, '')
}
