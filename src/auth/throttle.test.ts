import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import type { KnownLogin, Lock } from '../store/throttle.ts'
import { Throttle } from './throttle.ts'

const MINUTE_MS = 60_000

const DAY_MS = 24 * 60 * MINUTE_MS

function setUp() {
  const clock = manualClock(1_000_000)
  const locks = new Map<string, Lock>()
  const known = new Map<string, KnownLogin>()
  const writes: string[] = []
  const memory = {
    locks: () => [...locks.values()],
    saveLock: (lock: Lock) => {
      writes.push('lock')
      locks.set(lock.key, lock)
    },
    removeLock: (key: string) => {
      writes.push('unlock')
      locks.delete(key)
    },
    known: () => [...known.values()],
    saveKnown: (login: KnownLogin) => {
      writes.push('known')
      known.set(login.key, login)
    },
  }
  const restart = () => new Throttle({ clock, memory, log: silentLog })
  return { clock, locks, memory, restart, throttle: restart(), writes }
}

function fail(throttle: Throttle, times: number, address: string, user: string): void {
  for (let time = 0; time < times; time += 1) throttle.failed(address, user)
}

test('five failures lock an address for that user, for 5 minutes and then twice as long', () => {
  const { clock, throttle } = setUp()
  fail(throttle, 4, '10.0.0.1', 'admin')
  assert.ok(!throttle.isLocked('10.0.0.1', 'admin'))
  for (const minutes of [5, 10, 20, 40, 60, 60]) {
    fail(throttle, 5, '10.0.0.1', 'admin')
    clock.advance(minutes * MINUTE_MS - 1)
    assert.ok(throttle.isLocked('10.0.0.1', 'admin'), `${minutes} minutes`)
    clock.advance(1)
    assert.ok(!throttle.isLocked('10.0.0.1', 'admin'), `${minutes} minutes`)
  }
})

test('others go on: another address, another user', () => {
  const { throttle } = setUp()
  fail(throttle, 5, '10.0.0.1', 'admin')
  assert.ok(!throttle.isLocked('10.0.0.2', 'admin'))
  assert.ok(!throttle.isLocked('10.0.0.1', 'other'))
})

test('twenty failures lock an address for every user', () => {
  const { throttle } = setUp()
  for (let user = 0; user < 20; user += 1) throttle.failed('10.0.0.1', `user${user}`)
  assert.ok(throttle.isLocked('10.0.0.1', 'anybody'))
})

test('a success forgets the failures', () => {
  const { throttle } = setUp()
  fail(throttle, 4, '10.0.0.1', 'admin')
  throttle.succeeded('10.0.0.1', 'admin')
  fail(throttle, 4, '10.0.0.1', 'admin')
  assert.ok(!throttle.isLocked('10.0.0.1', 'admin'))
})

test('a user who is guessed from everywhere is open to known addresses only', () => {
  const { clock, throttle } = setUp()
  throttle.succeeded('10.0.0.1', 'admin')
  for (let address = 0; address <= 100; address += 1) throttle.failed(`192.0.2.${address}`, 'admin')
  assert.ok(throttle.isLocked('198.51.100.1', 'admin'))
  assert.ok(!throttle.isLocked('10.0.0.1', 'admin'))
  clock.advance(61 * MINUTE_MS)
  assert.ok(!throttle.isLocked('198.51.100.1', 'admin'))
})

test('a lock survives a restart, ends in time, and the next one is longer', () => {
  const { clock, restart, throttle } = setUp()
  fail(throttle, 5, '10.0.0.1', 'admin')
  assert.ok(restart().isLocked('10.0.0.1', 'admin'))
  clock.advance(5 * MINUTE_MS)
  const later = restart()
  assert.ok(!later.isLocked('10.0.0.1', 'admin'))
  fail(later, 5, '10.0.0.1', 'admin')
  clock.advance(10 * MINUTE_MS - 1)
  assert.ok(later.isLocked('10.0.0.1', 'admin'))
})

test('the lock of a user and the addresses that go on survive a restart', () => {
  const { restart, throttle } = setUp()
  throttle.succeeded('10.0.0.1', 'admin')
  for (let address = 0; address <= 100; address += 1) throttle.failed(`192.0.2.${address}`, 'admin')
  const later = restart()
  assert.ok(later.isLocked('198.51.100.1', 'admin'))
  assert.ok(!later.isLocked('10.0.0.1', 'admin'))
})

test('an address is known for 30 days', () => {
  const { clock, throttle } = setUp()
  throttle.succeeded('10.0.0.1', 'admin')
  clock.advance(30 * DAY_MS)
  for (let address = 0; address <= 100; address += 1) throttle.failed(`192.0.2.${address}`, 'admin')
  assert.ok(throttle.isLocked('10.0.0.1', 'admin'))
})

test('a hundred failures of a user in an hour are borne, and old ones do not count', () => {
  const { clock, throttle } = setUp()
  for (let address = 0; address < 100; address += 1) throttle.failed(`192.0.2.${address}`, 'admin')
  assert.ok(!throttle.isLocked('198.51.100.1', 'admin'))
  clock.advance(60 * MINUTE_MS)
  throttle.failed('192.0.2.200', 'admin')
  assert.ok(!throttle.isLocked('198.51.100.1', 'admin'))
})

test('a clock that was set back does not make a lock longer than an hour', () => {
  const { clock, locks, restart } = setUp()
  locks.set('10.0.0.1', { key: '10.0.0.1', untilMs: 1e12, lastedMs: MINUTE_MS })
  const throttle = restart()
  assert.ok(throttle.isLocked('10.0.0.1', 'admin'))
  clock.advance(60 * MINUTE_MS)
  assert.ok(!throttle.isLocked('10.0.0.1', 'admin'))
})

test('a client that polls costs one write a day', () => {
  const { clock, throttle, writes } = setUp()
  for (let minute = 0; minute < 24 * 60; minute += 1) {
    throttle.succeeded('10.0.0.1', 'admin')
    clock.advance(MINUTE_MS)
  }
  assert.deepEqual(writes, ['known'])
  throttle.succeeded('10.0.0.1', 'admin')
  assert.deepEqual(writes, ['known', 'known'])
})

test('it works without a disk', () => {
  const { memory, throttle } = setUp()
  memory.saveLock = () => assert.fail('the disk is full')
  fail(throttle, 5, '10.0.0.1', 'admin')
  assert.ok(throttle.isLocked('10.0.0.1', 'admin'))
})
