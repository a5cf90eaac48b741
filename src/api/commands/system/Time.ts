/** The camera's clock: time, zone, daylight saving, and how it is written (Guide §3.1.3–3.1.4; docs/design/time.md). */
import { CameraError } from '../../../base/errors.ts'
import {
  daysOf,
  fromLocal,
  type LocalTime,
  UTC,
  type YearlyMoment,
  type Zone,
} from '../../../base/local-time.ts'
import { DATE_FORMATS } from '../../../engine/protocol.ts'
import { choice } from '../../define/choice.ts'
import { action, type Call, type Command } from '../../define/command.ts'
import { type Infer, missing } from '../../define/field.ts'
import { group, isObject } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'
import { NO_RULES, type Setting } from '../../define/setting.ts'
import { memberOf } from '../../members.ts'
import type { Parts } from '../../parts.ts'

const HOUR_SECONDS = 3600
/** A client that changes one field sends back all it was answered; the date is meant only if it differs by more. */
const SAME_DATE_MS = 10_000

const month = (initial: number) => integer({ min: 1, max: 12, initial })
const hour = (initial: number) => integer({ min: 0, max: 23, initial })
const sixtieth = integer({ min: 0, max: 59, initial: 0 })
const week = (initial: number) => integer({ min: 1, max: 5, initial })
const weekday = integer({ min: 0, max: 6, initial: 0 })

const dst = group({
  enable: flag(0, { label: 'Daylight saving time' }),
  endHour: hour(2),
  endMin: sixtieth,
  endMon: month(10),
  endSec: sixtieth,
  endWeek: week(5),
  endWeekday: weekday,
  offset: integer({ min: 1, max: 2, initial: 1, unit: 'hours' }),
  startHour: hour(2),
  startMin: sixtieth,
  startMon: month(3),
  startSec: sixtieth,
  startWeek: week(2),
  startWeekday: weekday,
})

/** What is stored of the section Time: all but the date, which goes on by itself. */
const face = {
  hourFmt: integer({ min: 0, max: 1, initial: 0, label: '12-hour clock' }),
  timeFmt: choice(DATE_FORMATS, { initial: 'DD/MM/YYYY', label: 'Date format' }),
  // West is positive.
  timeZone: integer({
    min: -46_800,
    max: 43_200,
    initial: 28_800,
    label: 'Time zone',
    unit: 'seconds west of UTC',
  }),
}

/** The factory date is data, out of its own range and never applied. */
const date = {
  day: integer({ min: 1, max: 31, initial: 1 }),
  hour: hour(0),
  min: sixtieth,
  mon: month(0),
  sec: sixtieth,
  year: integer({ min: 1900, max: 2100, initial: 0 }),
}

const stored = group({ Dst: dst, Time: group(face) })
const whole = group({ Dst: dst, Time: group({ ...date, ...face }) })
type Stored = Infer<typeof stored>
type Whole = Infer<typeof whole>

const PERMISSION_KEY = 'time'
const DATE_NAMES = Object.keys(date)
const ALL_NAMES = [...DATE_NAMES, ...Object.keys(face)]

/** What was last answered as the date, for clients that send it back. */
const lastAnswers = new WeakMap<Parts, LocalTime>()

const getTime: Command = action('GetTime', {
  guide: '3.1.3',
  summary: 'The clock as it shows now, its zone and its rule for daylight saving.',
  access: { key: PERMISSION_KEY, right: 'read' },
  readOnly: true,
  run: (_params, { entry, parts }) => {
    const value = answer(parts)
    return entry.action === 1
      ? { initial: whole.initial, range: whole.range() as Record<string, unknown>, value }
      : { value }
  },
})

const setTime: Command = {
  ...action('SetTime', {
    guide: '3.1.4',
    summary: 'Sets the clock, its zone, its rule for daylight saving, or how it is written.',
    access: { key: PERMISSION_KEY, right: 'revise' },
    run: change,
  }),
  kind: 'set',
  fields: whole,
  read: (entry) => {
    const given = { Dst: entry.member('Dst'), Time: entry.member('Time') }
    if (given.Dst === undefined && given.Time === undefined) missing('Time')
    whole.read(given, whole.initial, 'param')
  },
}

