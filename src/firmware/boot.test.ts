/** Which version starts, through trials, failures and power cuts at every step. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { type TestContext, test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { FirmwareBoot } from './boot.ts'
import { clearRubbish, install } from './install.ts'
import { hashOfModules } from './modules.ts'
import { readNotes } from './notes.ts'
import type { Program } from './program.ts'
import { type Places, placesIn, readState, type Slot, writeState } from './state.ts'
import { archiveOf, filesOf } from './test-package.ts'
import { withPowerCut } from './test-power-cut.ts'

const BUILD = '1'
const LOCK = JSON.stringify({ packages: { 'node_modules/x': { version: '1.0.0', integrity: 'x' } } })

class Rig {
  readonly folder = mkdtempSync(join(tmpdir(), 'vedette-boot-'))
  readonly installation = join(this.folder, 'installed')
  readonly dataDir = join(this.folder, 'data')
  readonly places: Places = placesIn(this.dataDir)
  readonly errors: string[] = []
  boot = this.newBoot()

  constructor(t: TestContext) {
    t.after(() => rmSync(this.folder, { recursive: true, force: true }))
    this.write(this.installation, '1.0.0')
    writeFileSync(join(this.installation, 'package-lock.json'), LOCK)
    mkdirSync(join(this.installation, 'node_modules'))
    mkdirSync(this.dataDir)
    this.changeDatabase('create table setting (value text)', 1)
  }

  /** The supervisor after a power cut. */
  newBoot(): FirmwareBoot {
    const { installation, dataDir, errors } = this
    return new FirmwareBoot({
      installation,
      dataDir,
      trialMs: 1000,
      clock: manualClock(1234),
      log: (level, message) => level === 'error' && errors.push(message),
    })
  }

  write(folder: string, version: string): void {
    for (const { name, content } of filesOf(version, BUILD)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true })
      writeFileSync(join(folder, name), content!)
    }
  }

  async install(version: string): Promise<void> {
    clearRubbish(this.places)
    mkdirSync(this.places.incoming, { recursive: true })
    const payload = join(this.places.incoming, 'payload.tar.gz')
    writeFileSync(payload, await archiveOf(filesOf(version, BUILD)))
    const header = {
      ...{ product: 'vedette', version, build: BUILD, payloadBytes: 1, unpackedBytes: 10_000, sha512: '' },
      ...{ modules: hashOfModules(LOCK), withModules: false },
    }
    await install(this.places, this.installation, { header, payload })
  }

  /** Installs a version and lets it prove itself. */
  async upgrade(version: string): Promise<void> {
    await this.install(version)
    const program = await this.boot.next()
    program.trial!.proven()
    clearRubbish(this.places)
  }

  changeDatabase(sql: string, schema: number): void {
    const db = new DatabaseSync(join(this.dataDir, 'vedette.db'))
    db.exec(`pragma journal_mode = wal; ${sql}; pragma user_version = ${schema}`)
    db.close()
  }

  database(): { values: string[]; schema: number } {
    const db = new DatabaseSync(join(this.dataDir, 'vedette.db'))
    const values = db
      .prepare('select value from setting')
      .all()
      .map(({ value }) => String(value))
    const schema = Number(db.prepare('pragma user_version').get()!.user_version)
    db.close()
    return { values, schema }
  }

  where({ file }: Program): string {
    return file.slice(this.folder.length + 1).replace('/src/camera-process.ts', '')
  }

  async next(): Promise<string> {
    return this.where(await this.boot.next())
  }
}

test('without any slot the installation starts, and nothing is written', async (t) => {
  const rig = new Rig(t)
  assert.equal(await rig.next(), 'installed')
  assert.equal(existsSync(rig.places.folder), false)
})

test('a version that proves itself is started from then on, the next one goes to the other slot', async (t) => {
  const rig = new Rig(t)
  await rig.install('2.0.0')
  const program = await rig.boot.next()
  assert.equal(rig.where(program), 'data/firmware/a')
  assert.equal(program.trial?.healthyMs, 1000)
  assert.equal(
    readlinkSync(join(rig.places.slot('a'), 'node_modules')),
    join(rig.installation, 'node_modules'),
  )
  program.trial.proven()
  assert.deepEqual(readState(rig.places), { active: 'a', trial: null, failed: null })
  assert.equal(await rig.next(), 'data/firmware/a')
  await rig.upgrade('3.0.0')
  assert.equal(await rig.next(), 'data/firmware/b')
  assert.deepEqual(readdirSync(rig.places.folder).sort(), ['b', 'state.json'])
})

