import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import {
  copyFileSync,
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
import { pino } from 'pino'
import { manualClock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { Database } from './database.ts'
import { SettingsStore } from './settings.ts'

function setUp(context: TestContext) {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-database-'))
  context.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const lines: string[] = []
  const log = pino({ base: null }, { write: (line: string) => lines.push(JSON.parse(line).msg) })
  const open = () => {
    const database = new Database({ dataDir, clock: manualClock(42), log })
    return { settings: new SettingsStore(database), database, close: () => database.close() }
  }
  return { dataDir, file: join(dataDir, 'vedette.db'), lines, open }
}

const sentence = (words: RegExp) => (error: unknown) =>
  error instanceof CameraError && words.test(error.message)

const damages: Readonly<Record<string, (file: string) => void>> = {
  'random bytes': (file) => writeFileSync(file, Buffer.alloc(100, 0xa5)),
  'a short text': (file) => writeFileSync(file, 'x'),
  'an empty file': (file) => truncateSync(file, 0),
  'an empty database': (file) => {
    truncateSync(file, 0)
    const empty = new DatabaseSync(file)
    empty.exec('pragma journal_mode = wal')
    empty.close()
  },
  'its first page': (file) => truncateSync(file, 4096),
  'half a file': (file) => truncateSync(file, Math.floor(statSync(file).size / 2)),
  'zeros from the second page on': (file) => {
    const bytes = readFileSync(file)
    writeFileSync(file, bytes.fill(0, 4096))
  },
}
for (const [name, damage] of Object.entries(damages)) {
  test(`a database that became ${name} is put aside and its last good copy takes over`, (context) => {
    const { dataDir, file, lines, open } = setUp(context)
    const first = open()
    first.settings.save({ key: 'kept' })
    first.close()
    damage(file)
    const mended = open()
    assert.equal(mended.settings.load('key'), 'kept')
    assert.deepEqual(lines, [
      'the database is damaged and is put aside',
      'the last good copy of the database took its place',
    ])
    mended.close()
    assert.ok(readdirSync(dataDir).includes('vedette.db.damaged-42'))
    const again = open()
    assert.equal(again.settings.load('key'), 'kept')
    assert.equal(lines.length, 2)
    again.close()
  })
}

test('a database that was deleted is replaced by its copy, and its log is not applied to that', (context) => {
  const { dataDir, file, open } = setUp(context)
  const first = open()
  first.settings.save({ key: 1 })
  first.close()
  writeFileSync(`${file}-wal`, Buffer.alloc(8192, 7))
  rmSync(file)
  const mended = open()
  assert.equal(mended.settings.load('key'), 1)
  assert.ok(readdirSync(dataDir).includes('vedette.db.damaged-42-wal'))
  mended.close()
})

test('with the copy damaged too the database is new, and both are kept', (context) => {
  const { dataDir, file, lines, open } = setUp(context)
  const first = open()
  first.settings.save({ key: 1 })
  first.close()
  writeFileSync(file, 'garbage')
  writeFileSync(`${file}.copy`, 'rubbish')
  const fresh = open()
  assert.equal(fresh.settings.load('key'), undefined)
  fresh.close()
  assert.equal(lines.at(-1), 'the copy of the database is damaged too')
  assert.equal(readFileSync(join(dataDir, 'vedette.db.damaged-42'), 'utf8'), 'garbage')
  assert.equal(readFileSync(join(dataDir, 'vedette.db.copy.damaged-42'), 'utf8'), 'rubbish')
})

test('a copy is made 5 seconds after a change, however many follow', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] })
  const { file, open } = setUp(context)
  const first = open()
  for (let second = 0; second < 5; second += 1) {
    assert.ok(!existsSync(`${file}.copy`))
    first.settings.save({ second })
    context.mock.timers.tick(1000)
  }
  assert.ok(existsSync(`${file}.copy`))
  const copy = new DatabaseSync(`${file}.copy`, { readOnly: true })
  assert.equal(copy.prepare(`select value from setting where key = 'second'`).get()?.value, '4')
  copy.close()
  first.close()
})

test('a copy that a killed process did not come to make is made by the next', (context) => {
  const { file, open } = setUp(context)
  const first = open()
  first.settings.save({ key: 1 })
  first.close()
  rmSync(`${file}.copy`)
  open().close()
  writeFileSync(file, 'garbage')
  const mended = open()
  assert.equal(mended.settings.load('key'), 1)
  mended.close()
})

