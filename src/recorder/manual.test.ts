import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualTime } from '../base/timers.ts'
import { ManualRecording } from './manual.ts'

function begin() {
  const time = manualTime()
  const calls: boolean[] = []
  const recorder = { record: (isManual: boolean) => void calls.push(isManual) }
  return { time, calls, manual: new ManualRecording({ recorder, clock: time.clock, timers: time }) }
}

test('without a duration it goes on until it is stopped', () => {
  const { time, calls, manual } = begin()
  manual.start(undefined)
  time.advance(86_400_000)
  assert.deepEqual([manual.isOn, manual.remainingSeconds, calls], [true, 0, [true]])
  manual.stop()
  assert.deepEqual([manual.isOn, calls], [false, [true, false]])
})

test('with a duration it ends by itself, and another start counts anew', () => {
  const { time, calls, manual } = begin()
  manual.start(10)
  time.advance(9000)
  assert.equal(manual.remainingSeconds, 1)
  manual.start(10)
  time.advance(9999)
  assert.equal(manual.isOn, true)
  time.advance(1)
  assert.deepEqual([manual.isOn, calls], [false, [true, true, false]])
})

test('a start without a duration takes back the end of the one before', () => {
  const { time, manual } = begin()
  manual.start(5)
  manual.start(undefined)
  time.advance(60_000)
  assert.equal(manual.isOn, true)
})
