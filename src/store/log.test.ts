import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { Database } from './database.ts'
import { LogStore, type NewLogRow } from './log.ts'

function setUp(context: TestContext, maxRows?: number) {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-log-'))
  context.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const open = () => {
    const database = new Database({ dataDir, clock: manualClock(), log: silentLog })
    return { database, log: new LogStore(database, maxRows) }
  }
  return { ...open(), open }
}

const row = (change: Partial<NewLogRow> = {}): NewLogRow => ({
  timeMs: 0,
  type: 'system',
  userName: '',
  address: '',
  detail: 'x',
  count: 1,
  ...change,
})

test('rows come back newest first, with everything in them, after a restart too', (context) => {
  const { log, database, open } = setUp(context)
  const all = { type: 'login', userName: `'; drop`, address: '::1', detail: '😀', count: 3, timeMs: 7 }
  log.append([row(), all])
  database.close()
  const again = open()
  assert.deepEqual(again.log.find({ max: 10 }), {
    rows: [
      { ...all, id: 2 },
      { ...row(), id: 1 },
    ],
    total: 2,
  })
  again.database.close()
})

test('the order is that of writing when the clock was set back', (context) => {
  const { log, database } = setUp(context)
  log.append([row({ timeMs: 5000, detail: 'first' })])
  log.append([row({ timeMs: 1000, detail: 'second' })])
  assert.deepEqual(
    log.find({ max: 10 }).rows.map(({ detail }) => detail),
    ['second', 'first'],
  )
  database.close()
})

test('the oldest rows go when there are too many, whatever their time', (context) => {
  const { log, database } = setUp(context, 5)
  for (let index = 0; index < 4; index += 1) {
    log.append([row({ detail: `${index} a`, timeMs: -index }), row({ detail: `${index} b` })])
  }
  const { rows, total } = log.find({ max: 100 })
  assert.equal(total, 5)
  assert.deepEqual(
    rows.map(({ detail }) => detail),
    ['3 b', '3 a', '2 b', '2 a', '1 b'],
  )
  database.close()
})

test('numbers are never used twice, not even after the log was cleared', (context) => {
  const { log, database, open } = setUp(context)
  log.append([row(), row(), row()])
  log.clear(row({ detail: 'cleared' }))
  assert.deepEqual(log.find({ max: 10 }), { rows: [{ ...row({ detail: 'cleared' }), id: 4 }], total: 1 })
  database.close()
  const again = open()
  again.log.append([row()])
  assert.equal(again.log.find({ max: 1 }).rows[0]?.id, 5)
  again.database.close()
})

test('filters by kind and time, both ends included, and counts what matches', (context) => {
  const { log, database } = setUp(context)
  const types = ['login', 'config']
  log.append(Array.from({ length: 20 }, (_, index) => row({ type: types[index % 2]!, timeMs: index })))
  assert.equal(log.find({ max: 1000 }).rows.length, 20)
  assert.equal(log.find({ type: 'login', max: 3 }).total, 10)
  assert.deepEqual(
    log.find({ type: 'login', max: 3 }).rows.map(({ timeMs }) => timeMs),
    [18, 16, 14],
  )
  assert.deepEqual(
    log.find({ fromMs: 4, toMs: 6, max: 9 }).rows.map(({ timeMs }) => timeMs),
    [6, 5, 4],
  )
  assert.deepEqual(
    log.find({ type: 'config', fromMs: 4, toMs: 6, max: 9 }).rows.map(({ timeMs }) => timeMs),
    [5],
  )
  assert.equal(log.find({ type: 'disk', max: 9 }).total, 0)
  database.close()
})

test('a full log is filtered within 10 ms of the processor', (context) => {
  const { log, database } = setUp(context)
  const types = ['system', 'login', 'config', 'alarm', 'disk']
  const detail = 'Osd.osdChannel.name changed '.repeat(7)
  log.append(Array.from({ length: 10_000 }, (_, at) => row({ type: types[at % 5]!, timeMs: at, detail })))
  const filters = [
    { max: 100 },
    { type: 'login', max: 100 },
    { type: 'login', fromMs: 2000, toMs: 8000, max: 100 },
    { fromMs: 2000, toMs: 8000, max: 100 },
    { type: 'upgrade', max: 100 },
    { fromMs: 1, toMs: 2, max: 100 },
  ]
  const took = filters.map((filter) => {
    const times = Array.from({ length: 5 }, () => {
      const started = process.cpuUsage()
      log.find(filter)
      const { user, system } = process.cpuUsage(started)
      return (user + system) / 1000
    })
    return Math.min(...times)
  })
  context.diagnostic(took.map((ms) => `${ms.toFixed(2)} ms`).join(', '))
  assert.ok(Math.max(...took) < 10)
  database.close()
})
