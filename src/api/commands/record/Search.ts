/** Finding recordings (Guide §3.6.3, Q-91, Q-92). Times are local, on the camera's clock. */
import { CameraError } from '../../../base/errors.ts'
import {
  addDays,
  daysOf,
  fromLocal,
  type LocalDate,
  type LocalTime,
  lastFromLocal,
  toLocal,
} from '../../../base/local-time.ts'
import type { RecordingRow } from '../../../store/recordings.ts'
import { action } from '../../define/command.ts'
import { optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'
import { text } from '../../define/texts.ts'
import type { Parts } from '../../parts.ts'

/** Ten weeks of segments of five minutes; clients ask for days. */
const MAX_FILES = 20_000

const moment = group({
  year: integer({ min: 1900, max: 2100, initial: 2026 }),
  mon: integer({ min: 1, max: 12, initial: 1 }),
  // A client that counts to the end of any month says 31.
  day: integer({ min: 1, max: 31, initial: 1 }),
  hour: integer({ min: 0, max: 24, initial: 0 }),
  min: integer({ min: 0, max: 59, initial: 0 }),
  sec: integer({ min: 0, max: 59, initial: 0 }),
})
type Moment = ReturnType<typeof momentOf>

export const search = action('Search', {
  guide: '3.6.3',
  summary: 'Days with recordings, and with `onlyStatus` 0 also the recordings of the time that is asked for.',
  access: { key: 'recDownload', right: 'read' },
  section: 'Search',
  readOnly: true,
  perChannel: true,
  fields: group({
    onlyStatus: flag(0),
    streamType: optional(text({ maxLen: 31, initial: 'main' })),
    StartTime: moment,
    EndTime: moment,
  }),
  run: ({ onlyStatus, streamType, StartTime, EndTime }, { parts }, channel) => {
    const stream = streamType === undefined || streamType === 'main' ? 'main' : 'sub'
    const span = { channel, stream } as const
    const { zone } = parts.clock.reading
    const fromMs = fromLocal(zone, localOf(StartTime))
    // The last second counts as a whole.
    const toMs = lastFromLocal(zone, localOf(EndTime)) + 999
    const status = monthsBetween(StartTime, EndTime, parts, span)
    const rows = onlyStatus === 1 ? [] : parts.recordings.between(span, fromMs, toMs, MAX_FILES + 1)
    // Printing them would hold up everything else, and a part of them would pass for all.
    if (rows.length > MAX_FILES) throw new CameraError('timeout', 'so many recordings take too long')
    const files = rows.map((row) => fileOf(row, parts))
    return {
      value: {
        SearchResult: {
          ...(files.length > 0 ? { File: files } : {}),
          ...(status.length > 0 ? { Status: status } : {}),
          channel,
        },
      },
    }
  },
})

function fileOf(row: RecordingRow, { clock }: Parts) {
  const { zone } = clock.reading
  return {
    EndTime: momentOf(toLocal(zone, row.endMs)),
    StartTime: momentOf(toLocal(zone, row.startMs)),
    frameRate: row.frameRate,
    height: row.height,
    name: row.name,
    size: row.sizeBytes,
    type: row.stream,
    width: row.width,
  }
}

function momentOf({ year, month, day, hour, minute, second }: LocalTime) {
  return { day, hour, min: minute, mon: month, sec: second, year }
}

function localOf({ year, mon, day, hour, min, sec }: Moment): LocalTime {
  return { year, month: mon, day, hour, minute: min, second: sec }
}

/** Each month of the time that has recordings, as a whole: one character for each of its days. */
function monthsBetween(
  from: Pick<Moment, 'year' | 'mon'>,
  to: Pick<Moment, 'year' | 'mon'>,
  { clock, recordings }: Parts,
  span: { readonly channel: number; readonly stream: 'main' | 'sub' },
) {
  const extent = recordings.extent(span)
  if (extent === undefined) return []
  const { zone } = clock.reading
  const first = toLocal(zone, extent.startMs)
  const last = toLocal(zone, extent.endMs)
  const begin = Math.max(from.year * 12 + from.mon - 1, first.year * 12 + first.month - 1)
  const end = Math.min(to.year * 12 + to.mon - 1, last.year * 12 + last.month - 1)
  const months: { mon: number; table: string; year: number }[] = []
  for (let month = begin; month <= end; month += 1) {
    const date = { year: Math.floor(month / 12), month: (month % 12) + 1 }
    const table = Array.from({ length: daysOf(date) }, (_, index) => {
      const day = { ...date, day: index + 1 }
      return recordings.hasAny(span, midnight(day), midnight(addDays(day, 1))) ? '1' : '0'
    }).join('')
    if (table.includes('1')) months.push({ mon: date.month, table, year: date.year })
  }
  return months

  function midnight(day: LocalDate): number {
    return fromLocal(zone, { ...day, hour: 0, minute: 0, second: 0 })
  }
}
