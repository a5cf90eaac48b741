import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Pacer } from './pacer.ts'

for (const rate of [30, 22, 20, 18, 16, 15, 12, 10, 8, 7, 6, 4, 2]) {
  test(`makes exactly ${rate} pictures a second, evenly spaced`, () => {
    const pacer = new Pacer(rate, 100_000)
    const slots: number[] = []
    for (let now = 100_000; now <= 110_000; now += 1) {
      const slot = pacer.take(now)
      if (slot !== undefined) slots.push(slot)
    }
    assert.equal(slots.length, rate * 10)
    assert.ok(slots.every((slot, index) => slot === slots[0]! + index))
  })
}

test('leaves out what it missed instead of making up for it', () => {
  const pacer = new Pacer(10, 0)
  assert.equal(pacer.take(100), 1)
  assert.equal(pacer.take(575), 5)
  assert.equal(pacer.take(580), undefined)
  assert.equal(pacer.take(600), 6)
})

test('has nothing before its time, and says when that is', () => {
  const pacer = new Pacer(15, 1000)
  assert.equal(pacer.take(1000), undefined)
  assert.ok(Math.abs(pacer.dueMs - 1066.667) < 0.001)
  assert.equal(pacer.take(pacer.dueMs), 16)
})
