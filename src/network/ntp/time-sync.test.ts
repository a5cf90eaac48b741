import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CameraError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { manualTime } from '../../base/timers.ts'
import type { LogEvent } from '../../system/log-event.ts'
import { type TimePlan, TimeSync } from './time-sync.ts'

const PLAN: TimePlan = { isOn: true, server: { host: 'ntp.example', port: 123 }, intervalMinutes: 60 }
const MINUTE_MS = 60_000

/** `reply`: how much the server's time is ahead, a kiss, or undefined for no answer. */
function setUp(reply: () => number | string | undefined, delayMs = 4) {
  const time = manualTime()
  const asked: string[] = []
  const corrections: number[] = []
  const notes: LogEvent[] = []
  const sync = new TimeSync({
    clock: { ...time.clock, correct: (byMs) => corrections.push(byMs) },
    ask: async ({ host }) => {
      asked.push(host)
      const said = reply()
      if (said === undefined) throw new CameraError('timeout', 'no answer')
      if (typeof said === 'string') return { kiss: said }
      return {
        utcMs: time.clock.wallMs() + said,
        monotonicMs: time.clock.monotonicMs(),
        delayMs,
        stratum: 2,
      }
    },
    timers: time,
    random: () => 0.5,
    note: (event) => notes.push(event),
    log: silentLog,
  })
  /** Lets what has been asked be answered. */
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const pass = async (minutes: number) => {
    for (let minute = 0; minute < minutes; minute += 1) {
      time.advance(MINUTE_MS)
      await settle()
    }
  }
  return { sync, asked, corrections, notes, settle, pass }
}

test('after a start the first request waits, then one follows each interval', async () => {
  const { sync, asked, corrections, pass } = setUp(() => 700)
  sync.configure(PLAN)
  sync.start()
  await pass(2)
  assert.equal(asked.length, 0)
  await pass(1)
  assert.equal(asked.length, 1)
  assert.deepEqual(corrections, [700])
  await pass(59)
  assert.equal(asked.length, 1)
  await pass(1)
  assert.equal(asked.length, 2)
})

test('a new plan asks at once, the same plan again does not', async () => {
  const { sync, asked, settle } = setUp(() => 0)
  sync.start()
  sync.configure(PLAN)
  await settle()
  sync.configure({ ...PLAN })
  await settle()
  assert.deepEqual(asked, ['ntp.example'])
  sync.configure({ ...PLAN, server: { host: 'other.example', port: 123 } })
  await settle()
  assert.deepEqual(asked, ['ntp.example', 'other.example'])
})

test('a silent server is asked after 1, 2, 4 … minutes and at last once per interval; the owner hears of it once', async () => {
  let isSilent = true
  const { sync, asked, notes, settle, pass } = setUp(() => (isSilent ? undefined : 3))
  sync.start()
  sync.configure(PLAN)
  await settle()
  await pass(1 + 2 + 4 + 8 + 16 + 32)
  assert.equal(asked.length, 7)
  await pass(60)
  assert.equal(asked.length, 8)
  assert.equal(notes.length, 1)
  isSilent = false
  await pass(60)
  assert.equal(notes.length, 2)
  assert.match(notes[1]!.detail, /corrected by 3 ms/)
})

test('a server that denies is left in peace until somebody asks for it', async () => {
  const { sync, asked, settle, pass } = setUp(() => 'DENY')
  sync.start()
  sync.configure(PLAN)
  await settle()
  await pass(500)
  assert.equal(asked.length, 1)
  sync.syncNow()
  await settle()
  assert.equal(asked.length, 2)
})

test('a server that finds us too eager is asked half as often, each time it says so', async () => {
  let isEager = true
  const { sync, asked, settle, pass } = setUp(() => (isEager ? 'RATE' : 0))
  sync.start()
  sync.configure(PLAN)
  await settle()
  await pass(119)
  assert.equal(asked.length, 1)
  await pass(1)
  assert.equal(asked.length, 2)
  await pass(239)
  assert.equal(asked.length, 2)
  isEager = false
  await pass(1)
  assert.equal(asked.length, 3)
  await pass(60)
  assert.equal(asked.length, 4)
})

test('no answer sets the clock by less than it may be wrong itself', async () => {
  const { sync, asked, corrections, notes, settle, pass } = setUp(() => 900, 2000)
  sync.start()
  sync.configure(PLAN)
  await settle()
  assert.deepEqual(corrections, [])
  assert.match(notes[0]!.detail, /its answer took 2000 ms/)
  await pass(1)
  assert.equal(asked.length, 2)
  const exact = setUp(() => 1001, 2000)
  exact.sync.start()
  exact.sync.configure(PLAN)
  await exact.settle()
  assert.deepEqual(exact.corrections, [1001])
})

test('synchronising now works while it is off, once', async () => {
  const { sync, asked, notes, settle, pass } = setUp(() => -20)
  sync.start()
  sync.configure({ ...PLAN, isOn: false })
  await settle()
  assert.equal(asked.length, 0)
  sync.syncNow()
  await settle()
  await pass(200)
  assert.equal(asked.length, 1)
  assert.match(notes[0]!.detail, /corrected by -20 ms after ntp\.example/)
})

test('an answer that comes after the plan has changed, or after the end, moves nothing', async () => {
  const { sync, corrections, settle } = setUp(() => 5000)
  sync.start()
  sync.configure(PLAN)
  sync.configure({ ...PLAN, isOn: false })
  await settle()
  sync.configure(PLAN)
  sync.stop()
  await settle()
  assert.deepEqual(corrections, [])
})
