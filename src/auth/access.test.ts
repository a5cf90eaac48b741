import assert from 'node:assert/strict'
import { test } from 'node:test'
import { pino } from 'pino'
import { manualClock } from '../base/clock.ts'
import { CameraError, type ErrorKind } from '../base/errors.ts'
import type { Lock } from '../store/throttle.ts'
import type { UserRow } from '../store/users.ts'
import type { LogEvent } from '../system/log-event.ts'
import { openAccess } from './access.ts'

const LOCAL = '127.0.0.1'
const REMOTE = '192.0.2.1'

function memoryStore() {
  const rows = new Map<string, UserRow>()
  const store = {
    users: {
      all: () => [...rows.values()],
      save: (row: UserRow) => void rows.set(row.name, row),
      remove: (name: string) => void rows.delete(name),
    },
    throttle: {
      locks: () => [],
      saveLock: (_lock: Lock) => undefined as unknown,
      removeLock: () => undefined,
      known: () => [],
      saveKnown: () => undefined,
    },
    settings: { load: () => undefined, save: () => undefined },
    isProtected: false,
    markProtected: () => {
      store.isProtected = true
    },
  }
  return store
}

async function setUp({
  adminPassword = undefined as string | undefined,
  store = memoryStore(),
  passwordCost = 4,
} = {}) {
  const clock = manualClock()
  const lines: Record<string, unknown>[] = []
  const log = pino({ base: null }, { write: (line: string) => void lines.push(JSON.parse(line)) })
  // The stores are classes of their own; only what is used stands in for them.
  const events: LogEvent[] = []
  const note = (event: LogEvent) => void events.push(event)
  const access = await openAccess({ clock, log, note, passwordCost, store: store as never, adminPassword })
  const login = async (name: string, password: string) => {
    const { token } = await access.guard.login(name, [password], LOCAL)
    return access.guard.byToken(token)!
  }
  return { ...access, clock, events, lines, login, store }
}

async function refused(kind: ErrorKind, run: () => unknown): Promise<void> {
  await assert.rejects(
    async () => await run(),
    (error) => error instanceof CameraError && error.kind === kind,
  )
}

test('the factory account has no password and is for this machine alone', async () => {
  const { guard, users } = await setUp()
  assert.ok(!users.hasAdminPassword())
  await guard.login('admin', [''], LOCAL)
  await guard.login('admin', [''], '::1')
  await refused('login-failed', () => guard.login('admin', [''], REMOTE))
  await refused('login-failed', () => guard.login('admin', ['x'], LOCAL))
})

test('the first password is told, marked for ever, and ends the empty one', async () => {
  const { guard, users, store, login } = await setUp()
  let told = 0
  users.onFirstAdminPassword(() => {
    told += 1
  })
  const caller = await login('admin', '')
  await users.modify('admin', { password: 'secret' }, caller)
  await users.modify('admin', { password: 'secret2' }, caller)
  assert.equal(told, 1)
  assert.ok(store.isProtected)
  await refused('login-failed', () => guard.login('admin', [''], LOCAL))
  await guard.login('admin', ['secret2'], REMOTE)
})

test('a password from outside is taken at first start only', async () => {
  const store = memoryStore()
  await setUp({ adminPassword: 'first', store })
  const { guard } = await setUp({ adminPassword: 'second', store })
  await guard.login('admin', ['first'], REMOTE)
  await refused('login-failed', () => guard.login('admin', ['second'], REMOTE))
})

test('a protected camera that lost its accounts lets nobody in until it is given a password', async () => {
  const store = memoryStore()
  store.markProtected()
  const closed = await setUp({ store })
  assert.ok(closed.users.hasAdminPassword())
  assert.deepEqual(closed.users.list(), [])
  assert.match(String(closed.lines[0]?.msg), /password of the admin is lost/)
  await refused('login-failed', () => closed.guard.login('admin', [''], LOCAL))
  const mended = await setUp({ store, adminPassword: 'anew-1' })
  await mended.guard.login('admin', ['anew-1'], REMOTE)
})

