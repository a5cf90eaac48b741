import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import type { UserRow } from '../store/users.ts'
import { openAccess } from './access.ts'
import { DigestKeys } from './digest-keys.ts'
import type { DigestAlgorithm, DigestDoor } from './types.ts'

const HERE = '192.0.2.1'

/** Values as the database keeps them: as text. */
function memory() {
  const values = new Map<string, string>()
  return {
    values,
    load: (key: string): unknown => JSON.parse(values.get(key) ?? 'null') ?? undefined,
    save: (changes: Readonly<Record<string, unknown>>) => {
      for (const [key, value] of Object.entries(changes)) values.set(key, JSON.stringify(value))
    },
  }
}

async function setUp({
  settings = memory(),
  rows = new Map<string, UserRow>(),
  sealingKey = randomBytes(32),
} = {}) {
  const store = {
    users: {
      all: () => [...rows.values()],
      save: (row: UserRow) => void rows.set(row.name, row),
      replaceAll: (all: readonly UserRow[]) => {
        rows.clear()
        for (const row of all) rows.set(row.name, row)
      },
      remove: (name: string) => void rows.delete(name),
    },
    throttle: {
      locks: () => [],
      saveLock: () => undefined as unknown,
      removeLock: () => undefined,
      known: () => [],
      saveKnown: () => undefined,
    },
    settings,
    isProtected: false,
    markProtected: () => undefined,
  }
  const access = await openAccess({
    store: store as never,
    clock: manualClock(),
    log: silentLog,
    note: () => undefined,
    adminPassword: 'Password-1',
    sealingKey,
    passwordCost: 4,
  })
  return { ...access, settings, rows, sealingKey }
}

/** Logs in with Digest as a client that knows this password. */
async function logIn(digest: DigestDoor, user: string, password: string, algorithm: DigestAlgorithm = 'MD5') {
  const secret = createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(`${user}:${digest.realm}:${password}`)
    .digest('hex')
  return await digest.authenticate({ user, algorithm, isRight: (known) => known === secret }, HERE)
}

const failed = (error: unknown) => error instanceof CameraError && error.kind === 'login-failed'

test('a password that is set can be proved with both hashes, also after a restart', async () => {
  const { guard, settings, rows, sealingKey } = await setUp()
  assert.ok(guard.digest.isOffered())
  for (const algorithm of ['MD5', 'SHA-256'] as const) {
    assert.deepEqual((await logIn(guard.digest, 'admin', 'Password-1', algorithm)).user, {
      name: 'admin',
      level: 'admin',
    })
  }
  const again = await setUp({ settings, rows, sealingKey })
  assert.equal(again.guard.digest.realm, guard.digest.realm)
  await logIn(again.guard.digest, 'admin', 'Password-1')
})

test('neither the password nor its hashes stand in the database', async () => {
  const { guard, settings } = await setUp()
  const stored = settings.values.get('digest-keys')!
  const hash = createHash('md5').update(`admin:${guard.digest.realm}:Password-1`).digest('hex')
  assert.ok(!stored.includes('Password-1') && !stored.includes(hash))
  const bytes = Buffer.from(/"sealed":"(.*?)"/.exec(stored)![1]!, 'base64').toString('latin1')
  assert.ok(!bytes.includes(hash))
})

test('without its sealing key the camera offers no Digest until everybody has logged in again', async () => {
  const { settings, rows, users } = await setUp()
  await users.add({ name: 'guest', password: 'Password-2', level: 'guest' })
  const { guard } = await setUp({ settings, rows })
  assert.ok(!guard.digest.isOffered())
  await assert.rejects(logIn(guard.digest, 'admin', 'Password-1'), failed)
  await guard.login('admin', ['Password-1'], HERE)
  assert.ok(!guard.digest.isOffered())
  await guard.login('guest', ['Password-2'], HERE)
  assert.ok(guard.digest.isOffered())
  await logIn(guard.digest, 'admin', 'Password-1')
})

test('a changed password voids the key, and ends what was opened with it', async () => {
  const { guard, users } = await setUp()
  const principal = await logIn(guard.digest, 'admin', 'Password-1')
  const ended = new Promise<void>((resolve) => principal.onEnd(resolve))
  await users.modify('admin', { password: 'Password-3' }, principal)
  await ended
  await assert.rejects(logIn(guard.digest, 'admin', 'Password-1'), failed)
  await logIn(guard.digest, 'admin', 'Password-3')
})

test('the key of a deleted user is forgotten', async () => {
  const { users, settings, guard } = await setUp()
  await users.add({ name: 'guest', password: 'Password-2', level: 'guest' })
  users.remove('guest', await logIn(guard.digest, 'admin', 'Password-1'))
  await assert.rejects(logIn(guard.digest, 'guest', 'Password-2'), failed)
  await users.add({ name: 'other', password: 'Password-2', level: 'guest' })
  assert.doesNotMatch(settings.values.get('digest-keys')!, /guest/)
})

test('wrong proofs count for the lock, which then holds for the right one and for passwords', async () => {
  const { guard } = await setUp()
  for (let guess = 0; guess < 5; guess += 1) {
    await assert.rejects(logIn(guard.digest, 'admin', `guess-${guess}`), failed)
  }
  await assert.rejects(logIn(guard.digest, 'admin', 'Password-1'), failed)
  await assert.rejects(guard.login('admin', ['Password-1'], HERE), failed)
  await guard.login('admin', ['Password-1'], '192.0.2.2')
})

test('an unknown user and damaged memory are a failed login, nothing worse', async () => {
  const { guard } = await setUp()
  await assert.rejects(logIn(guard.digest, 'nobody', 'Password-1'), failed)
  for (const value of [
    null,
    7,
    { realm: 1 },
    { realm: 'r', users: [{}] },
    { realm: 'r', users: [{ name: 'a', sealed: 'x' }] },
  ]) {
    const keys = new DigestKeys({ load: () => value, save: () => undefined }, randomBytes(32))
    assert.equal(keys.find({ name: 'a', passwordHash: 'x' }, 'MD5'), undefined)
  }
})
