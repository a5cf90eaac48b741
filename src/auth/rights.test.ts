import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Rights } from './rights.ts'

test('who relies on rights is told once when they end', () => {
  const rights = new Rights()
  let calls = 0
  rights.onEnd(() => {
    calls += 1
  })
  assert.ok(rights.isInUse)
  rights.end()
  rights.end()
  assert.equal(calls, 1)
  assert.ok(!rights.isInUse)
})

test('a listener that was taken back is not called', () => {
  const rights = new Rights()
  const takeBack = rights.onEnd(() => assert.fail('it was taken back'))
  takeBack()
  rights.end()
})

test('who comes after the end is told soon', async () => {
  const rights = new Rights()
  rights.end()
  let calls = 0
  const count = () => {
    calls += 1
  }
  rights.onEnd(count)
  rights.onEnd(count)()
  assert.equal(calls, 0)
  await null
  assert.equal(calls, 1)
})
