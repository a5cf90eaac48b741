import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Retries } from './retries.ts'

test('the first failure is made good at once, those that follow soon, and after a minute later', () => {
  const retries = new Retries()
  let nowMs = 0
  const fail = () => {
    retries.add('main', 'EIO', 90, nowMs)
    assert.ok(retries.has('main') && !retries.has('sub'))
    const failedMs = nowMs
    while (retries.take('main', nowMs) === undefined) nowMs += 500
    assert.ok(retries.isEmpty)
    return nowMs - failedMs
  }
  assert.deepEqual([fail(), fail(), fail(), fail()], [0, 2000, 4000, 4000])
  while (nowMs < 60_000) assert.equal(fail(), 4000)
  fail()
  assert.equal(fail(), 30_000)
  // A minute without one.
  nowMs += 61_000
  assert.deepEqual([fail(), fail()], [0, 2000])
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
