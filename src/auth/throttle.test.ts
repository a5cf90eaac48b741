import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { networkOf, Throttle } from './throttle.ts'

const MINUTE_MS = 60_000

function setUp() {
  const clock = manualClock(1_000_000)
  const rows = new Map<string, { key: string; untilMs: number; lastedMs: number }>()
  const store = {
    all: () => [...rows.values()],
    save: (lock: { key: string; untilMs: number; lastedMs: number }) => rows.set(lock.key, lock),
    remove: (key: string) => rows.delete(key),
  }
  const restart = () => new Throttle({ clock, store, log: silentLog })
  return { clock, restart, throttle: restart() }
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

test('a lock survives a restart and ends in time', () => {
  const { clock, restart, throttle } = setUp()
  fail(throttle, 5, '10.0.0.1', 'admin')
  assert.ok(restart().isLocked('10.0.0.1', 'admin'))
  clock.advance(5 * MINUTE_MS)
  assert.ok(!restart().isLocked('10.0.0.1', 'admin'))
})

for (const [address, network] of Object.entries({
  '10.0.0.1': '10.0.0.1',
  '::ffff:10.0.0.1': '10.0.0.1',
  '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
  '2001:DB8:1:2::9': '2001:db8:1:2::/64',
  '2001:db8::': '2001:db8:0:0::/64',
  '::1': '0:0:0:0::/64',
  'fe80::1%eth0': 'fe80:0:0:0::/64',
})) {
  test(`${address} counts as ${network}`, () => {
    assert.equal(networkOf(address), network)
  })
}
