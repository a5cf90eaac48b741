import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { pino } from 'pino'
import { manualClock } from '../base/clock.ts'
import type { NewLogRow } from '../store/log.ts'
import { DeviceLog } from './device-log.ts'
import type { LogEvent } from './log-event.ts'

function setUp(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const clock = manualClock(1000)
  const lines: Record<string, unknown>[] = []
  const batches: NewLogRow[][] = []
  const disk = { isFull: false }
  const rows = {
    append: (batch: readonly NewLogRow[]) => {
      if (disk.isFull) throw new Error('disk full')
      batches.push([...batch])
    },
    clear: (last: NewLogRow) => {
      if (disk.isFull) throw new Error('disk full')
      batches.splice(0, batches.length, [last])
    },
    find: () => ({ rows: [], total: batches.flat().length }),
  }
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  const deviceLog = new DeviceLog({ rows, clock, log })
  const pass = (ms: number) => {
    clock.advance(ms)
    context.mock.timers.tick(ms)
  }
  return { deviceLog, batches, lines, disk, clock, pass }
}

const failed: LogEvent = { type: 'login', detail: 'login failed', userName: 'admin', address: '10.0.0.9' }
const stored = { ...failed, timeMs: 1000, count: 1 }
const started: LogEvent = { type: 'system', detail: 'started' }

test('what happens within a second is stored together, in its order', (context) => {
  const { deviceLog, batches, pass } = setUp(context)
  deviceLog.write(started)
  pass(500)
  deviceLog.write(failed)
  pass(499)
  assert.equal(batches.length, 0)
  pass(1)
  assert.deepEqual(batches, [
    [
      { ...started, userName: '', address: '', timeMs: 1000, count: 1 },
      { ...stored, timeMs: 1500 },
    ],
  ])
  pass(5000)
  assert.equal(batches.length, 1)
})

test('the same thing within a second is one entry with a count, and two lines', (context) => {
  const { deviceLog, batches, lines, pass } = setUp(context)
  for (let index = 0; index < 1000; index += 1) deviceLog.write({ ...failed })
  pass(1000)
  deviceLog.write(failed)
  pass(1000)
  assert.deepEqual(batches, [[{ ...stored, count: 1000 }], [{ ...stored, timeMs: 2000 }]])
  assert.deepEqual(
    lines.map(({ msg, count }) => ({ msg, count })),
    [
      { msg: 'event', count: undefined },
      { msg: 'event', count: 1000 },
      { msg: 'event', count: undefined },
    ],
  )
})

test('a flood of different things is bounded and counted', (context) => {
  const { deviceLog, batches, pass } = setUp(context)
  for (let index = 0; index < 10_000; index += 1) deviceLog.write({ ...failed, address: `10.0.0.${index}` })
  pass(1000)
  assert.equal(batches[0]?.length, 501)
  assert.equal(batches[0]?.at(-1)?.detail, '9500 more entries were left out')
})

test('a full disk is told once, and what was noted meanwhile is stored when there is room again', (context) => {
  const { deviceLog, batches, lines, disk, pass } = setUp(context)
  disk.isFull = true
  for (let second = 0; second < 60; second += 1) {
    deviceLog.write(started)
    pass(1000)
  }
  assert.equal(lines.filter(({ level }) => level === 50).length, 1)
  assert.doesNotThrow(() => deviceLog.flush())
  assert.doesNotThrow(() => deviceLog.read({ max: 1 }))
  disk.isFull = false
  pass(10_000)
  assert.deepEqual(
    batches.map((batch) => batch.map(({ count }) => count)),
    [[60]],
  )
})

test('a reader sees what was noted just now', (context) => {
  const { deviceLog } = setUp(context)
  deviceLog.write(started)
  assert.equal(deviceLog.read({ max: 10 }).total, 1)
})

test('after clearing there is who did it, and nothing that waited', (context) => {
  const { deviceLog, batches, pass } = setUp(context)
  deviceLog.write(started)
  pass(1000)
  deviceLog.write(failed)
  deviceLog.clear({ userName: 'admin', address: '::1' })
  pass(5000)
  const cleared = { type: 'system', detail: 'log cleared', userName: 'admin', address: '::1' }
  assert.deepEqual(batches, [[{ ...cleared, timeMs: 2000, count: 1 }]])
})

test('a log that could not be cleared keeps what it has', (context) => {
  const { deviceLog, batches, disk, pass } = setUp(context)
  deviceLog.write(started)
  disk.isFull = true
  assert.throws(() => deviceLog.clear({ userName: 'admin' }))
  disk.isFull = false
  pass(20_000)
  assert.equal(batches.flat().length, 1)
})

test('text that could pass for another line or hide something is escaped, and all text has an end', (context) => {
  const { deviceLog, batches, pass } = setUp(context)
  deviceLog.write({ ...started, detail: 'a\r\nb\u001b[2J\u202ec', userName: 'x'.repeat(100) })
  pass(1000)
  const [first] = batches.flat()
  assert.equal(first?.detail, 'a\\u000d\\u000ab\\u001b[2J\\u202ec')
  assert.equal(first?.userName, `${'x'.repeat(63)}…`)
})

test('whatever it is told, it stores at most 200 printable characters and does not throw', (context) => {
  const { deviceLog, batches } = setUp(context)
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 1000 }), (detail) => {
      batches.length = 0
      deviceLog.write({ ...started, detail })
      deviceLog.flush()
      const text = batches[0]![0]!.detail
      assert.ok([...text].length <= 200)
      assert.doesNotMatch(text, /[\p{Cc}\p{Cs}\u2028\u2029\u202e]/u)
      if (/^[ -~]{0,200}$/.test(detail)) assert.equal(text, detail)
    }),
  )
})
