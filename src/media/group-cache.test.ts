import assert from 'node:assert/strict'
import { test } from 'node:test'
import { GroupCache } from './group-cache.ts'

const MIB = 1024 * 1024

test('keeps what has come since the last key frame, and nothing before the first', () => {
  const group = new GroupCache<string>()
  group.add('p0', 1, false)
  assert.equal(group.isEmpty, true)
  group.add('K1', 1, true)
  group.add('p1', 1, false)
  group.add('K2', 1, true)
  group.add('p2', 1, false)
  assert.deepEqual(group.items, ['K2', 'p2'])
  group.forget()
  assert.equal(group.isEmpty, true)
})

test('forgets a group of more than 8 MiB and begins again with the next key frame', () => {
  const group = new GroupCache<string>()
  group.add('K1', 5 * MIB, true)
  group.add('p1', 3 * MIB, false)
  assert.deepEqual(group.items, ['K1', 'p1'])
  group.add('p2', 1, false)
  group.add('p3', 1, false)
  assert.equal(group.isEmpty, true)
  group.add('K2', 8 * MIB, true)
  assert.deepEqual(group.items, ['K2'])
})