export const time: Setting<Stored> = {
  name: 'Time',
  fields: stored,
  perChannel: false,
  commands: [getTime, setTime],
  check: NO_RULES,
  apply: ({ Dst, Time }, { clock }) =>
    clock.configure({
      zone: zoneOf(Dst, Time.timeZone),
      dateFormat: Time.timeFmt,
      twelveHours: Time.hourFmt === 1,
    }),
}

/** The stored form of a zone, with the factory's way of writing; what the first start takes from the host. */
export function timeIn({ utcOffsetSeconds, daylightSaving }: Zone): Stored {
  const { Dst, Time } = stored.initial
  // Not every zone of the world fits into the guide's range.
  const west = Math.min(43_200, Math.max(-46_800, -utcOffsetSeconds))
  const moved = { ...Time, timeZone: west }
  if (daylightSaving === undefined) return { Dst, Time: moved }
  const { start, end, offsetSeconds } = daylightSaving
  return {
    Time: moved,
    Dst: {
      enable: 1,
      endHour: end.hour,
      endMin: end.minute,
      endMon: end.month,
      endSec: end.second,
      endWeek: end.week,
      endWeekday: end.weekday,
      offset: offsetSeconds / HOUR_SECONDS,
      startHour: start.hour,
      startMin: start.minute,
      startMon: start.month,
      startSec: start.second,
      startWeek: start.week,
      startWeekday: start.weekday,
    },
  }
}

function zoneOf(rule: Stored['Dst'], secondsWest: number): Zone {
  const utcOffsetSeconds = -secondsWest
  if (rule.enable === 0) return { utcOffsetSeconds, daylightSaving: undefined }
  const start: YearlyMoment = {
    month: rule.startMon,
    week: rule.startWeek,
    weekday: rule.startWeekday,
    hour: rule.startHour,
    minute: rule.startMin,
    second: rule.startSec,
  }
  const end: YearlyMoment = {
    month: rule.endMon,
    week: rule.endWeek,
    weekday: rule.endWeekday,
    hour: rule.endHour,
    minute: rule.endMin,
    second: rule.endSec,
  }
  return { utcOffsetSeconds, daylightSaving: { start, end, offsetSeconds: rule.offset * HOUR_SECONDS } }
}

function valueAt(parts: Parts, { year, month, day, hour, minute, second }: LocalTime): Whole {
  const { Dst, Time } = parts.settings.current(time)
  return { Dst, Time: { ...Time, year, mon: month, day, hour, min: minute, sec: second } }
}

function answer(parts: Parts): Whole {
  const local = parts.clock.local()
  lastAnswers.set(parts, local)
  return valueAt(parts, local)
}

/** A date that was given sets the clock; the rest leaves the instant alone. */
async function change(_params: unknown, { entry, parts, principal, address }: Call): Promise<undefined> {
  const { clock, deviceLog, settings } = parts
  const given = { Dst: entry.member('Dst'), Time: entry.member('Time') }
  const { Dst, Time } = whole.read(given, valueAt(parts, clock.local()), 'param')
  const local = localIn(Time)
  const isNewDate = namesIn(given.Time, DATE_NAMES).length > 0 && !isEcho(given.Time, local, parts)
  if (isNewDate && local.day > daysOf(local)) throw new CameraError('bad-value', 'there is no such day')
  await settings.change(time, 0, given, { userName: principal.user.name, address })
  if (!isNewDate) return
  clock.set(fromLocal(zoneOf(Dst, Time.timeZone), local))
  deviceLog.write({ type: 'config', detail: 'clock set', userName: principal.user.name, address })
}

function localIn({ year, mon, day, hour, min, sec }: Whole['Time']): LocalTime {
  return { year, month: mon, day, hour, minute: min, second: sec }
}

function namesIn(section: unknown, names: readonly string[]): readonly string[] {
  return isObject(section) ? names.filter((name) => memberOf(section, name) !== undefined) : []
}

/** The whole section came back as it was answered. */
function isEcho(section: unknown, local: LocalTime, parts: Parts): boolean {
  const last = lastAnswers.get(parts)
  if (last === undefined || namesIn(section, ALL_NAMES).length < ALL_NAMES.length) return false
  return Math.abs(fromLocal(UTC, local) - fromLocal(UTC, last)) <= SAME_DATE_MS
}
