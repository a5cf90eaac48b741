import assert from 'node:assert/strict'
import { test } from 'node:test'
import { decide, type RecordingPlan, RUN_UP_MS, type Situation } from './policy.ts'

const plan: RecordingPlan = {
  hours: '1'.repeat(168),
  isEnabled: true,
  preRecord: true,
  postRecordMs: 15_000,
  overwrite: true,
}
/** Monday, 2026-11-23, 12:30. */
const monday = { year: 2026, month: 11, day: 23, hour: 12, minute: 30, second: 0 }
const quiet: Situation = {
  plan,
  recordOn: 'motion',
  local: monday,
  nowMs: 1_000_000,
  isEvent: false,
  lastEventMs: undefined,
  isManual: false,
}
const records = (change: Partial<Situation>) => decide({ ...quiet, ...change }).record

test('after an event it is recorded as long as is set', () => {
  for (const postRecordMs of [15_000, 30_000, 60_000]) {
    const after = (ms: number) =>
      records({ plan: { ...plan, postRecordMs }, lastEventMs: quiet.nowMs - ms, isEvent: false })
    assert.deepEqual([after(0), after(postRecordMs - 1), after(postRecordMs)], [true, true, false])
  }
  assert.equal(records({}), false)
  assert.equal(records({ isEvent: true, lastEventMs: 0 }), true)
})

test('the run-up belongs to events, and only if it is wanted', () => {
  const runUp = (change: Partial<Situation>) => decide({ ...quiet, ...change }).runUpMs
  assert.equal(runUp({ isEvent: true }), RUN_UP_MS)
  assert.equal(runUp({ isEvent: true, plan: { ...plan, preRecord: false } }), 0)
  assert.equal(runUp({ recordOn: 'schedule' }), 0)
  assert.equal(runUp({ isManual: true, isEvent: true }), 0)
})

test('nothing is recorded outside of the hours but by hand', () => {
  const hours = plan.hours.split('')
  hours[24 + 12] = '0'
  const without = { ...plan, hours: hours.join('') }
  for (const recordOn of ['schedule', 'motion'] as const) {
    const on = { recordOn, isEvent: true } as const
    assert.equal(records({ ...on }), true)
    assert.equal(records({ ...on, plan: without }), false)
    assert.equal(records({ ...on, plan: without, local: { ...monday, hour: 13 } }), true)
    assert.equal(records({ ...on, plan: without, local: { ...monday, day: 24 } }), true)
    assert.equal(records({ ...on, plan: { ...plan, isEnabled: false } }), false)
    assert.equal(records({ ...on, plan: { ...without, isEnabled: false }, isManual: true }), true)
  }
})
