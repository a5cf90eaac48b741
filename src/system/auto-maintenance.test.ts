import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { fromLocal, type LocalTime, toLocal, UTC, type Zone } from '../base/local-time.ts'
import { silentLog } from '../base/log.ts'
import { AutoMaintenance, type MaintenancePlan } from './auto-maintenance.ts'
import { DeviceClock } from './device-clock.ts'

const sunday = (month: number, week: number, hour: number) => ({
  month,
  week,
  weekday: 0,
  hour,
  minute: 0,
  second: 0,
})
const BERLIN: Zone = {
  utcOffsetSeconds: 3600,
  daylightSaving: { start: sunday(3, 5, 2), end: sunday(10, 5, 3), offsetSeconds: 3600 },
}
const local = (text: string): LocalTime => {
  const [year, month, day, hour, minute, second] = text.split(/[- :]/).map(Number) as number[]
  return { year: year!, month: month!, day: day!, hour: hour!, minute: minute!, second: second! }
}
const at = (hour: number, minute = 0, weekday?: number): MaintenancePlan => ({
  weekday,
  hour,
  minute,
  second: 0,
})

/** A camera whose clock shows `start`; `restarts` are the times at which it restarted. */
function camera(start: string, plan: MaintenancePlan | undefined, zone = BERLIN) {
  const host = manualClock(fromLocal(zone, local(start)))
  const values = new Map<string, unknown>()
  const memory = {
    load: (key: string) => values.get(key),
    save: (changes: object) => {
      for (const [key, value] of Object.entries(changes)) values.set(key, value)
    },
  }
  const clock = new DeviceClock({ host, memory, log: silentLog })
  const restarts: string[] = []
  const boot = () => {
    clock.configure({ zone, dateFormat: 'YYYY/MM/DD', twelveHours: false })
    const maintenance = new AutoMaintenance({
      clock,
      memory,
      restart: () => {
        const { month, day, hour, minute } = toLocal(zone, clock.wallMs())
        restarts.push(`${month}-${day} ${hour}:${minute}`)
        running = boot()
      },
      log: silentLog,
    })
    maintenance.plan(plan)
    return maintenance
  }
  let running = boot()
  const pass = (hours: number) => {
    for (let second = 0; second < hours * 3600; second += 10) {
      host.advance(10_000)
      running.check()
    }
  }
  return { clock, restarts, pass, maintenance: () => running }
}

test('restarts every day at its time, once', () => {
  const { restarts, pass } = camera('2026-11-23 01:00:00', at(2, 30))
  pass(49)
  assert.deepEqual(restarts, ['11-23 2:30', '11-24 2:30'])
})

test('restarts on its day of the week', () => {
  const { restarts, pass } = camera('2026-11-23 01:00:00', at(2, 0, 3))
  pass(24 * 10)
  assert.deepEqual(restarts, ['11-25 2:0', '12-2 2:0'])
})

test('a day that has begun with its time over waits for a week', () => {
  const { restarts, pass } = camera('2026-11-22 03:00:00', at(2, 0, 0))
  pass(24 * 7)
  assert.deepEqual(restarts, ['11-29 2:0'])
})

test('an hour that comes twice restarts once', () => {
  const { restarts, pass } = camera('2026-10-24 23:00:00', at(2, 30))
  pass(24)
  assert.deepEqual(restarts, ['10-25 2:30'])
})

test('an hour that is left out restarts when the clock goes on', () => {
  const { restarts, pass } = camera('2026-03-28 23:00:00', at(2, 30))
  pass(24)
  assert.deepEqual(restarts, ['3-29 3:30'])
})

test('goes over the end of the year', () => {
  const { restarts, pass } = camera('2026-12-31 23:00:00', at(0, 0))
  pass(2)
  assert.deepEqual(restarts, ['1-1 0:0'])
})

test('a clock that is set over the time does not restart', () => {
  const { clock, restarts, pass } = camera('2026-11-23 01:59:00', at(2))
  clock.set(fromLocal(BERLIN, local('2026-11-23 02:00:10')))
  pass(1)
  assert.deepEqual(restarts, [])
})

test('a clock that is set back does not restart twice on a day', () => {
  const { clock, restarts, pass } = camera('2026-11-23 01:59:00', at(2))
  pass(0.1)
  assert.equal(restarts.length, 1)
  clock.set(fromLocal(BERLIN, local('2026-11-23 01:00:00')))
  pass(2)
  assert.equal(restarts.length, 1)
  pass(24)
  assert.equal(restarts.length, 2)
})

test('a new zone moves the time', () => {
  const { clock, restarts, pass } = camera('2026-11-23 00:59:00', at(2), UTC)
  clock.configure({
    zone: { ...UTC, utcOffsetSeconds: 3600 },
    dateFormat: 'YYYY/MM/DD',
    twelveHours: false,
  })
  pass(0.1)
  assert.deepEqual(restarts, ['11-23 1:0'])
})

test('a plan that is taken back does nothing', () => {
  const { restarts, pass, maintenance } = camera('2026-11-23 01:00:00', at(2))
  maintenance().plan(undefined)
  pass(48)
  assert.deepEqual(restarts, [])
})
