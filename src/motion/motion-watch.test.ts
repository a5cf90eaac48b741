import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualTime } from '../base/timers.ts'
import { CELLS, packCells } from './grid.ts'
import { FACTORY_MOTION } from './judge.ts'
import { MotionWatch, type Seen } from './motion-watch.ts'

const CALM = { covered: false, frozen: false, defocused: false }
const MOVING: Seen = { cells: packCells(new Uint8Array(CELLS).fill(1, 0, 360)), trouble: CALM }
const STILL: Seen = { cells: undefined, trouble: CALM }

function watch() {
  const time = manualTime()
  const told: string[] = []
  const ongoing = new Set<string>()
  const scores: [number, number][] = []
  const at = () => `${Math.round(time.clock.monotonicMs())}`
  const motion = new MotionWatch({
    channel: 0,
    timers: time,
    clock: { ...time.clock, local: () => ({ year: 2026, month: 1, day: 1, hour: 1, minute: 0, second: 0 }) },
    events: {
      begin: (_channel, kind) => {
        if (!ongoing.has(kind)) told.push(`${at()} ${kind} begins`)
        ongoing.add(kind)
      },
      add: () => undefined,
      end: (_channel, kind) => {
        if (ongoing.delete(kind)) told.push(`${at()} ${kind} ends`)
      },
    },
  })
  motion.listen((_channel, utcMs, score) => scores.push([utcMs, score]))
  motion.start()
  const see = (seen: Seen, times = 1) => {
    for (let index = 0; index < times; index += 1) {
      time.advance(143)
      motion.take(seen, time.clock.monotonicMs())
    }
  }
  return { motion, time, told, scores, see }
}

test('an event begins with the second picture, and ends by itself when the engine has nothing more to say', () => {
  const { motion, time, told, see } = watch()
  see(MOVING, 3)
  assert.equal(motion.isMotion, true)
  see(STILL)
  time.advance(10_000)
  assert.equal(motion.isMotion, false)
  assert.deepEqual(told, ['286 motion begins', '3429 motion ends'])
})

test('each second has the score of its greatest motion', () => {
  const { scores, time, see } = watch()
  time.advance(1000)
  see(MOVING)
  see(STILL)
  time.advance(2000)
  assert.deepEqual(scores, [
    [0, 0],
    [1000, 0.1],
    [2000, 0],
  ])
})

test('while motion detection is off no score is known', () => {
  const { motion, scores, see } = watch()
  motion.configure({ ...FACTORY_MOTION, isEnabled: false })
  see(MOVING, 20)
  assert.deepEqual(scores, [])
})

test('motion that is switched off ends at once', () => {
  const { motion, told, see } = watch()
  see(MOVING, 2)
  motion.configure({ ...FACTORY_MOTION, isEnabled: false })
  assert.equal(motion.isMotion, false)
  see(MOVING, 5)
  assert.deepEqual(told, ['286 motion begins', '286 motion ends'])
})

test('while the head moves nothing is taken, and afterwards it is', () => {
  const { motion, told, see } = watch()
  motion.blind(60_000)
  see(MOVING, 5)
  motion.blind(1000)
  see({ ...MOVING, trouble: { ...CALM, covered: true } }, 4)
  assert.deepEqual(told, [])
  see(MOVING, 8)
  assert.equal(told.length, 1)
})

test('trouble is an event of its own kind, and over when the engine is lost', () => {
  const { motion, told, see } = watch()
  see({ cells: undefined, trouble: { ...CALM, frozen: true } }, 2)
  motion.lose()
  assert.deepEqual(told, ['143 frozen begins', '286 frozen ends'])
})

test('after the stop nothing begins any more', () => {
  const { motion, told, see } = watch()
  motion.stop()
  see(MOVING, 5)
  assert.deepEqual(told, [])
})
