/** Device service: the camera's clock (Device Management §8.2). */
import { ntp } from '../../api/commands/network/Ntp.ts'
import { time, timeIn } from '../../api/commands/system/Time.ts'
import { daysOf, fromLocal, offsetSecondsAt, toLocal, UTC } from '../../base/local-time.ts'
import { Fault, invalid } from './fault.ts'
import { accessOf, authorOf, type Call, change, type Operation, operation } from './operation.ts'
import { parseZone, printZone } from './posix-zone.ts'
import type { XmlElement } from './xml-reader.ts'
import { type Xml, xml } from './xml-writer.ts'

const access = accessOf(time)

export const TIME_OPERATIONS: readonly Operation[] = [
  // Open: digests carry the camera's time, so clients must be able to ask for it (Core §5.9.3).
  operation('tds:GetSystemDateAndTime', 'anyone', (_request, { parts: { clock, settings } }) => {
    const now = clock.wallMs()
    const { zone } = clock.reading
    const isSaving = offsetSecondsAt(zone, now) !== zone.utcOffsetSeconds
    return xml(
      'tds:SystemDateAndTime',
      xml('tt:DateTimeType', settings.current(ntp).enable === 1 ? 'NTP' : 'Manual'),
      xml('tt:DaylightSavings', isSaving),
      xml('tt:TimeZone', xml('tt:TZ', printZone(zone))),
      xml('tt:UTCDateTime', dateTime(toLocal(UTC, now))),
      xml('tt:LocalDateTime', dateTime(clock.local(now))),
    )
  }),

  operation('tds:SetSystemDateAndTime', access.change, async (request, call) => {
    const type = request.textAt('DateTimeType')
    if (type !== 'Manual' && type !== 'NTP')
      throw invalid('ter:InvalidDateTime', 'DateTimeType must be Manual or NTP')
    const given = request.find('UTCDateTime')
    const utcMs = given === undefined ? undefined : instantIn(given)
    await setZone(request.textAt('TimeZone', 'TZ'), request.booleanAt('DaylightSavings'), call)
    const enable = type === 'NTP' ? 1 : 0
    if (call.parts.settings.current(ntp).enable !== enable) await change(ntp, { enable }, call)
    // A time beside a server's is of no use (Device Management §8.2.5).
    if (utcMs === undefined || type === 'NTP') return undefined
    call.parts.clock.set(utcMs)
    call.parts.deviceLog.write({ type: 'config', detail: 'clock set', ...authorOf(call) })
    return undefined
  }),
]

async function setZone(text: string | undefined, saves: boolean | undefined, call: Call): Promise<void> {
  if (text === undefined) return
  const zone = parseZone(text)
  // The guide's zones have whole hours of daylight saving, one or two.
  const hours = (zone?.daylightSaving?.offsetSeconds ?? 3600) / 3600
  const isKnown = zone !== undefined && (hours === 1 || hours === 2)
  const west = -(zone?.utcOffsetSeconds ?? 0)
  if (!isKnown || west < -46_800 || west > 43_200) {
    throw new Fault('Sender', ['ter:InvalidArgVal', 'ter:InvalidTimeZone'], 'this time zone is not known')
  }
  const { Dst, Time } = timeIn(saves === false ? { ...zone, daylightSaving: undefined } : zone)
  const rule = zone.daylightSaving === undefined || saves === false ? { enable: 0 } : Dst
  await change(time, { Time: { timeZone: Time.timeZone }, Dst: rule }, call)
}

function dateTime({ year, month, day, hour, minute, second }: ReturnType<typeof toLocal>): Xml[] {
  return [
    xml('tt:Time', xml('tt:Hour', hour), xml('tt:Minute', minute), xml('tt:Second', second)),
    xml('tt:Date', xml('tt:Year', year), xml('tt:Month', month), xml('tt:Day', day)),
  ]
}

/** UTC. Errors: Fault. */
function instantIn(given: XmlElement): number {
  const number = (part: 'Date' | 'Time', name: string, least: number, most: number): number => {
    const value = Number(given.textAt(part, name) ?? Number.NaN)
    if (Number.isInteger(value) && value >= least && value <= most) return value
    throw invalid('ter:InvalidDateTime', `${name} must be ${least} to ${most}`)
  }
  const date = { year: number('Date', 'Year', 1970, 2100), month: number('Date', 'Month', 1, 12) }
  const day = number('Date', 'Day', 1, daysOf(date))
  const hour = number('Time', 'Hour', 0, 23)
  const minute = number('Time', 'Minute', 0, 59)
  // POSIX has no leap seconds; XML's times may.
  const second = Math.min(59, number('Time', 'Second', 0, 61))
  return fromLocal(UTC, { ...date, day, hour, minute, second })
}
