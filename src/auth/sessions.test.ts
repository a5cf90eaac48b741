import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { LEASE_SECONDS, Sessions } from './sessions.ts'
import type { User } from './types.ts'

const admin: User = { name: 'admin', level: 'admin' }
const guest = (index: number): User => ({ name: `guest${index}`, level: 'guest' })
const LEASE_MS = LEASE_SECONDS * 1000

function setUp() {
  const clock = manualClock()
  return { clock, sessions: new Sessions(clock) }
}

const isFull = (error: unknown) => error instanceof CameraError && error.kind === 'session-limit'

test('a token is 96 bits in hex, and numbers count up from 1000', () => {
  const { sessions } = setUp()
  const { token, session } = sessions.open(admin, '10.0.0.1')
  assert.match(token, /^[0-9a-f]{24}$/)
  assert.equal(session.id, 1000)
  assert.equal(sessions.open(admin, '10.0.0.1').session.id, 1001)
})

test('every use renews the lease', () => {
  const { clock, sessions } = setUp()
  const { token } = sessions.open(admin, '')
  for (let hour = 0; hour < 3; hour += 1) {
    clock.advance(LEASE_MS - 1)
    assert.equal(sessions.byToken(token)?.user, admin)
  }
  clock.advance(LEASE_MS)
  assert.equal(sessions.byToken(token), undefined)
})

test('watching keeps a session alive; its lease starts when the last stream has closed', () => {
  const { clock, sessions } = setUp()
  const { token } = sessions.open(admin, '')
  const close = sessions.byToken(token)!.onEnd(() => undefined)
  clock.advance(LEASE_MS * 5)
  assert.equal(sessions.list().length, 1)
  close()
  clock.advance(LEASE_MS - 1)
  assert.ok(sessions.byToken(token))
})

for (const token of ['', 'null', 'undefined', '0'.repeat(32), 'x'.repeat(100_000)]) {
  test(`${JSON.stringify(token.slice(0, 40))} is no token`, () => {
    assert.equal(setUp().sessions.byToken(token), undefined)
  })
}

test('streams are told once when their session ends', () => {
  const { sessions } = setUp()
  const { token, session } = sessions.open(admin, '')
  let calls = 0
  sessions.byToken(token)?.onEnd(() => {
    calls += 1
  })
  const takenBack = sessions.byToken(token)?.onEnd(() => assert.fail('it was taken back'))
  takenBack?.()
  sessions.end(session)
  sessions.end(session)
  assert.equal(calls, 1)
  assert.equal(sessions.byToken(token), undefined)
})

test('guests cannot take the places of administrators, and no user takes more than 16', () => {
  const { sessions } = setUp()
  for (let index = 0; index < 56; index += 1) sessions.open(guest(Math.floor(index / 16)), '')
  assert.throws(() => sessions.open(guest(9), ''), isFull)
  for (let index = 0; index < 8; index += 1) sessions.open(admin, '')
  assert.throws(() => sessions.open(admin, ''), isFull)
  const [first] = sessions.list()
  sessions.end(first!)
  assert.throws(() => sessions.open(guest(9), ''), isFull)
  sessions.open(admin, '')
})

test('one user cannot have more than 16 sessions', () => {
  const { sessions } = setUp()
  for (let index = 0; index < 16; index += 1) sessions.open(admin, '')
  assert.throws(() => sessions.open(admin, ''), isFull)
})

test('sessions whose lease is over make room', () => {
  const { clock, sessions } = setUp()
  for (let index = 0; index < 16; index += 1) sessions.open(admin, '')
  clock.advance(LEASE_MS)
  sessions.open(admin, '')
  assert.equal(sessions.list().length, 1)
})
