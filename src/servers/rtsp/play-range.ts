/** The Range header of recordings (RFC 2326 §3.6, §3.7, §12.29). Pure. */
import { Refusal } from './response.ts'

/** Camera's clock, milliseconds since 1970. */
export interface Extent {
  readonly fromMs: number
  readonly toMs: number
}

export interface PlaySpan {
  readonly fromMs: number
  /** Undefined where the question names no end. */
  readonly toMs: number | undefined
}

const FORM = /^(clock|npt)\s*=\s*([^-]*)-([^;]*)/i
/** `20261123T120000.25Z` */
const CLOCK = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d(?:\.\d{1,9})?)Z$/i
const SECONDS = /^\d{1,9}(?:\.\d{1,9})?$/
const HOURS = /^(\d{1,4}):(\d\d):(\d\d(?:\.\d{1,9})?)$/

/** What is to be played; it begins within the extent and ends behind its beginning. Errors: Refusal 457. */
export function parseRange(range: string | undefined, { fromMs, toMs }: Extent): PlaySpan {
  if (range === undefined) return { fromMs, toMs: undefined }
  const [, unit = '', first = '', last = ''] = FORM.exec(range) ?? []
  const instant = unit.toLowerCase() === 'clock' ? clockMs : relativeMs(fromMs)
  const begin = /^(now)?$/i.test(first.trim()) && unit !== '' ? fromMs : instant(first.trim())
  const end = last.trim() === '' ? undefined : instant(last.trim())
  if (!(begin >= fromMs && begin < toMs) || !(end === undefined || end > begin)) throw new Refusal(457)
  return { fromMs: begin, toMs: end }
}

/** The same in the words in which it was asked; `unit` if it was not. */
export function printRange(
  asked: string | undefined,
  { fromMs, toMs }: Extent,
  { origin, unit }: { readonly origin: number; readonly unit: 'clock' | 'npt' },
): string {
  const isClock = asked === undefined ? unit === 'clock' : /^clock/i.test(asked)
  if (isClock) return `clock=${printClock(fromMs)}-${printClock(toMs)}`
  return `npt=${(fromMs - origin) / 1000}-${(toMs - origin) / 1000}`
}

/** NaN for anything else. */
function clockMs(text: string): number {
  const [, year, month, day, hour, minute, second] = CLOCK.exec(text) ?? []
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:00Z`) + Number(second) * 1000
}

/** NaN for anything else. */
const relativeMs =
  (fromMs: number) =>
  (text: string): number => {
    if (SECONDS.test(text)) return fromMs + Number(text) * 1000
    const [, hours, minutes, seconds] = HOURS.exec(text) ?? []
    return fromMs + (Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000
  }

function printClock(ms: number): string {
  return new Date(ms).toISOString().replace(/[-:]/g, '')
}
