/** The host's local time as the camera's, until the camera is given a zone of its own (docs/design/time.md). */
import type { Clock } from '../base/clock.ts'
import type { ClockSettings } from '../engine/protocol.ts'

/** How often a change of the host's zone or daylight saving is looked for. */
const CHECK_MS = 10_000

/** The clock in the picture at this moment. */
export function hostClockSettings(clock: Clock): ClockSettings {
  const minutesWest = new Date(clock.wallMs()).getTimezoneOffset()
  return { offsetMs: 0, utcOffsetSeconds: -minutesWest * 60, dateFormat: 'DD/MM/YYYY', twelveHours: false }
}

/** Calls `changed` whenever local time starts to differ from UTC by another amount. Returns a function that ends it. */
export function followHostTime(clock: Clock, changed: (settings: ClockSettings) => void): () => void {
  let known = hostClockSettings(clock).utcOffsetSeconds
  const timer = setInterval(() => {
    const settings = hostClockSettings(clock)
    if (settings.utcOffsetSeconds === known) return
    known = settings.utcOffsetSeconds
    changed(settings)
  }, CHECK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