test('a protected camera whose admin came back without a password keeps the admin out, others in', async () => {
  const store = memoryStore()
  const before = await setUp({ store })
  await before.users.add({ name: 'anna', password: 'secret', level: 'admin' })
  store.markProtected()
  const { guard, users } = await setUp({ store })
  await refused('login-failed', () => guard.login('admin', [''], LOCAL))
  await guard.login('anna', ['secret'], REMOTE)
  // Nobody can slip into the name of the built-in account.
  await refused('user-exists', () => users.add({ name: 'admin', password: 'secret', level: 'admin' }))
  const mended = await setUp({ store, adminPassword: 'anew-1' })
  await mended.guard.login('admin', ['anew-1'], REMOTE)
})

test('a camera whose mark could not be written gets it at the next start', async () => {
  const store = memoryStore()
  const { markProtected } = store
  store.markProtected = () => assert.fail('the disk is full')
  const { guard, lines } = await setUp({ store, adminPassword: 'secret' })
  assert.match(String(lines[0]?.msg), /could not be marked/)
  await guard.login('admin', ['secret'], REMOTE)
  store.markProtected = markProtected
  await setUp({ store })
  assert.ok(store.isProtected)
})

test('a short connection needs no session and counts none', async () => {
  const { guard } = await setUp({ adminPassword: 'secret' })
  const principal = await guard.authenticate({ user: 'admin', passwords: ['wrong', 'secret'] }, REMOTE)
  assert.equal(principal.session, undefined)
  assert.equal(guard.sessions().length, 0)
})

test('without credentials the answer is login-required, with wrong ones login-failed', async () => {
  const { guard } = await setUp({ adminPassword: 'secret' })
  await refused('login-required', () => guard.authenticate({}, LOCAL))
  await refused('login-required', () => guard.authenticate({ token: 'dead' }, LOCAL))
  await refused('login-failed', () => guard.authenticate({ user: 'admin' }, LOCAL))
  await refused('login-failed', () =>
    guard.authenticate({ token: 'dead', user: 'nobody', passwords: ['x'] }, LOCAL),
  )
})

test('a valid token wins over wrong credentials', async () => {
  const { guard } = await setUp({ adminPassword: 'secret' })
  const { token } = await guard.login('admin', ['secret'], LOCAL)
  assert.ok((await guard.authenticate({ token, user: 'admin', passwords: ['wrong'] }, LOCAL)).session)
})

test('a locked address is refused with the right password, its running session is not', async () => {
  const { guard } = await setUp({ adminPassword: 'secret' })
  const { token } = await guard.login('admin', ['secret'], REMOTE)
  for (let guess = 0; guess < 5; guess += 1) {
    await refused('login-failed', () =>
      guard.authenticate({ user: 'admin', passwords: [`x${guess}`] }, REMOTE),
    )
  }
  await refused('login-failed', () => guard.authenticate({ user: 'admin', passwords: ['secret'] }, REMOTE))
  assert.ok(guard.byToken(token))
  await guard.login('admin', ['secret'], LOCAL)
})

test('a remembered password is forgotten when it changes', async () => {
  const { guard, users, login } = await setUp({ adminPassword: 'secret' })
  const caller = await login('admin', 'secret')
  await guard.authenticate({ user: 'admin', passwords: ['secret'] }, REMOTE)
  await users.modify('admin', { password: 'another' }, caller)
  await refused('login-failed', () => guard.authenticate({ user: 'admin', passwords: ['secret'] }, REMOTE))
})

test('many short connections at once with the same password are one check', async () => {
  const { guard } = await setUp({ adminPassword: 'secret' })
  const all = Array.from({ length: 200 }, () =>
    guard.authenticate({ user: 'admin', passwords: ['secret'] }, REMOTE),
  )
  assert.equal((await Promise.all(all)).length, 200)
})

test('a changed password ends the other sessions and the streams of that user', async () => {
  const { guard, users, login } = await setUp({ adminPassword: 'secret' })
  const caller = await login('admin', 'secret')
  const other = await login('admin', 'secret')
  const short = await guard.authenticate({ user: 'admin', passwords: ['secret'] }, REMOTE)
  const ended: string[] = []
  caller.onEnd(() => ended.push('caller'))
  other.onEnd(() => ended.push('other'))
  short.onEnd(() => ended.push('short'))
  await users.modify('admin', { password: 'another' }, caller)
  assert.deepEqual(ended.sort(), ['other', 'short'])
})

