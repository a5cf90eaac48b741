/** Time zones as POSIX writes them (IEEE 1003.1 §8.3), which is what ONVIF uses: `CET-1CEST,M3.5.0,M10.5.0/3`. */
import type { DaylightSaving, YearlyMoment, Zone } from '../../base/local-time.ts'

const HOUR_SECONDS = 3600

/** West is positive in this notation. */
export function printZone({ utcOffsetSeconds, daylightSaving }: Zone): string {
  const standard = `STD${offset(-utcOffsetSeconds)}`
  if (daylightSaving === undefined) return utcOffsetSeconds === 0 ? 'UTC0' : standard
  const { start, end, offsetSeconds } = daylightSaving
  const saving = offset(-utcOffsetSeconds - offsetSeconds)
  return `${standard}DST${saving},${moment(start)},${moment(end)}`
}

/** Undefined for what is no such text, and for rules by the day of the year, which this camera has not. */
export function parseZone(text: string): Zone | undefined {
  const name = '(?:[A-Za-z]{3,10}|<[A-Za-z0-9+-]{3,10}>)'
  const time = '[+-]?\\d{1,3}(?::\\d\\d){0,2}'
  const day = `M\\d{1,2}\\.\\d\\.\\d(?:/${time})?`
  const pattern = new RegExp(`^${name}(${time})(?:${name}(${time})?(?:,(${day}),(${day}))?)?$`)
  const match = pattern.exec(text)
  if (match === null) return undefined
  const [whole, standard = '0', saving, start, end] = match
  const utcOffsetSeconds = -seconds(standard)
  const hasRule = start !== undefined && end !== undefined
  if (!hasRule) {
    // A name for summer without a rule leaves open when it begins.
    return whole.endsWith(standard) ? { utcOffsetSeconds, daylightSaving: undefined } : undefined
  }
  const offsetSeconds = saving === undefined ? HOUR_SECONDS : -seconds(saving) - utcOffsetSeconds
  const [from, until] = [momentOf(start), momentOf(end)]
  if (from === undefined || until === undefined) return undefined
  const daylightSaving: DaylightSaving = { start: from, end: until, offsetSeconds }
  return { utcOffsetSeconds, daylightSaving }
}

/** `-1`, `3:30`. */
function offset(total: number): string {
  const size = Math.abs(total)
  const [hours, minutes, rest] = [Math.floor(size / 3600), Math.floor((size % 3600) / 60), size % 60]
  const two = (value: number) => String(value).padStart(2, '0')
  const small = rest > 0 ? `:${two(minutes)}:${two(rest)}` : minutes > 0 ? `:${two(minutes)}` : ''
  return `${total < 0 ? '-' : ''}${hours}${small}`
}

function moment({ month, week, weekday, hour, minute, second }: YearlyMoment): string {
  return `M${month}.${week}.${weekday}/${offset(hour * 3600 + minute * 60 + second)}`
}

function seconds(text: string): number {
  const [hours = 0, minutes = 0, rest = 0] = text.replace(/^[+-]/, '').split(':').map(Number)
  return (text.startsWith('-') ? -1 : 1) * (hours * 3600 + minutes * 60 + rest)
}

function momentOf(text: string): YearlyMoment | undefined {
  const [date = '', time = '2'] = text.slice(1).split('/')
  const [month = 0, week = 0, weekday = 0] = date.split('.').map(Number)
  const total = seconds(time)
  const isSound =
    month >= 1 && month <= 12 && week >= 1 && week <= 5 && weekday <= 6 && total >= 0 && total < 86_400
  if (!isSound) return undefined
  const [hour, minute, second] = [Math.floor(total / 3600), Math.floor((total % 3600) / 60), total % 60]
  return { month, week, weekday, hour, minute, second }
}
