import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Retries } from './retries.ts'

test('the first failure is made good at once, those that follow later and later', () => {
  const retries = new Retries()
  for (const [nowMs, pauseMs] of [
    [0, 0],
    [1000, 2000],
    [5000, 4000],
    [10_000, 8000],
    [20_000, 16_000],
    [40_000, 30_000],
    [71_000, 30_000],
    // A minute without one.
    [140_000, 0],
  ] as const) {
    retries.add('main', 'EIO', 90, nowMs)
    assert.ok(retries.has('main') && !retries.has('sub'))
    if (pauseMs > 0) assert.equal(retries.take('main', nowMs + pauseMs - 1), undefined)
    assert.equal(retries.take('main', nowMs + pauseMs), 90, `${nowMs}`)
    assert.ok(retries.isEmpty)
  }
})

test('a full disk is tried every two seconds, and another disk at once', () => {
  const retries = new Retries()
  for (let nowMs = 0; nowMs < 100_000; nowMs += 5000) {
    retries.add('sub', 'ENOSPC', 90, nowMs)
    assert.equal(retries.take('sub', nowMs + 2000), 90)
  }
  for (let nowMs = 0; nowMs < 5000; nowMs += 1000) retries.add('main', 'EIO', 90, nowMs)
  retries.forget()
  assert.equal(retries.take('main', 1e9), undefined)
  retries.add('main', 'EIO', 90, 6000)
  assert.equal(retries.take('main', 6000), 90)
})
