/** The clock over the API (Guide §3.1.3–3.1.4, Q-43 to Q-46). */
import assert from 'node:assert/strict'
import { after, before, beforeEach, test } from 'node:test'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

type Section = Readonly<Record<string, number | string>>
interface TimeValue {
  readonly Dst: Section
  readonly Time: Section
}

const read = async (action = 0) => {
  const answer = await api.one({ cmd: 'GetTime', action })
  return answer as unknown as { value: TimeValue; initial: TimeValue; range: TimeValue }
}
const set = async (param: unknown) => (await api.one({ cmd: 'SetTime', param })).error?.rspCode ?? 200
/** The clock's instant. */
const instant = () => api.parts.clock.wallMs()
const noon = { year: 2030, mon: 6, day: 15, hour: 12, min: 0, sec: 0 }

beforeEach(async () => {
  assert.equal(
    await set({ Dst: { enable: 0 }, Time: { timeZone: 0, timeFmt: 'DD/MM/YYYY', hourFmt: 0 } }),
    200,
  )
})

test('GetTime shows a clock that goes', async () => {
  await set({ Time: noon })
  const { value } = await read()
  assert.ok(Number(value.Time.sec) <= 2)
  assert.deepEqual(
    { ...value.Time, sec: 0 },
    {
      ...noon,
      hourFmt: 0,
      timeFmt: 'DD/MM/YYYY',
      timeZone: 0,
    },
  )
  const before = instant()
  await new Promise((resolve) => setTimeout(resolve, 30))
  assert.ok(instant() > before)
})

test('initial is as the guide prints it, and range too', async () => {
  const { initial, range } = await read(1)
  assert.deepEqual(initial.Time, {
    day: 1,
    hour: 0,
    hourFmt: 0,
    min: 0,
    mon: 0,
    sec: 0,
    timeFmt: 'DD/MM/YYYY',
    timeZone: 28_800,
    year: 0,
  })
  assert.deepEqual(range.Time.mon, { min: 1, max: 12 })
  assert.deepEqual(range.Dst.offset, { min: 1, max: 2 })
})

test('a date alone sets the clock and nothing else', async () => {
  assert.equal(await set({ Time: { ...noon, hour: 3 } }), 200)
  assert.ok(Math.abs(instant() - Date.UTC(2030, 5, 15, 3)) < 2000)
})

test('members that are left out keep what the clock shows', async () => {
  await set({ Time: noon })
  assert.equal(await set({ Time: { hour: 20 } }), 200)
  assert.ok(Math.abs(instant() - Date.UTC(2030, 5, 15, 20)) < 2000)
})

test('a new zone shifts local time and leaves the instant alone', async () => {
  await set({ Time: noon })
  const before = instant()
  assert.equal(await set({ Time: { timeZone: -28_800 } }), 200)
  assert.ok(instant() - before < 1000)
  assert.equal((await read()).value.Time.hour, 20)
})

test('a date with a new zone is meant in the new zone', async () => {
  assert.equal(await set({ Time: { ...noon, timeZone: -3600 } }), 200)
  assert.ok(Math.abs(instant() - Date.UTC(2030, 5, 15, 11)) < 2000)
})

test('daylight saving shifts local time and leaves the instant alone', async () => {
  await set({ Time: noon })
  assert.equal(await set({ Dst: { enable: 1, startMon: 3, endMon: 10 } }), 200)
  assert.equal((await read()).value.Time.hour, 13)
  assert.equal(await set({ Dst: { offset: 2 } }), 200)
  assert.equal((await read()).value.Time.hour, 14)
})

test('a client that changes one field of the whole answer does not set the clock', async () => {
  await set({ Time: noon })
  const { value } = await read()
  api.parts.clock.set(instant() + 3600_000)
  const before = instant()
  const late = { ...value.Time, sec: Number(value.Time.sec) + 5 }
  assert.equal(await set({ Dst: value.Dst, Time: { ...late, timeFmt: 'YYYY/MM/DD' } }), 200)
  assert.ok(instant() - before < 1000)
  assert.equal((await read()).value.Time.timeFmt, 'YYYY/MM/DD')
})

test('a client that changes the date of the whole answer sets the clock', async () => {
  await set({ Time: noon })
  const { value } = await read()
  assert.equal(await set({ Time: { ...value.Time, year: 2031 } }), 200)
  assert.ok(Math.abs(instant() - Date.UTC(2031, 5, 15, 12)) < 3000)
})

const REFUSED: readonly [what: string, param: unknown, rspCode: number][] = [
  ['a day that the month lacks', { Time: { ...noon, mon: 2, day: 30 } }, -4],
  ['a day that the year lacks', { Time: { ...noon, year: 2027, mon: 2, day: 29 } }, -4],
  ['a month beyond', { Time: { ...noon, mon: 13 } }, -4],
  ['the month of the factory date', { Time: { ...noon, mon: 0 } }, -4],
  ['a year before 1900', { Time: { ...noon, year: 1899 } }, -4],
  ['a zone beyond', { Time: { timeZone: 43_201 } }, -4],
  ['an unknown format', { Time: { timeFmt: 'DD.MM.YYYY' } }, -4],
  ['a sixth week', { Dst: { startWeek: 6 } }, -4],
  ['three hours saved', { Dst: { offset: 3 } }, -4],
  ['a good zone with a bad date', { Time: { ...noon, timeZone: 3600, hour: 24 } }, -4],
  ['no section', {}, -23],
  ['a section that is a text', { Time: 'x' }, -4],
  ['a section that is nothing', { Dst: null }, -4],
]
for (const [what, param, rspCode] of REFUSED) {
  test(`SetTime refuses ${what} and leaves everything as it was`, async () => {
    const { value } = await read()
    const before = instant()
    assert.equal(await set(param), rspCode)
    assert.ok(instant() - before < 1000)
    const { sec: _, min: __, ...kept } = (await read()).value.Time
    const { sec: _sec, min: _min, ...former } = value.Time
    assert.deepEqual(kept, former)
    assert.deepEqual((await read()).value.Dst, value.Dst)
  })
}

test('every bound of every field is taken', async () => {
  const { range } = await read(1)
  for (const section of ['Dst', 'Time'] as const) {
    for (const [name, limits] of Object.entries(range[section]) as [string, unknown][]) {
      const values = Array.isArray(limits)
        ? limits
        : limits === 'boolean'
          ? [0, 1]
          : Object.values(limits as { min: number; max: number })
      for (const value of values) {
        // The 31st is no day of every month.
        await set({ Time: { ...noon, mon: 1 } })
        assert.equal(await set({ [section]: { [name]: value } }), 200, `${name} ${value}`)
        assert.equal((await read()).value[section][name], value, name)
      }
    }
  }
})

test('years from 1900 to 2100 can be set', async () => {
  for (const year of [1900, 1969, 1970, 2038, 2100]) {
    assert.equal(await set({ Time: { ...noon, year } }), 200)
    assert.equal((await read()).value.Time.year, year)
  }
})

test('clock and zone survive a restart', async () => {
  await set({ Time: { ...noon, timeZone: -3600 } })
  await api.restart()
  const { Time } = (await read()).value
  assert.deepEqual([Time.year, Time.mon, Time.day, Time.hour, Time.timeZone], [2030, 6, 15, 12, -3600])
})
