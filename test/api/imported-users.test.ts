/** What becomes of the accounts and the sessions when a configuration is imported. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { afterEach, beforeEach, test } from 'node:test'
import { COMMANDS } from '../../src/api/commands/index.ts'
import { Dispatcher } from '../../src/api/dispatch.ts'
import type { Account } from '../../src/auth/accounts.ts'
import { type Secrets, writeConfiguration } from '../../src/backup/document.ts'
import { CameraError } from '../../src/base/errors.ts'
import { credentialsOf, parseQuery } from '../../src/servers/query.ts'
import { type Answer, type ApiKit, startApi } from './kit.ts'

const PASSPHRASE = 'correct-horse'
/** `password`, cheaply. */
const HASH = '$scrypt$ln=4,r=8,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA'
const ADMIN: Account = { name: 'admin', level: 'admin', passwordHash: HASH, builtIn: true }

let api: ApiKit
beforeEach(async () => {
  api = await startApi()
})
afterEach(() => api.stop())

const accounts = () => api.parts.access.users.accounts()
const isIn = (token: string) => api.parts.access.guard.byToken(token) !== undefined

/** Imports a file with these accounts and settings as they are. */
async function importUsers(
  wanted: readonly (Omit<Account, 'level'> & { readonly level: string })[],
  { token = api.adminToken, query = `&users=1&passphrase=${PASSPHRASE}`, parts = api.parts } = {},
): Promise<Answer> {
  const secrets: Secrets = {
    settings: {},
    users: wanted.map(({ name, passwordHash }) => ({ name, passwordHash })),
  }
  const configuration = {
    product: 'Vedette',
    madeBy: 'test',
    exportedAt: '2026-11-22T10:00:00.000Z',
    device: { model: 'Vedette', serial: '1' },
    settings: {},
    heads: [],
    users: wanted.map(({ name, level, builtIn }) => ({ name, level, builtIn })),
  }
  const file = await writeConfiguration(configuration, secrets, PASSPHRASE)
  const parsed = parseQuery(`cmd=ImportCfg&token=${token}${query}`)
  const reply = await new Dispatcher(COMMANDS, parts).answer({
    query: parsed,
    body: '',
    credentials: credentialsOf(parsed),
    address: '127.0.0.1',
    upload: { filename: 'config.tgz', content: Readable.from([file]) },
  })
  assert.ok('text' in reply)
  return (JSON.parse(reply.text) as Answer[])[0]!
}

test('users are replaced with their passwords, and stay so after a restart', async () => {
  const before = accounts()
  await api.addUser('late')
  assert.equal((await importUsers(before)).code, 0)
  assert.deepEqual(accounts(), before)
  await api.restart()
  assert.deepEqual(accounts(), before)
})

test('users stay as they are unless that is asked for', async () => {
  await api.addUser('late')
  const before = accounts()
  assert.equal((await importUsers([ADMIN], { query: `&passphrase=${PASSPHRASE}` })).code, 0)
  assert.equal((await importUsers([ADMIN], { query: '' })).code, 0)
  assert.equal((await importUsers([ADMIN], { query: '&users=1' })).error?.rspCode, -3)
  assert.deepEqual(accounts(), before)
})

test("the caller's session goes on, those of users who are gone or have another password end", async () => {
  await api.addUser('late')
  const { token: late } = await api.parts.access.guard.login('late', ['secret'], '127.0.0.1')
  const { token: other } = await api.parts.access.guard.login('admin', ['Vedette-1'], '127.0.0.1')
  const guest = accounts().find(({ name }) => name === 'guest')!
  assert.equal((await importUsers([ADMIN, guest])).code, 0)
  assert.deepEqual(
    [isIn(api.adminToken), isIn(api.guestToken), isIn(late), isIn(other)],
    [true, true, false, false],
  )
  await assert.rejects(api.parts.access.guard.login('admin', ['Vedette-1'], '127.0.0.1'), CameraError)
})

