import assert from 'node:assert/strict'
import { test } from 'node:test'
import { lightLevel } from './light.ts'

test('is light at noon and dark at midnight', () => {
  assert.equal(lightLevel('clock', 12 * 3600), 1)
  assert.equal(lightLevel('clock', 0), 0)
  assert.equal(lightLevel('clock', 86_399), 0)
})

test('changes in small steps only, at dawn and at dusk', () => {
  let changes = 0
  for (let seconds = 1; seconds < 86_400; seconds += 1) {
    const step = Math.abs(lightLevel('clock', seconds) - lightLevel('clock', seconds - 1))
    assert.ok(step <= 1 / 32)
    if (step > 0) changes += 1
  }
  assert.ok(changes > 60 && changes < 200, `${changes} changes`)
})

test('does not look at the clock when the light is fixed', () => {
  assert.equal(lightLevel('day', 0), 1)
  assert.equal(lightLevel('night', 12 * 3600), 0)
})
