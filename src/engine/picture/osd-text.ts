/** The line of the clock, as the guide prints it: `11/22/2026 SUN 23:40:16`. Pure. */
import { offsetSecondsAt } from '../../base/local-time.ts'
import type { ClockSettings } from '../protocol.ts'

const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT']

/** `wallMs` is the camera's own wall clock, UTC; the zone comes from `clock`. */
export function formatClock(wallMs: number, clock: ClockSettings): string {
  const local = new Date(wallMs + offsetSecondsAt(clock.zone, wallMs) * 1000)
  const date = clock.dateFormat
    .replace('MM', digits(local.getUTCMonth() + 1))
    .replace('DD', digits(local.getUTCDate()))
    .replace('YYYY', digits(local.getUTCFullYear(), 4))
  return `${date} ${WEEKDAYS[local.getUTCDay()]} ${formatTime(local, clock.twelveHours)}`
}

function formatTime(local: Date, twelveHours: boolean): string {
  const hours = local.getUTCHours()
  const minutesAndSeconds = `${digits(local.getUTCMinutes())}:${digits(local.getUTCSeconds())}`
  if (!twelveHours) return `${digits(hours)}:${minutesAndSeconds}`
  return `${digits(hours % 12 || 12)}:${minutesAndSeconds} ${hours < 12 ? 'AM' : 'PM'}`
}

function digits(value: number, width = 2): string {
  return String(value).padStart(width, '0')
}
