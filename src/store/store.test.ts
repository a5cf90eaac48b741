import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { migrate } from './migrations.ts'
import { openStore } from './store.ts'

function setUp(context: TestContext) {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-store-'))
  context.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const open = () => openStore({ dataDir, clock: manualClock(42), log: silentLog })
  return { dataDir, file: join(dataDir, 'vedette.db'), open }
}

test('values and users are there after a restart', (context) => {
  const { open } = setUp(context)
  const first = open()
  first.settings.save({ 'Enc/0': { audio: 1, name: '😀' }, gone: 1 })
  first.settings.save({ gone: undefined })
  first.users.save({ name: 'admin', level: 'admin', passwordHash: 'x', builtIn: true })
  first.close()
  const second = open()
  assert.deepEqual(second.settings.load('Enc/0'), { audio: 1, name: '😀' })
  assert.equal(second.settings.load('gone'), undefined)
  assert.deepEqual(second.users.all(), [{ name: 'admin', level: 'admin', passwordHash: 'x', builtIn: true }])
  second.close()
})

test('nobody else can read the files', (context) => {
  const { dataDir, open } = setUp(context)
  const store = open()
  store.settings.save({ key: 1 })
  for (const name of readdirSync(dataDir)) assert.equal(statSync(join(dataDir, name)).mode & 0o077, 0, name)
  store.close()
})

test('all values of a change are stored, or none', (context) => {
  const { open } = setUp(context)
  const store = open()
  const circle: Record<string, unknown> = {}
  circle.self = circle
  assert.throws(() => store.settings.save({ good: 1, bad: circle }))
  assert.equal(store.settings.load('good'), undefined)
  store.close()
})

const damages: Readonly<Record<string, (file: string) => void>> = {
  'random bytes': (file) => writeFileSync(file, Buffer.alloc(100, 0xa5)),
  'an empty file that is none': (file) =>
    writeFileSync(file, 'not a database, but long enough to be read as one'),
  'half a file': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
}
for (const [name, damage] of Object.entries(damages)) {
  test(`a database that became ${name} is put aside and its last good copy takes over`, (context) => {
    const { dataDir, file, open } = setUp(context)
    const store = open()
    store.settings.save({ key: 'kept' })
    store.markProtected()
    store.close()
    damage(file)
    const mended = open()
    assert.equal(mended.settings.load('key'), 'kept')
    assert.ok(!mended.lostAccounts)
    assert.ok(readdirSync(dataDir).some((entry) => entry.startsWith('vedette.db.damaged-')))
    mended.close()
  })
}

test('with database and copy lost, a camera that had a password knows it', (context) => {
  const { file, open } = setUp(context)
  const store = open()
  store.settings.save({ key: 1 })
  store.markProtected()
  store.close()
  writeFileSync(file, 'garbage')
  writeFileSync(`${file}.copy`, 'garbage')
  const empty = open()
  assert.ok(empty.lostAccounts)
  assert.equal(empty.settings.load('key'), undefined)
  empty.close()
})

test('a fresh folder has lost nothing', (context) => {
  const { open } = setUp(context)
  const store = open()
  assert.ok(!store.lostAccounts)
  store.close()
})

test('a write-ahead log that was cut anywhere costs its tail and not the database', (context) => {
  const { file, open } = setUp(context)
  const store = open()
  for (let index = 0; index < 20; index += 1) store.settings.save({ [`key${index}`]: 'x'.repeat(500) })
  const wal = readFileSync(`${file}-wal`)
  const main = readFileSync(file)
  store.close()
  for (let size = 0; size < wal.length; size += 4096) {
    writeFileSync(file, main)
    writeFileSync(`${file}-wal`, wal.subarray(0, size))
    rmSync(`${file}-shm`, { force: true })
    const cut = open()
    assert.equal(cut.users.all().length, 0)
    cut.close()
  }
})

test('what a writer was told is stored survives kill -9', { timeout: 60_000 }, async (context) => {
  const { dataDir, open } = setUp(context)
  const program = `
    import { openStore } from ${JSON.stringify(join(import.meta.dirname, 'store.ts'))}
    import { systemClock } from ${JSON.stringify(join(import.meta.dirname, '../base/clock.ts'))}
    import { silentLog } from ${JSON.stringify(join(import.meta.dirname, '../base/log.ts'))}
    const store = openStore({ dataDir: ${JSON.stringify(dataDir)}, clock: systemClock, log: silentLog })
    let count = store.settings.load('count') ?? 0
    for (;;) {
      count += 1
      store.settings.save({ count })
      await new Promise((done) => process.stdout.write(count + '\\n', done))
    }`
  for (let round = 0; round < 12; round += 1) {
    const writer = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    let told = 0
    const target = 1 + round * 3
    let lines = 0
    for await (const line of createInterface({ input: writer.stdout })) {
      told = Number(line)
      lines += 1
      if (lines === target) writer.kill('SIGKILL')
    }
    const store = open()
    assert.ok(Number(store.settings.load('count')) >= told)
    store.close()
  }
})

test('an older database is brought to the present step by step', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  migrate(db, ['alter table user add column note text', 'create index by_level on user (level)'])
  assert.equal(db.prepare('pragma user_version').get()?.user_version, 3)
  db.prepare('select note from user').all()
  db.close()
})

test('a step that fails leaves the database as it was', () => {
  const db = new DatabaseSync(':memory:')
  migrate(db)
  assert.throws(() => migrate(db, ['create table half (x); nonsense']))
  assert.equal(db.prepare('pragma user_version').get()?.user_version, 1)
  assert.equal(db.prepare("select count(*) as n from sqlite_schema where name = 'half'").get()?.n, 0)
  db.close()
})

test('the database of a newer version or of another program is left alone', (context) => {
  const { file, open } = setUp(context)
  open().close()
  for (const pragma of ['user_version = 99', 'application_id = 7']) {
    const db = new DatabaseSync(file)
    db.exec(`pragma ${pragma}`)
    db.close()
    const before = readFileSync(file)
    assert.throws(open, (error) => error instanceof CameraError && error.message.includes('--data'))
    assert.deepEqual(readFileSync(file), before)
    const again = new DatabaseSync(file)
    again.exec('pragma user_version = 1')
    again.close()
  }
  assert.ok(existsSync(file))
})
