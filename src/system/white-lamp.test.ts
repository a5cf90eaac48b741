import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualTime } from '../base/timers.ts'
import type { WhiteLampSettings } from '../engine/protocol.ts'
import { WhiteLamp, type WhiteLampPlan } from './white-lamp.ts'

const PLAN: WhiteLampPlan = {
  ...{ isOn: false, brightness: 0.5, mode: 'manual' },
  ...{ startMinute: 18 * 60, endMinute: 6 * 60 },
}

/** The clock begins at an hour and a minute. */
function begin(plan: Partial<WhiteLampPlan>, hour = 12, minute = 0) {
  const time = manualTime()
  const beganMs = time.clock.monotonicMs()
  const shown: WhiteLampSettings[] = []
  const local = () => {
    const seconds = hour * 3600 + minute * 60 + Math.floor((time.clock.monotonicMs() - beganMs) / 1000)
    const ofDay = seconds % 86_400
    const parts = { hour: Math.floor(ofDay / 3600), minute: Math.floor(ofDay / 60) % 60, second: ofDay % 60 }
    return { year: 2026, month: 11, day: 23, ...parts }
  }
  const lamp = new WhiteLamp({ clock: { local }, timers: time, show: (settings) => shown.push(settings) })
  lamp.configure({ ...PLAN, ...plan })
  lamp.start()
  return { time, lamp, shown, light: () => shown.at(-1)?.light }
}

test('by hand it is on in every mode, with its brightness', () => {
  for (const mode of ['manual', 'motion', 'night', 'hours'] as const) {
    const { shown } = begin({ mode, isOn: true })
    assert.deepEqual(shown, [{ light: 'on', brightness: 0.5 }])
  }
})

test('off by hand it is off, at night by itself if it shall', () => {
  assert.equal(begin({}).light(), 'off')
  assert.equal(begin({ mode: 'night' }).light(), 'night')
})

test('with motion it is on at night while something moves and 20 s longer', () => {
  const { time, lamp, light } = begin({ mode: 'motion' })
  assert.equal(light(), 'off')
  lamp.motion(true)
  time.advance(60_000)
  lamp.motion(false)
  time.advance(19_999)
  assert.equal(light(), 'night')
  lamp.motion(true)
  time.advance(30_000)
  lamp.motion(false)
  time.advance(20_000)
  assert.equal(light(), 'off')
})

test('the hours are those of the clock to the minute, also over midnight', () => {
  const { time, light, shown } = begin({ mode: 'hours' }, 17, 59)
  time.advance(59_000)
  assert.equal(light(), 'off')
  time.advance(1000)
  assert.equal(light(), 'on')
  time.advance(12 * 3_600_000 - 1000)
  assert.equal(light(), 'on')
  time.advance(1000)
  assert.equal(light(), 'off')
  assert.equal(shown.length, 3)
})

test('hours that end where they begin are all day', () => {
  assert.equal(begin({ mode: 'hours', startMinute: 0, endMinute: 0 }, 23).light(), 'on')
})
