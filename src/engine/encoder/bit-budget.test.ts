import assert from 'node:assert/strict'
import { test } from 'node:test'
import { BitBudget } from './bit-budget.ts'

const RATE_KBPS = 800
/** At 10 pictures a second. */
const FAIR_BYTES = (RATE_KBPS * 100) / 8

/** Which of the pictures of so many seconds are sent, each of that size. */
function play(budget: BitBudget, seconds: number, bytes: number, fromSecond = 0): boolean[] {
  return Array.from({ length: seconds * 10 }, (_, index) => {
    const isSent = budget.allows((fromSecond * 10 + index) * 9000)
    if (isSent) budget.spend(bytes)
    return isSent
  })
}

test('pictures of a fair size are all sent, and so is a burst of a second', () => {
  const budget = new BitBudget(RATE_KBPS)
  assert.ok(play(budget, 10, FAIR_BYTES).every(Boolean))
  budget.spend(FAIR_BYTES * 10)
  assert.ok(play(budget, 5, FAIR_BYTES, 10).every(Boolean))
})

test('of pictures that are too large for it, so many are sent that the rate is kept', () => {
  const sent = play(new BitBudget(RATE_KBPS), 30, FAIR_BYTES * 1.5).filter(Boolean).length
  const share = (sent * FAIR_BYTES * 1.5) / (300 * FAIR_BYTES)
  assert.ok(share > 0.99 && share < 1.08, `${share}`)
})

test('a lower rate does not pay for a higher one', () => {
  const budget = new BitBudget(RATE_KBPS * 10)
  play(budget, 5, FAIR_BYTES * 12)
  budget.setRate(RATE_KBPS)
  assert.ok(play(budget, 5, FAIR_BYTES, 5).every(Boolean))
})