test('a deleted user is out at once', async () => {
  const { guard, users, login } = await setUp({ adminPassword: 'secret' })
  const caller = await login('admin', 'secret')
  await users.add({ name: 'eve', password: 'secret', level: 'guest' })
  const eve = await login('eve', 'secret')
  let ended = false
  eve.onEnd(() => {
    ended = true
  })
  users.remove('eve', caller)
  assert.ok(ended)
  assert.equal(guard.sessions().length, 1)
  await refused('login-failed', () => guard.login('eve', ['secret'], LOCAL))
})

test('the rules of accounts', async () => {
  const { users, login } = await setUp({ adminPassword: 'secret' })
  const admin = await login('admin', 'secret')
  const add = (name: string) => users.add({ name, password: 'secret', level: 'admin' })
  await add('anna')
  const anna = await login('anna', 'secret')
  await refused('user-exists', () => add('anna'))
  await refused('no-user', () => users.remove('nobody', admin))
  await refused('no-user', () => users.modify('nobody', { password: 'secret' }, admin))
  await refused('bad-value', () => users.remove('admin', anna))
  await refused('bad-value', () => users.remove('anna', anna))
  await refused('bad-value', () => users.modify('anna', { password: 'secret', level: 'guest' }, anna))
  await refused('bad-value', () => users.modify('admin', { password: 'secret', level: 'guest' }, anna))
  for (let index = 1; index < 20; index += 1) await add(`user${index}`)
  await refused('user-limit', () => add('one too many'))
})

test('two requests cannot add the same user', async () => {
  const { users } = await setUp({ adminPassword: 'secret' })
  const add = () => users.add({ name: 'twin', password: 'secret', level: 'guest' })
  const results = await Promise.allSettled([add(), add()])
  assert.deepEqual(results.map(({ status }) => status).sort(), ['fulfilled', 'rejected'])
})

test('guesses sent at once count as if they had come one after the other', async () => {
  const { guard } = await setUp({ adminPassword: 'secret' })
  const passwords = [...Array.from({ length: 9 }, (_, index) => `wrong${index}`), 'secret']
  const results = await Promise.allSettled(
    passwords.map((password) => guard.login('admin', [password], REMOTE)),
  )
  for (const result of results) {
    assert.ok(result.status === 'rejected' && result.reason.kind === 'login-failed')
  }
  await guard.login('admin', ['secret'], LOCAL)
})

test('a good password is remembered for a minute, whatever its spelling in the URL', async () => {
  const { guard, clock, users } = await setUp({ adminPassword: 'a+b/cd' })
  const snap = (passwords: string[]) => guard.authenticate({ user: 'admin', passwords }, REMOTE)
  await snap(['a%2Bb/cd', 'a+b/cd'])
  const realHashOf = users.hashOf
  let checks = 0
  users.hashOf = (name) => {
    checks += 1
    return realHashOf.call(users, name)
  }
  await snap(['a+b/cd'])
  await snap(['a b/cd', 'a+b/cd'])
  assert.equal(checks, 0)
  clock.advance(60_000)
  await snap(['a+b/cd'])
  assert.ok(checks > 0)
})

test('an unknown user and a wrong password get the same answer after the same work', async () => {
  // At this cost a hash takes milliseconds, and anything else microseconds.
  const { guard } = await setUp({ adminPassword: 'secret', passwordCost: 13 })
  const attempt = async (name: string) => {
    const startMs = performance.now()
    const [result] = await Promise.allSettled([guard.login(name, ['wrong', 'wrong2'], REMOTE)])
    assert.ok(result?.status === 'rejected')
    assert.equal(result.reason.kind, 'login-failed')
    assert.equal(result.reason.message, 'wrong user name or password')
    return performance.now() - startMs
  }
  const fastest = async (name: string) =>
    Math.min(await attempt(name), await attempt(name), await attempt(name))
  const wrongMs = await fastest('admin')
  assert.ok((await fastest('nobody')) > wrongMs / 5)
})

test('rights that ended before a stream was open are told all the same', async () => {
  const { guard, users, login } = await setUp({ adminPassword: 'secret' })
  const caller = await login('admin', 'secret')
  const other = await login('admin', 'secret')
  const short = await guard.authenticate({ user: 'admin', passwords: ['secret'] }, REMOTE)
  await users.modify('admin', { password: 'another' }, caller)
  const ended: string[] = []
  other.onEnd(() => ended.push('other'))
  short.onEnd(() => ended.push('short'))
  await null
  assert.deepEqual(ended, ['other', 'short'])
})