test('the database of somebody else is refused with a sentence and left as it is', (context) => {
  const { dataDir, file, open } = setUp(context)
  const others = new DatabaseSync(file)
  others.exec('create table mine (x)')
  others.close()
  const before = readFileSync(file)
  assert.throws(open, sentence(/belongs to another program/))
  assert.deepEqual(readFileSync(file), before)
  assert.deepEqual(readdirSync(dataDir), ['vedette.db'])
})

test('the database of a newer version is refused with a sentence and left as it is', (context) => {
  const { file, open } = setUp(context)
  open().close()
  const newer = new DatabaseSync(file)
  newer.exec('pragma user_version = 99')
  newer.close()
  const before = readFileSync(file)
  assert.throws(open, sentence(/newer Vedette/))
  assert.deepEqual(readFileSync(file), before)
})

test('a data folder that is in use by another process is refused, not mended', (context) => {
  const { dataDir, open } = setUp(context)
  const first = open()
  first.settings.save({ key: 1 })
  const files = readdirSync(dataDir)
  const { stdout } = spawnSync(process.execPath, ['--input-type=module', '-e', openingProgram(dataDir)], {
    encoding: 'utf8',
  })
  assert.match(stdout, /is in use by another camera/)
  assert.deepEqual(readdirSync(dataDir), files)
  first.settings.save({ key: 2 })
  first.close()
})

test('a write-ahead log that was cut anywhere costs its tail and not the database', (context) => {
  const { dataDir, file, open } = setUp(context)
  const first = open()
  for (let index = 0; index < 20; index += 1) first.settings.save({ index, text: 'x'.repeat(500) })
  // Copies of the files, because closing one of them here would end SQLite's own lock on it.
  const crashed = mkdtempSync(join(dataDir, 'crashed-'))
  for (const name of ['vedette.db', 'vedette.db-wal']) spawnSync('cp', [join(dataDir, name), crashed])
  first.close()
  const size = statSync(join(crashed, 'vedette.db-wal')).size
  assert.ok(size > 20 * 4096)
  let last = -1
  for (let cut = 0; cut <= size; cut += 4096) {
    copyFileSync(join(crashed, 'vedette.db'), file)
    writeFileSync(`${file}-wal`, readFileSync(join(crashed, 'vedette.db-wal')).subarray(0, cut))
    rmSync(`${file}.copy`, { force: true })
    const mended = open()
    const index = Number(mended.settings.load('index') ?? -1)
    assert.ok(index >= last)
    last = index
    mended.close()
  }
  assert.equal(last, 18)
})

test('what a writer was told is stored survives kill -9', { timeout: 60_000 }, async (context) => {
  const { dataDir, lines, open } = setUp(context)
  let told = 0
  for (let round = 0; round < 30; round += 1) {
    const writer = spawn(process.execPath, ['--input-type=module', '-e', openingProgram(dataDir)], {
      stdio: ['ignore', 'pipe', 'inherit'],
    })
    const target = told + 1 + round * 3
    for await (const line of createInterface({ input: writer.stdout })) {
      told = Number(line)
      if (told === target) writer.kill('SIGKILL')
    }
    assert.ok(told >= target, `${told} of ${target} in round ${round}`)
    const { settings, close } = open()
    assert.ok(Number(settings.load('count')) >= told)
    close()
  }
  assert.deepEqual(lines, [])
})

/** Opens the database, then counts in it and says each number when it is stored; or says why it cannot. */
function openingProgram(dataDir: string): string {
  const module = (name: string) => JSON.stringify(join(import.meta.dirname, name))
  return `
    import { Database } from ${module('database.ts')}
    import { SettingsStore } from ${module('settings.ts')}
    const log = { warn: console.log, error: console.log }
    try {
      const settings = new SettingsStore(new Database({ dataDir: ${JSON.stringify(dataDir)}, clock: { wallMs: Date.now }, log }))
      for (let count = settings.load('count') ?? 0; ; ) {
        count += 1
        settings.save({ count })
        await new Promise((done) => process.stdout.write(count + '\\n', done))
      }
    } catch (error) {
      console.log(error.message)
    }`
}