test('a version that fails gives way to the former one and is not tried again', async (t) => {
  const rig = new Rig(t)
  await rig.upgrade('2.0.0')
  await rig.install('3.0.0')
  const program = await rig.boot.next()
  assert.equal(rig.where(program), 'data/firmware/b')
  program.trial!.failed('it crashed')
  for (const _start of [1, 2]) assert.equal(await rig.next(), 'data/firmware/a')
  assert.deepEqual(readState(rig.places), {
    active: 'a',
    trial: null,
    failed: { version: '3.0.0', build: BUILD, why: 'it crashed' },
  })
  assert.deepEqual(readNotes(rig.places), ['version 3.0.0 (1) is given up: it crashed'])
})

test('three starts that power cuts end are enough; a stop while it is fine does not count', async (t) => {
  const rig = new Rig(t)
  await rig.install('2.0.0')
  for (const _try of [1, 2, 3]) {
    const program = await rig.newBoot().next()
    assert.equal(rig.where(program), 'data/firmware/a')
    program.trial!.interrupted()
  }
  for (const _try of [1, 2, 3]) assert.equal(rig.where(await rig.newBoot().next()), 'data/firmware/a')
  assert.equal(rig.where(await rig.newBoot().next()), 'installed')
  assert.match(readState(rig.places).failed?.why ?? '', /3 times/)
})

const ROT: readonly [string, (rig: Rig) => void][] = [
  ['the installation has become as new', (rig) => rig.write(rig.installation, '2.0.0')],
  [
    'the installation has other modules',
    (rig) => writeFileSync(join(rig.installation, 'package-lock.json'), '{}'),
  ],
  ['its program is gone', (rig) => rmSync(join(rig.places.slot('a'), 'src/camera-process.ts'))],
  ['its slot.json is damaged', (rig) => writeFileSync(join(rig.places.slot('a'), 'slot.json'), '{"version"')],
  ['it is gone', (rig) => rmSync(rig.places.slot('a'), { recursive: true })],
]
for (const [what, spoil] of ROT) {
  for (const isTrial of [false, true]) {
    test(`${isTrial ? 'a trial' : 'a proven version'} gives way to the installation when ${what}`, async (t) => {
      const rig = new Rig(t)
      if (isTrial) await rig.install('2.0.0')
      else await rig.upgrade('2.0.0')
      spoil(rig)
      for (const _start of [1, 2]) assert.equal(await rig.next(), 'installed')
      const { active, failed } = readState(rig.places)
      assert.equal(active, null)
      assert.equal(failed === null, what === 'the installation has become as new')
      assert.equal(readNotes(rig.places).length, 1)
    })
  }
}

test('an installation that has moved is linked anew', async (t) => {
  const rig = new Rig(t)
  await rig.upgrade('2.0.0')
  const link = join(rig.places.slot('a'), 'node_modules')
  rmSync(link)
  assert.equal(await rig.next(), 'data/firmware/a')
  assert.equal(readlinkSync(link), join(rig.installation, 'node_modules'))
})

test('a proven version that ends three times without being ready gives way to the installation', async (t) => {
  const rig = new Rig(t)
  await rig.upgrade('2.0.0')
  for (const _start of [1, 2, 3]) {
    assert.equal(await rig.next(), 'data/firmware/a')
    assert.equal(rig.boot.endedUnready('exit code 1'), true)
  }
  assert.equal(await rig.next(), 'installed')
  assert.equal(rig.boot.endedUnready('exit code 1'), false)
})

for (const text of [
  '',
  '{',
  '[]',
  'null',
  '{"active":"c"}',
  '{"active":"../x","trial":{"slot":7}}',
  '{"trial":{"slot":"a"}}',
])
  test(`the state ${JSON.stringify(text)} means the installation`, async (t) => {
    const rig = new Rig(t)
    mkdirSync(rig.places.folder)
    writeFileSync(join(rig.places.folder, 'state.json'), text)
    assert.equal(await rig.next(), 'installed')
  })

