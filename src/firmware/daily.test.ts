import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toLocal, UTC } from '../base/local-time.ts'
import { silentLog } from '../base/log.ts'
import { DailyCheck, minuteOf } from './daily.ts'

const HOUR_MS = 3_600_000
/** A midnight. */
const DAY_MS = Date.UTC(2026, 10, 23)

/** Looks every 20 s from one local time to another; when it ran, in minutes since that midnight. */
async function runs(fromMs: number, toMs: number, run = async () => {}): Promise<number[]> {
  let now = DAY_MS + fromMs
  const found: number[] = []
  const check = new DailyCheck({
    serial: '00000000000017',
    localTime: () => toLocal(UTC, now),
    log: silentLog,
    run: async () => {
      found.push((now - DAY_MS) / 60_000)
      await run()
    },
  })
  for (; now <= DAY_MS + toMs; now += 20_000) await check.look()
  return found
}

test('the day has one look, between 3 and 4 o’clock', async () => {
  assert.deepEqual(await runs(0, 72 * HOUR_MS), [197, 197 + 1440, 197 + 2880])
})

test('a look that fails waits for the next day', async () => {
  const failing = async () => {
    throw new Error('no network')
  }
  assert.deepEqual(await runs(0, 30 * HOUR_MS, failing), [197, 197 + 1440])
})

test('a camera that is started later in the day waits', async () => {
  assert.deepEqual(await runs(4 * HOUR_MS, 24 * HOUR_MS), [])
  assert.deepEqual(await runs(3.4 * HOUR_MS, 24 * HOUR_MS), [204])
})

test('cameras take their turns by serial number', () => {
  const minutes = new Set(
    Array.from({ length: 500 }, (_, index) => minuteOf(String(10_000_000_000_000 + index))),
  )
  assert.equal(minutes.size, 60)
  assert.ok(Math.min(...minutes) === 180 && Math.max(...minutes) === 239)
})
