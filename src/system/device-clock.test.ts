import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { UTC } from '../base/local-time.ts'
import { silentLog } from '../base/log.ts'
import { DeviceClock } from './device-clock.ts'

const START = Date.UTC(2026, 10, 23)

class Memory {
  readonly values = new Map<string, unknown>()
  isFull = false

  load(key: string): unknown {
    return this.values.get(key)
  }

  save(changes: Readonly<Record<string, unknown>>): void {
    if (this.isFull) throw new Error('disk full')
    for (const [key, value] of Object.entries(changes)) this.values.set(key, value)
  }
}

function setUp() {
  let jumpMs = 0
  const manual = manualClock(START)
  const host = { wallMs: () => manual.wallMs() + jumpMs, monotonicMs: () => manual.monotonicMs() }
  const memory = new Memory()
  const clock = new DeviceClock({ host, memory, log: silentLog })
  const changes: number[] = []
  clock.onChange(() => changes.push(clock.wallMs()))
  const jump = (ms: number) => {
    jumpMs += ms
  }
  return { clock, manual, memory, host, changes, jump }
}

test('has the time of the host until it is set', () => {
  const { clock, manual } = setUp()
  assert.equal(clock.wallMs(), START)
  manual.advance(1500)
  assert.equal(clock.wallMs(), START + 1500)
})

test('once set it goes on from there and keeps its distance to the host over a restart', () => {
  const { clock, manual, memory, host, changes } = setUp()
  clock.set(Date.UTC(2000, 0, 1))
  assert.deepEqual(changes, [Date.UTC(2000, 0, 1)])
  manual.advance(60_000)
  assert.equal(clock.wallMs(), Date.UTC(2000, 0, 1, 0, 1))
  manual.advance(3600_000)
  const again = new DeviceClock({ host, memory, log: silentLog })
  assert.equal(again.wallMs(), Date.UTC(2000, 0, 1, 1, 1))
})

test('a jump of the host moves it at the next look, in either direction, and is told', () => {
  const { clock, changes, jump } = setUp()
  jump(7200_000)
  assert.equal(clock.wallMs(), START)
  clock.followHost()
  assert.equal(clock.wallMs(), START + 7200_000)
  jump(-10_000_000)
  clock.followHost()
  assert.equal(clock.wallMs(), START - 2_800_000)
  assert.equal(changes.length, 2)
})

test('never goes back for a tremble of the host', () => {
  const { clock, jump, changes } = setUp()
  jump(-50)
  clock.followHost()
  assert.equal(clock.wallMs(), START)
  assert.equal(changes.length, 0)
})

test('a new zone changes what it shows and not the instant', () => {
  const { clock, changes } = setUp()
  clock.configure({
    zone: { ...UTC, utcOffsetSeconds: 3600 },
    dateFormat: 'YYYY/MM/DD',
    twelveHours: true,
  })
  assert.equal(clock.wallMs(), START)
  assert.equal(clock.local().hour, 1)
  assert.equal(changes.length, 1)
})

test('if the new time cannot be kept it goes on as it was', () => {
  const { clock, memory } = setUp()
  memory.isFull = true
  assert.throws(() => clock.set(0), /disk full/)
  assert.equal(clock.wallMs(), START)
})

test('a small error is made up for in steps that are smaller than the time between two pictures', () => {
  const { clock, memory, changes } = setUp()
  clock.correct(-12)
  assert.equal(clock.wallMs(), START)
  for (let step = 0; step < 5; step += 1) clock.slew()
  assert.deepEqual(changes, [START - 5, START - 10, START - 12])
  assert.equal(memory.values.get('clock.offsetMs'), -12)
  clock.stop()
})

test('a large error is set right at once, and one that nobody can tell is left', () => {
  const { clock, changes } = setUp()
  clock.correct(4)
  clock.slew()
  assert.deepEqual(changes, [])
  clock.correct(60_000)
  assert.deepEqual(changes, [START + 60_000])
})

test('setting the clock ends what is left of a correction', () => {
  const { clock } = setUp()
  clock.correct(400)
  clock.set(START + 1000)
  clock.slew()
  assert.equal(clock.wallMs(), START + 1000)
})
