/** The device log (Guide §3.1.23–3.1.24); the guide prints no members, so they are ours. */
import { CameraError } from '../../../base/errors.ts'
import { daysOf, type LocalTime } from '../../../base/local-time.ts'
import { LOG_TYPES } from '../../../system/log-event.ts'
import { choice } from '../../define/choice.ts'
import { action, type Call } from '../../define/command.ts'
import { type Infer, optional, withDefault } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { integer } from '../../define/numbers.ts'
import { RSP_OK } from '../../errors.ts'

/** A moment on the camera's clock; what is left out of the time of day is filled up with these. */
function moment(hour: number, sixtieth: number) {
  return group({
    year: integer({ min: 1900, max: 2100, initial: 1900 }),
    mon: integer({ min: 1, max: 12, initial: 1 }),
    day: integer({ min: 1, max: 31, initial: 1 }),
    hour: withDefault(integer({ min: 0, max: 23, initial: hour }), hour),
    min: withDefault(integer({ min: 0, max: 59, initial: sixtieth }), sixtieth),
    sec: withDefault(integer({ min: 0, max: 59, initial: sixtieth }), sixtieth),
  })
}

const start = moment(0, 0)
const end = moment(23, 59)
const filter = group({
  type: withDefault(choice(['all', ...LOG_TYPES], { initial: 'all' }), 'all'),
  StartTime: optional(start),
  EndTime: optional(end),
  max: withDefault(integer({ min: 1, max: 1000, initial: 100 }), 100),
})

export const getLog = action('GetLog', {
  guide: '3.1.23',
  summary:
    'What happened, newest first. All members may be left out; the times are of the camera and both included, `total` is the number of entries that match.',
  access: { key: 'log', right: 'read' },
  section: 'Log',
  fields: withDefault(filter, filter.initial),
  readOnly: true,
  run: ({ type, StartTime, EndTime, max }, { parts }) => {
    const { clock, deviceLog } = parts
    const fromMs = StartTime && clock.instantOf(localIn(StartTime))
    const toMs = EndTime && lastInstantOf(localIn(EndTime), clock)
    if (fromMs !== undefined && toMs !== undefined && fromMs > toMs) {
      throw new CameraError('bad-value', 'StartTime is after EndTime')
    }
    const { rows, total } = deviceLog.read({ type: type === 'all' ? undefined : type, fromMs, toMs, max })
    const entries = rows.map(({ id, type, userName, address, detail, count, timeMs }) => {
      const { year, month, day, hour, minute, second } = clock.local(timeMs)
      return {
        Time: { day, hour, min: minute, mon: month, sec: second, year },
        detail: count > 1 ? `${detail} (${count} times)` : detail,
        id,
        ip: address,
        type,
        userName,
      }
    })
    return { value: { Log: entries, rspCode: RSP_OK, total } }
  },
})

export const delLog = action('DelLog', {
  guide: '3.1.24',
  summary: 'Empties the log but for an entry that says who did it.',
  access: { key: 'log', right: 'revise' },
  run: (_params, { parts, principal, address }) => {
    parts.deviceLog.clear({ userName: principal.user.name, address })
    return undefined
  },
})

/** Errors: CameraError `bad-value` for a day that does not exist. */
function localIn({ year, mon, day, hour, min, sec }: Infer<typeof start>): LocalTime {
  const local = { year, month: mon, day, hour, minute: min, second: sec }
  if (day > daysOf(local)) throw new CameraError('bad-value', 'there is no such day')
  return local
}

/** The end of the second; of an hour that comes twice it is the second time. */
function lastInstantOf(local: LocalTime, clock: Call['parts']['clock']): number {
  const first = clock.instantOf(local)
  const again = [7_200_000, 3_600_000].map((ms) => first + ms).find((ms) => isSame(clock.local(ms), local))
  return (again ?? first) + 999
}

function isSame(one: LocalTime, other: LocalTime): boolean {
  return one.hour === other.hour && one.minute === other.minute && one.day === other.day
}
