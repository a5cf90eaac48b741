import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CELLS, packCells } from './grid.ts'
import { FACTORY_MOTION, Judge, limitOf } from './judge.ts'

const NOON = { year: 2026, month: 11, day: 23, hour: 12, minute: 0, second: 0 }
const PERIOD = { beginHour: 0, beginMin: 0, endHour: 23, endMin: 59, sensitivity: 9 }

/** The first cells of the table. */
const cells = (count: number) => packCells(new Uint8Array(CELLS).fill(1, 0, count))
const judgeWith = (change: object) => {
  const judge = new Judge()
  judge.configure({ ...FACTORY_MOTION, ...change })
  return judge
}

test('motion takes two pictures close together over the limit', () => {
  const judge = new Judge()
  assert.equal(judge.judge(cells(50), 0, NOON).isMotion, false)
  assert.equal(judge.judge(cells(0), 143, NOON).isMotion, false)
  assert.equal(judge.judge(cells(50), 2000, NOON).isMotion, false)
  assert.equal(judge.judge(cells(50), 2143, NOON).isMotion, true)
})

test('motion lasts for three seconds after the last picture over the limit', () => {
  const judge = new Judge()
  judge.judge(cells(50), 0, NOON)
  judge.judge(cells(50), 143, NOON)
  assert.equal(judge.judge(cells(0), 2000, NOON).isMotion, true)
  // One picture is enough while motion lasts.
  assert.equal(judge.judge(cells(50), 3000, NOON).isMotion, true)
  assert.equal(judge.remainingMs(4000), 2000)
  assert.equal(judge.isMotionAt(5999), true)
  assert.equal(judge.isMotionAt(6000), false)
})

test('each sensitivity wants more cells than the one before', () => {
  for (let sensitivity = 1; sensitivity <= 50; sensitivity += 1) {
    const needed = Math.floor(limitOf(sensitivity) * CELLS) + 1
    const judge = judgeWith({ periods: [{ ...PERIOD, sensitivity }] })
    for (const atMs of [0, 143, 286])
      assert.equal(judge.judge(cells(Math.max(2, needed) - 1), atMs, NOON).isMotion, false)
    judge.judge(cells(Math.max(2, needed)), 429, NOON)
    assert.equal(judge.judge(cells(Math.max(2, needed)), 572, NOON).isMotion, true, `${sensitivity}`)
    if (sensitivity > 1) assert.ok(limitOf(sensitivity) > limitOf(sensitivity - 1))
  }
  assert.equal(Math.floor(limitOf(9) * CELLS) + 1, 4)
})

test('only armed cells count, and the share is one of them', () => {
  const scope = cells(100)
  const judge = judgeWith({ scope })
  const outside = packCells(new Uint8Array(CELLS).fill(1, 100, 3000))
  const { score } = judge.judge(outside, 0, NOON)
  assert.equal(score, 0)
  assert.equal(judge.judge(outside, 143, NOON).isMotion, false)
  const verdict = judge.judge(cells(CELLS), 286, NOON)
  assert.equal(verdict.score, 1)
  assert.deepEqual(verdict.cells, scope)
})

test('a single cell is motion only where no other is armed', () => {
  for (const [armed, expected] of [
    [1, true],
    [9, false],
  ] as const) {
    const judge = judgeWith({ scope: cells(armed) })
    judge.judge(cells(1), 0, NOON)
    assert.equal(judge.judge(cells(1), 143, NOON).isMotion, expected)
  }
})

test('nothing is motion while detection is off or no cell is armed', () => {
  for (const change of [{ isEnabled: false }, { scope: new Uint8Array(CELLS / 8) }]) {
    const judge = judgeWith(change)
    judge.judge(cells(3000), 0, NOON)
    assert.deepEqual(judge.judge(cells(3000), 143, NOON).isMotion, false)
  }
  const judge = new Judge()
  judge.judge(cells(50), 0, NOON)
  judge.judge(cells(50), 143, NOON)
  judge.configure({ ...FACTORY_MOTION, isEnabled: false })
  assert.equal(judge.isMotionAt(150), false)
})