test('a disk that takes nothing starts the installation, again and again', async (t) => {
  const rig = new Rig(t)
  await rig.install('2.0.0')
  await withPowerCut(0, async () => {
    for (const _start of [1, 2]) assert.equal(await rig.next(), 'installed')
  })
  assert.equal(rig.errors.length, 2)
  assert.equal(await rig.next(), 'data/firmware/a')
})

test('what was changed during a trial stays when it fails, unless the former version cannot read it', async (t) => {
  const rig = new Rig(t)
  rig.changeDatabase("insert into setting values ('before')", 1)
  await rig.install('2.0.0')
  const first = await rig.boot.next()
  rig.changeDatabase("insert into setting values ('meanwhile')", 1)
  first.trial!.failed('no')
  await rig.next()
  assert.deepEqual(rig.database(), { values: ['before', 'meanwhile'], schema: 1 })

  await rig.install('2.0.1')
  const second = await rig.boot.next()
  rig.changeDatabase("insert into setting values ('lost'); create table other (id)", 2)
  second.trial!.failed('no')
  assert.equal(await rig.next(), 'installed')
  assert.deepEqual(rig.database(), { values: ['before', 'meanwhile'], schema: 1 })
  assert.ok(readdirSync(rig.dataDir).includes('vedette.db.newer-1234'))
  assert.match(readNotes(rig.places).at(-1) ?? '', /the database is that of before$/)
})

/** Starts as the supervisor does until a version stays: slots fail, and migrate the database before. */
async function settle(rig: Rig): Promise<void> {
  for (let starts = 0; starts < 8; starts += 1) {
    const program = await rig.newBoot().next()
    if (program.trial === undefined) {
      assert.equal(rig.where(program), 'installed')
      return
    }
    assert.ok(existsSync(program.file))
    rig.changeDatabase('create table if not exists other (id)', 2)
    program.trial.failed('on purpose')
  }
  assert.fail('it never settles')
}

test('a power cut at any step of a trial leaves a camera that starts, with its settings', async (t) => {
  for (let step = 0; ; step += 1) {
    const rig = new Rig(t)
    rig.changeDatabase("insert into setting values ('kept')", 1)
    await rig.install('2.0.0')
    const isWhole = await withPowerCut(step, () => settle(rig))
    await settle(rig)
    assert.deepEqual(rig.database(), { values: ['kept'], schema: 1 }, `step ${step}`)
    assert.equal(readState(rig.places).trial, null)
    clearRubbish(rig.places)
    assert.deepEqual(readdirSync(rig.places.folder).sort(), ['notes.json', 'state.json'])
    if (isWhole) {
      assert.ok(step > 20, `${step} steps were looked at`)
      return
    }
  }
})

test('a power cut at any step of an installation leaves the former version or the new one', async (t) => {
  const seen = new Set<string>()
  for (let step = 0; ; step += 1) {
    const rig = new Rig(t)
    await rig.upgrade('2.0.0')
    await rig.upgrade('3.0.0')
    const isWhole = await withPowerCut(step, () => rig.install('4.0.0'))
    clearRubbish(rig.places)
    const program = await rig.newBoot().next()
    assert.ok(existsSync(program.file), `step ${step}`)
    seen.add(`${rig.where(program)}: ${program.name}`)
    const { active, trial } = readState(rig.places)
    const slots = readdirSync(rig.places.folder).filter((name) => name.length === 1)
    assert.deepEqual(slots, [active, trial?.slot].filter((slot): slot is Slot => slot != null).sort())
    if (isWhole) break
  }
  assert.deepEqual([...seen].sort(), ['data/firmware/a: 4.0.0 (1)', 'data/firmware/b: 3.0.0 (1)'])
})

test('the state is read as it was written', (t) => {
  const rig = new Rig(t)
  mkdirSync(rig.places.folder)
  const state = {
    active: 'b',
    trial: { slot: 'a', tries: 2, verdict: 'why' },
    failed: { version: '1.2.3', build: '4', why: 'x' },
  } as const
  writeState(rig.places, state)
  assert.deepEqual(readState(rig.places), state)
})
