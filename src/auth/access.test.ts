import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { CameraError, type ErrorKind } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import type { UserRow } from '../store/users.ts'
import { openAccess } from './access.ts'

const LOCAL = '127.0.0.1'
const REMOTE = '192.0.2.1'

function memoryStore({ lostAccounts = false } = {}) {
  const rows = new Map<string, UserRow>()
  let marked = false
  return {
    users: {
      all: () => [...rows.values()],
      save: (row: UserRow) => void rows.set(row.name, row),
      remove: (name: string) => void rows.delete(name),
    },
    lockouts: { all: () => [], save: () => undefined, remove: () => undefined },
    lostAccounts,
    markProtected: () => {
      marked = true
    },
    isMarked: () => marked,
  }
}

async function setUp({ adminPassword = undefined as string | undefined, store = memoryStore() } = {}) {
  const clock = manualClock()
  const options = { clock, log: silentLog, passwordCost: 4 }
  // The stores are classes of their own; only what is used stands in for them.
  const access = await openAccess({ ...options, store: store as never, adminPassword })
  const login = async (name: string, password: string) => {
    const { token } = await access.guard.login(name, [password], LOCAL)
    return access.guard.byToken(token)!
  }
  return { ...access, clock, store, login }
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
  assert.ok(store.isMarked())
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
  const store = memoryStore({ lostAccounts: true })
  const closed = await setUp({ store })
  assert.ok(closed.users.hasAdminPassword())
  await refused('login-failed', () => closed.guard.login('admin', [''], LOCAL))
  const mended = await setUp({ store, adminPassword: 'anew-1' })
  await mended.guard.login('admin', ['anew-1'], REMOTE)
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
