import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import {
  addDays,
  type DaylightSaving,
  daysOf,
  fromLocal,
  type LocalTime,
  offsetSecondsAt,
  toLocal,
  weekdayOf,
  type YearlyMoment,
  type Zone,
} from './local-time.ts'

const at = (month: number, week: number, hour: number): YearlyMoment => ({
  month,
  week,
  weekday: 0,
  hour,
  minute: 0,
  second: 0,
})
const zone = (hours: number, start?: YearlyMoment, end?: YearlyMoment, saved = 1): Zone => ({
  utcOffsetSeconds: hours * 3600,
  daylightSaving: start && end ? { start, end, offsetSeconds: saved * 3600 } : undefined,
})

const BERLIN = zone(1, at(3, 5, 2), at(10, 5, 3))
const NEW_YORK = zone(-5, at(3, 2, 2), at(11, 1, 2))
const SYDNEY = zone(10, at(10, 1, 2), at(4, 1, 3))
/** Double summer time of 1947, as a rule of its own. */
const DOUBLE = zone(0, at(3, 5, 1), at(10, 5, 3), 2)
const SHANGHAI = zone(8)
const KOLKATA = zone(5.5)
const SAINT_JOHNS = zone(-3.5, at(3, 2, 2), at(11, 1, 2))

const text = ({ year, month, day, hour, minute, second }: LocalTime) => {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${year}-${two(month)}-${two(day)} ${two(hour)}:${two(minute)}:${two(second)}`
}

/** Both edges in both hemispheres, ends of years, odd offsets: checked against the time zone database. */
const TABLE: readonly [zone: Zone, name: string, utc: string, local: string][] = [
  [BERLIN, 'Europe/Berlin', '2026-03-29T00:59:59Z', '2026-03-29 01:59:59'],
  [BERLIN, 'Europe/Berlin', '2026-03-29T01:00:00Z', '2026-03-29 03:00:00'],
  [BERLIN, 'Europe/Berlin', '2026-10-25T00:59:59Z', '2026-10-25 02:59:59'],
  [BERLIN, 'Europe/Berlin', '2026-10-25T01:00:00Z', '2026-10-25 02:00:00'],
  [BERLIN, 'Europe/Berlin', '2026-12-31T23:00:00Z', '2027-01-01 00:00:00'],
  [NEW_YORK, 'America/New_York', '2026-03-08T06:59:59Z', '2026-03-08 01:59:59'],
  [NEW_YORK, 'America/New_York', '2026-03-08T07:00:00Z', '2026-03-08 03:00:00'],
  [NEW_YORK, 'America/New_York', '2026-11-01T05:59:59Z', '2026-11-01 01:59:59'],
  [NEW_YORK, 'America/New_York', '2026-11-01T06:00:00Z', '2026-11-01 01:00:00'],
  [NEW_YORK, 'America/New_York', '2027-01-01T04:59:59Z', '2026-12-31 23:59:59'],
  [SYDNEY, 'Australia/Sydney', '2026-04-04T15:59:59Z', '2026-04-05 02:59:59'],
  [SYDNEY, 'Australia/Sydney', '2026-04-04T16:00:00Z', '2026-04-05 02:00:00'],
  [SYDNEY, 'Australia/Sydney', '2026-10-03T15:59:59Z', '2026-10-04 01:59:59'],
  [SYDNEY, 'Australia/Sydney', '2026-10-03T16:00:00Z', '2026-10-04 03:00:00'],
  [SYDNEY, 'Australia/Sydney', '2026-12-31T13:00:00Z', '2027-01-01 00:00:00'],
  [SHANGHAI, 'Asia/Shanghai', '2026-06-30T16:00:00Z', '2026-07-01 00:00:00'],
  [KOLKATA, 'Asia/Kolkata', '2028-02-28T18:30:00Z', '2028-02-29 00:00:00'],
  [SAINT_JOHNS, 'America/St_Johns', '2026-03-08T05:30:00Z', '2026-03-08 03:00:00'],
  [SAINT_JOHNS, 'America/St_Johns', '2026-11-01T04:29:59Z', '2026-11-01 01:59:59'],
]

for (const [rule, name, utc, local] of TABLE) {
  test(`${utc} is ${local} in ${name}`, () => {
    assert.equal(text(toLocal(rule, Date.parse(utc))), local)
    const known = new Intl.DateTimeFormat('sv', { timeZone: name, dateStyle: 'short', timeStyle: 'medium' })
    assert.equal(known.format(Date.parse(utc)), local)
  })
}

test('agrees with the time zone database every hour of eight years', () => {
  for (const [rule, name] of [
    [BERLIN, 'Europe/Berlin'],
    [NEW_YORK, 'America/New_York'],
    [SYDNEY, 'Australia/Sydney'],
  ] as const) {
    const format = new Intl.DateTimeFormat('en', { timeZone: name, timeZoneName: 'longOffset' })
    const known = (ms: number) => {
      const match = /GMT([+-])(\d\d):(\d\d)/.exec(format.format(ms))!
      return Number(`${match[1]}1`) * (Number(match[2]) * 3600 + Number(match[3]) * 60)
    }
    // A step that meets every hour of the day, and every edge within some hours.
    for (let ms = Date.UTC(2024, 0); ms < Date.UTC(2032, 0); ms += 7 * 3600_000) {
      assert.equal(offsetSecondsAt(rule, ms), known(ms), `${name} ${new Date(ms).toISOString()}`)
    }
  }
})

test('an hour that is left out counts from its beginning', () => {
  const missing = { year: 2026, month: 3, day: 29, hour: 2, minute: 30, second: 0 }
  assert.equal(text(toLocal(BERLIN, fromLocal(BERLIN, missing))), '2026-03-29 03:30:00')
})

test('of an hour that comes twice it is the first', () => {
  const twice = { year: 2026, month: 10, day: 25, hour: 2, minute: 30, second: 0 }
  assert.equal(fromLocal(BERLIN, twice), Date.parse('2026-10-25T00:30:00Z'))
  const south = { year: 2026, month: 4, day: 5, hour: 2, minute: 30, second: 0 }
  assert.equal(fromLocal(SYDNEY, south), Date.parse('2026-04-04T15:30:00Z'))
})

test('two hours may be saved', () => {
  assert.equal(text(toLocal(DOUBLE, Date.parse('2026-07-01T12:00:00Z'))), '2026-07-01 14:00:00')
  assert.equal(text(toLocal(DOUBLE, Date.parse('2026-12-01T12:00:00Z'))), '2026-12-01 12:00:00')
})

test('a rule that ends as it begins saves nothing', () => {
  const moment = at(3, 5, 2)
  const rule: DaylightSaving = { start: moment, end: { ...moment, hour: 3 }, offsetSeconds: 3600 }
  const empty = { utcOffsetSeconds: 0, daylightSaving: rule }
  const lasting = [0, 3, 6, 9].map((month) => offsetSecondsAt(empty, Date.UTC(2026, month, 15)))
  assert.deepEqual(new Set(lasting).size, 1)
})

test('counts days over months, leap years and ends of years', () => {
  assert.equal(daysOf({ year: 2028, month: 2 }), 29)
  assert.equal(daysOf({ year: 2100, month: 2 }), 28)
  assert.deepEqual(addDays({ year: 2026, month: 12, day: 31 }, 1), { year: 2027, month: 1, day: 1 })
  assert.equal(weekdayOf({ year: 2026, month: 11, day: 22 }), 0)
})

test('what a clock shows leads back to an instant at which it shows that', () => {
  const moment = fc.record({
    month: fc.integer({ min: 1, max: 12 }),
    week: fc.integer({ min: 1, max: 5 }),
    weekday: fc.integer({ min: 0, max: 6 }),
    hour: fc.integer({ min: 0, max: 23 }),
    minute: fc.integer({ min: 0, max: 59 }),
    second: fc.integer({ min: 0, max: 59 }),
  })
  const anyZone = fc.record({
    utcOffsetSeconds: fc.integer({ min: -43_200, max: 46_800 }),
    daylightSaving: fc.option(
      fc.record({ start: moment, end: moment, offsetSeconds: fc.constantFrom(3600, 7200) }),
      { nil: undefined },
    ),
  })
  // 1900 to 2100.
  const anyTime = fc.integer({ min: -2_208_988_800, max: 4_102_444_799 }).map((seconds) => seconds * 1000)
  fc.assert(
    fc.property(anyZone, anyTime, (rule, utcMs) => {
      const local = toLocal(rule, utcMs)
      assert.deepEqual(toLocal(rule, fromLocal(rule, local)), local)
    }),
    { numRuns: 2000 },
  )
})