test('an account of the caller that the file lacks or makes a guest stays as it is', async () => {
  await api.parts.access.users.add({ name: 'owner', password: 'secret', level: 'admin' })
  const { token } = await api.parts.access.guard.login('owner', ['secret'], '127.0.0.1')
  const owner = accounts().find(({ name }) => name === 'owner')!
  for (const wanted of [[ADMIN], [ADMIN, { ...owner, passwordHash: HASH, level: 'guest' }]]) {
    assert.equal((await importUsers(wanted, { token })).code, 0)
    assert.deepEqual(
      accounts().find(({ name }) => name === 'owner'),
      owner,
    )
    assert.ok(isIn(token))
  }
})

const unusable: readonly [what: string, wanted: Parameters<typeof importUsers>[0]][] = [
  ['nobody', []],
  ['an admin without a password', [{ ...ADMIN, passwordHash: '' }]],
  ['an admin with a password that is none', [{ ...ADMIN, passwordHash: 'password' }]],
  ['a password that would take gigabytes', [{ ...ADMIN, passwordHash: HASH.replace('ln=4', 'ln=20') }]],
  ['a built-in guest', [{ ...ADMIN, level: 'guest' }]],
  ['an unknown level', [{ ...ADMIN, level: 'root' }]],
  ['a built-in account of another name', [{ ...ADMIN, name: 'eve' }]],
  ['an admin that is not built in', [{ ...ADMIN, builtIn: false }]],
  ['two built-in accounts', [ADMIN, { ...ADMIN, name: 'eve' }]],
  ['a name twice', [ADMIN, ADMIN]],
  ['a guest without a password', [ADMIN, { ...ADMIN, name: 'eve', passwordHash: '', builtIn: false }]],
  ['an empty name', [ADMIN, { ...ADMIN, name: '', builtIn: false }]],
  ['a name that is too long', [ADMIN, { ...ADMIN, name: 'x'.repeat(32), builtIn: false }]],
  ['a name with a line feed', [ADMIN, { ...ADMIN, name: 'a\nb', builtIn: false }]],
  [
    'more than 20 besides the admin',
    [ADMIN, ...Array.from({ length: 21 }, (_, index) => ({ ...ADMIN, name: `u${index}`, builtIn: false }))],
  ],
]
for (const [what, wanted] of unusable) {
  test(`a file with ${what} is refused and changes nothing`, async () => {
    const before = accounts()
    assert.equal((await importUsers(wanted)).error?.rspCode, -3)
    assert.deepEqual(accounts(), before)
    assert.ok(isIn(api.adminToken) && isIn(api.guestToken))
    await api.restart()
    assert.deepEqual(accounts(), before)
  })
}

test('if the store fails neither users nor settings have changed', async () => {
  await api.one({ cmd: 'SetOsd', param: { Osd: { osdChannel: { name: 'Kept' } } } })
  const before = [accounts(), api.parts.settings.all()]
  const store = {
    atomically: (write: () => void) => {
      api.parts.store.atomically(() => {
        write()
        throw new CameraError('write-failed', 'the power is gone')
      })
    },
  }
  assert.equal((await importUsers([ADMIN], { parts: { ...api.parts, store } })).error?.rspCode, -20)
  assert.deepEqual([accounts(), api.parts.settings.all()], before)
  assert.ok(isIn(api.guestToken))
  await api.restart()
  assert.deepEqual([accounts(), api.parts.settings.all()], before)
})

test('a camera without a password is closed by the password of the file', async () => {
  api.stop()
  api = await startApi({ adminPassword: '' })
  let opened = 0
  api.parts.access.users.onFirstAdminPassword(() => {
    opened += 1
  })
  assert.equal((await importUsers([ADMIN])).code, 0)
  assert.equal(opened, 1)
  assert.equal(api.parts.access.users.hasAdminPassword(), true)
  await assert.rejects(api.parts.access.guard.login('admin', [''], '127.0.0.1'), CameraError)
})