test('a new level ends all sessions of the user', async () => {
  const { guard, users, login } = await setUp({ adminPassword: 'secret' })
  const caller = await login('admin', 'secret')
  await users.add({ name: 'anna', password: 'secret', level: 'admin' })
  const anna = await login('anna', 'secret')
  await users.modify('anna', { password: 'secret', level: 'guest' }, caller)
  assert.ok(!guard.sessions().some(({ id }) => id === anna.session?.id))
  assert.equal((await login('anna', 'secret')).user.level, 'guest')
})

test('a hash of older parameters is renewed at the next login, and not over a newer password', async () => {
  const store = memoryStore()
  await setUp({ adminPassword: 'secret', store })
  const { guard, users, login } = await setUp({ store, passwordCost: 5 })
  const former = users.hashOf('admin')!
  await users.renewHash('admin', 'intruder', 'not the present hash')
  assert.equal(users.hashOf('admin'), former)
  const caller = await login('admin', 'secret')
  // The renewal runs in passing; a change takes its turn after it or wins against it.
  await users.modify('admin', { password: 'another' }, caller)
  assert.match(users.hashOf('admin')!, /^\$scrypt\$ln=5,/)
  await guard.login('admin', ['another'], REMOTE)
})

test('names of any length cost little memory and are nobody', async () => {
  const store = memoryStore()
  const locked: string[] = []
  store.throttle.saveLock = ({ key }) => void locked.push(key)
  const { guard } = await setUp({ adminPassword: 'secret', store })
  for (let time = 0; time < 5; time += 1) {
    await refused('login-failed', () => guard.login('admin'.padEnd(100_000), ['secret'], LOCAL))
  }
  assert.equal(locked.length, 1)
  assert.ok(locked[0]!.length < 100)
  await refused('login-failed', () => guard.login('', ['secret'], LOCAL))
  await refused('login-failed', () => guard.login('__proto__', ['secret'], LOCAL))
})

test('neither passwords nor what was typed as a name reach the log, and failures are summed up', async () => {
  const { guard, lines } = await setUp({ adminPassword: 'hidden-1' })
  const { session } = await guard.login('admin', ['hidden-1'], REMOTE)
  guard.logout(session)
  for (let time = 0; time < 6; time += 1) {
    await refused('login-failed', () => guard.login('hidden-2', [`hidden-3${time}`], REMOTE))
  }
  const messages = lines.map(({ msg }) => msg)
  assert.deepEqual(messages, ['login', 'logout', 'login failed', 'Login has been locked'])
  assert.doesNotMatch(JSON.stringify(lines), /hidden/)
})

test('the log of the owner is told of logins, failures and locks, and of a polling client once an hour', async () => {
  const { guard, events, clock } = await setUp({ adminPassword: 'secret' })
  await guard.login('admin', ['secret'], REMOTE)
  const poll = () => guard.authenticate({ user: 'admin', passwords: ['secret'] }, REMOTE)
  await poll()
  await poll()
  clock.advance(3_600_000)
  await poll()
  for (let guess = 0; guess < 7; guess += 1) {
    await refused('login-failed', () => guard.login('admin', [`wrong${guess}`], REMOTE))
  }
  const of = (detail: string) => ({ type: 'login', detail, userName: 'admin', address: REMOTE })
  const locked = { type: 'login', detail: 'login locked for 5 min', address: REMOTE }
  assert.deepEqual(events, [
    of('login'),
    of('login without a session'),
    of('login without a session'),
    ...Array.from({ length: 4 }, () => of('login failed')),
    locked,
    of('login failed'),
  ])
})

test('a user name that does not exist never gets into the log: people type passwords there', async () => {
  const { guard, events, lines } = await setUp({ adminPassword: 'secret' })
  await refused('login-failed', () => guard.login('my-pass-word', ['admin'], REMOTE))
  assert.deepEqual(events, [{ type: 'login', detail: 'login failed: no such user', address: REMOTE }])
  assert.doesNotMatch(JSON.stringify(lines), /my-pass-word/)
})
