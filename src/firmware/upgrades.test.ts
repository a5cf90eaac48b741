/** Upgrades as commands see them: one at a time, whole or in pieces, and what is told about them. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { manualClock } from '../base/clock.ts'
import { CameraError, type ErrorKind } from '../base/errors.ts'
import { toLocal, UTC } from '../base/local-time.ts'
import { silentLog } from '../base/log.ts'
import type { Feed, Offer } from './feed.ts'
import { hashOfModules } from './modules.ts'
import { addNote } from './notes.ts'
import { PieceOrder, pieceOf } from './pieces.ts'
import { placesIn, readState, writeState } from './state.ts'
import { archiveOf, filesOf, KEYS, packageOf } from './test-package.ts'
import { Upgrades } from './upgrades.ts'

const BUILD = '5'
const LOCK = '{"packages":{}}'
const ADMIN = { userName: 'admin', address: '192.168.1.9' }

interface Rig {
  readonly upgrades: Upgrades
  readonly effects: string[]
  readonly notes: string[]
  readonly clock: ReturnType<typeof manualClock>
  readonly dataDir: string
  readonly installation: string
}

/** A camera that runs version 1.0.0. */
function makeRig(t: TestContext, { feed, hasKeys = true }: { feed?: Feed; hasKeys?: boolean } = {}): Rig {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-upgrades-'))
  const [dataDir, installation] = [join(folder, 'data'), join(folder, 'installed')]
  mkdirSync(join(installation, 'keys'), { recursive: true })
  writeFileSync(join(installation, 'package.json'), JSON.stringify({ version: '1.0.0', build: BUILD }))
  writeFileSync(join(installation, 'package-lock.json'), LOCK)
  if (hasKeys) {
    writeFileSync(join(installation, 'keys/a.pub'), KEYS.publicKey.export({ type: 'spki', format: 'pem' }))
  }
  const effects: string[] = []
  const notes: string[] = []
  const clock = manualClock()
  const upgrades = new Upgrades({
    ...{ dataDir, installation, running: { version: '1.0.0', build: BUILD }, updateKey: undefined, feed },
    ...{ serial: '00000000000000', localTime: () => toLocal(UTC, clock.wallMs()), clock, log: silentLog },
    deviceLog: {
      write: ({ type, detail, userName = 'camera' }) => notes.push(`${type} ${userName}: ${detail}`),
    },
    reboot: () => effects.push('reboot'),
    resetAtNextStart: () => effects.push('reset'),
  })
  upgrades.start()
  t.after(async () => {
    await upgrades.stop()
    rmSync(folder, { recursive: true, force: true })
  })
  return { upgrades, effects, notes, clock, dataDir, installation }
}

async function makePackage(version: string, build = BUILD): Promise<Buffer> {
  const modules = hashOfModules(LOCK)
  return packageOf(await archiveOf(filesOf(version, build)), { version, build, modules })
}

async function* chunksOf(content: Buffer, size = 1000): AsyncGenerator<Buffer> {
  for (let offset = 0; offset < content.length; offset += size) yield content.subarray(offset, offset + size)
}

const whole = (content: Buffer, resets = false, filename = 'vedette.pak') => ({
  filename,
  content: chunksOf(content),
  resets,
})
const kind = (wanted: ErrorKind) => (error: unknown) => error instanceof CameraError && error.kind === wanted

test('a good package is installed, noted, and the camera reboots', async (t) => {
  const { upgrades, effects, notes, dataDir } = makeRig(t)
  await upgrades.receive(whole(await makePackage('2.0.0')), ADMIN)
  assert.deepEqual(effects, ['reboot'])
  assert.deepEqual(notes, ['upgrade admin: version 2.0.0 (5) is installed; the camera restarts'])
  assert.deepEqual(upgrades.status(), { percent: 100, failure: undefined })
  assert.deepEqual(readState(placesIn(dataDir)).trial, { slot: 'a', tries: 0 })
  await assert.rejects(upgrades.receive(whole(await makePackage('3.0.0')), ADMIN), kind('set-failed'))
})

test('the settings are reset if the upload or its announcement says so', async (t) => {
  for (const [announced, resets, uploaded, expected] of [
    [undefined, true, 'a.pak', ['reset', 'reboot']],
    [{ name: 'a.pak', resets: true }, false, 'A.pak', ['reset', 'reboot']],
    [{ name: 'a.pak', resets: false }, false, 'a.pak', ['reboot']],
    [{ name: 'b.pak', resets: true }, false, 'a.pak', ['reboot']],
  ] as const) {
    const { upgrades, effects } = makeRig(t)
    if (announced) upgrades.announce(announced.name, announced.resets)
    await upgrades.receive(whole(await makePackage('2.0.0'), resets, uploaded), ADMIN)
    assert.deepEqual(effects, expected)
  }
})

test('an announcement is forgotten after ten minutes', async (t) => {
  const { upgrades, effects, clock } = makeRig(t)
  upgrades.announce('a.pak', true)
  clock.advance(600_001)
  await upgrades.receive(whole(await makePackage('2.0.0'), false, 'a.pak'), ADMIN)
  assert.deepEqual(effects, ['reboot'])
})

const REFUSED: readonly [string, () => Promise<Buffer>, ErrorKind][] = [
  ['the same version', () => makePackage('1.0.0'), 'same-version'],
  ['an older version', () => makePackage('0.9.0'), 'check-failed'],
  ['an older build', () => makePackage('1.0.0', '4'), 'check-failed'],
  [
    'one that needs other modules',
    async () => packageOf(await archiveOf(filesOf('2.0.0', BUILD)), { modules: 'other' }),
    'check-failed',
  ],
  [
    'one without a camera',
    async () => packageOf(await archiveOf([]), { build: BUILD, modules: hashOfModules(LOCK) }),
    'check-failed',
  ],
  [
    'one whose files are another version',
    async () =>
      packageOf(await archiveOf(filesOf('9.0.0', BUILD)), { build: BUILD, modules: hashOfModules(LOCK) }),
    'check-failed',
  ],
  [
    'one that brings modules it does not announce',
    async () => {
      const files = [...filesOf('2.0.0', BUILD), { name: 'node_modules/x/index.js', content: '' }]
      return packageOf(await archiveOf(files), { build: BUILD, modules: hashOfModules(LOCK) })
    },
    'check-failed',
  ],
]
for (const [what, make, expected] of REFUSED) {
  test(`${what} is refused, noted, and changes nothing`, async (t) => {
    const { upgrades, effects, notes, dataDir } = makeRig(t)
    await assert.rejects(upgrades.receive(whole(await make()), ADMIN), kind(expected))
    assert.deepEqual(effects, [])
    assert.match(notes.join(), /^upgrade admin: an upgrade failed: /)
    assert.deepEqual(upgrades.status(), { percent: 0, failure: expected })
    const { folder } = placesIn(dataDir)
    assert.deepEqual(
      readdirSync(folder).filter((name) => name !== 'incoming'),
      [],
    )
    // Another try is welcome.
    await upgrades.receive(whole(await makePackage('2.0.0')), ADMIN)
    assert.deepEqual(effects, ['reboot'])
  })
}

test('a version that brings its own modules needs none of the installation', async (t) => {
  const { upgrades, effects, dataDir } = makeRig(t)
  const files = [...filesOf('2.0.0', BUILD), { name: 'node_modules/x/index.js', content: '' }]
  const header = { build: BUILD, modules: 'other', withModules: true }
  await upgrades.receive(whole(packageOf(await archiveOf(files), header)), ADMIN)
  assert.deepEqual(effects, ['reboot'])
  assert.ok(existsSync(join(placesIn(dataDir).slot('a'), 'node_modules/x/index.js')))
})

test('without a key every package is refused, and the reason names the way out', async (t) => {
  const { upgrades, notes } = makeRig(t, { hasKeys: false })
  await assert.rejects(upgrades.receive(whole(await makePackage('2.0.0')), ADMIN), kind('check-failed'))
  assert.match(notes.join(), /no update key; .*--update-key/)
})

test('keys are read when a package comes; what is no key is passed over', async (t) => {
  const { upgrades, effects, installation } = makeRig(t, { hasKeys: false })
  writeFileSync(join(installation, 'keys/broken.pub'), 'no key')
  writeFileSync(join(installation, 'keys/good.pub'), KEYS.publicKey.export({ type: 'spki', format: 'pem' }))
  await upgrades.receive(whole(await makePackage('2.0.0')), ADMIN)
  assert.deepEqual(effects, ['reboot'])
})

test('an upload that breaks off leaves room for the next', async (t) => {
  const { upgrades, effects } = makeRig(t)
  const content = await makePackage('2.0.0')
  const broken = async function* () {
    yield content.subarray(0, 600)
    throw new CameraError('receive-failed', 'the upload broke off')
  }
  const upload = { filename: 'a.pak', content: broken(), resets: false }
  await assert.rejects(upgrades.receive(upload, ADMIN), kind('receive-failed'))
  assert.deepEqual(upgrades.status(), { percent: 0, failure: 'receive-failed' })
  await upgrades.receive(whole(content), ADMIN)
  assert.deepEqual(effects, ['reboot'])
})

test('while one package is received another is refused, also in pieces or online', async (t) => {
  const feed = feedOf({ version: '3.0.0', build: '1' })
  const { upgrades, effects } = makeRig(t, { feed })
  const content = await makePackage('2.0.0')
  const { promise: rest, resolve: finish } = Promise.withResolvers<void>()
  const slow = async function* () {
    yield content.subarray(0, content.length - 10)
    await rest
    yield content.subarray(content.length - 10)
  }
  const first = upgrades.receive({ filename: 'a.pak', content: slow(), resets: false }, ADMIN)
  while (upgrades.status().percent < 70) await new Promise(setImmediate)
  for (const other of [
    () => upgrades.receive(whole(content), ADMIN),
    () => upgrades.receive(whole(content, false, 'a.pak&id&0&10'), ADMIN),
    () => upgrades.upgradeOnline(ADMIN),
    async () => upgrades.announce('a.pak', false),
  ]) {
    await assert.rejects(other, kind('set-failed'))
  }
  finish()
  await first
  assert.deepEqual(effects, ['reboot'])
})

test('while a version is on trial no other is taken', async (t) => {
  const { upgrades, dataDir } = makeRig(t)
  const places = placesIn(dataDir)
  writeState(places, { ...readState(places), trial: { slot: 'a', tries: 1 } })
  await assert.rejects(upgrades.receive(whole(await makePackage('2.0.0')), ADMIN), kind('set-failed'))
})

test('what the supervisor noted is told once, and its failure shows', (t) => {
  const { upgrades, notes, dataDir } = makeRig(t)
  const places = placesIn(dataDir)
  addNote(places, 'version 2.0.0 (1) is given up: it crashed')
  writeState(places, { ...readState(places), failed: { version: '2.0.0', build: '1', why: 'it crashed' } })
  for (const _start of [1, 2]) upgrades.start()
  assert.deepEqual(notes, ['upgrade camera: version 2.0.0 (1) is given up: it crashed'])
  assert.deepEqual(upgrades.status(), { percent: 0, failure: 'set-failed' })
})

test('pieces that stop coming are dropped after ten minutes', async (t) => {
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const { upgrades, dataDir } = makeRig(t)
  const content = await makePackage('2.0.0')
  const piece = (number: number, bytes: Buffer) => whole(bytes, false, `a.pak&id&${number}&${content.length}`)
  const begin = content.subarray(0, content.length - 10)
  await upgrades.receive(piece(0, begin), ADMIN)
  assert.equal(readdirSync(placesIn(dataDir).incoming).length, 1)
  t.mock.timers.tick(600_000)
  await assert.rejects(upgrades.receive(piece(1, content.subarray(begin.length)), ADMIN), kind('bad-value'))
  while (readdirSync(placesIn(dataDir).incoming).length > 0) await new Promise(setImmediate)
})

test('any names and sizes of pieces are taken in order or refused', () => {
  const part = fc.constantFrom(
    '',
    'a.pak',
    '&',
    '&0',
    '&1',
    '&id',
    '&10',
    '&-1',
    '&1e3',
    '&99999999999999',
    '\0',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 8 }), fc.array(fc.nat(20), { maxLength: 8 }), (parts, sizes) => {
      const piece = pieceOf(parts.join(''))
      if (piece === undefined) return
      const order = new PieceOrder(piece)
      let sum = 0
      try {
        for (const [number, size] of sizes.entries()) {
          order.check({ ...piece, number })
          sum += size
          assert.equal(order.take(size), sum === piece.totalBytes)
          if (sum === piece.totalBytes) return
        }
      } catch (error) {
        assert.ok(kind('bad-value')(error), String(error))
      }
    }),
  )
})

/** An update server that offers one version and sends its package. */
function feedOf(version: { version: string; build: string }): Feed {
  const offer: Offer = { ...version, file: 'a.pak', size: 1, sha512: '' }
  return {
    latest: async () => offer,
    download: async () => chunksOf(await makePackage(version.version, version.build)),
    stop: () => {},
  } as unknown as Feed
}

test('a newer version of the update server is found and installed', async (t) => {
  const { upgrades, effects } = makeRig(t, { feed: feedOf({ version: '2.0.0', build: BUILD }) })
  assert.equal(upgrades.isOnline, true)
  assert.equal(await upgrades.hasNewer(), true)
  await upgrades.upgradeOnline(ADMIN)
  while (effects.length === 0) await new Promise(setImmediate)
  assert.deepEqual(effects, ['reboot'])
})

test('an update server without anything newer, and none at all, change nothing', async (t) => {
  const { upgrades } = makeRig(t, { feed: feedOf({ version: '1.0.0', build: BUILD }) })
  assert.equal(await upgrades.hasNewer(), false)
  await assert.rejects(upgrades.upgradeOnline(ADMIN), kind('same-version'))
  const without = makeRig(t).upgrades
  assert.equal(without.isOnline, false)
  await assert.rejects(without.hasNewer(), kind('not-supported'))
  await assert.rejects(without.upgradeOnline(ADMIN), kind('not-supported'))
})

test('by itself the camera upgrades in the night, but not to a version that was given up', async (t) => {
  for (const given of [false, true]) {
    await t.test(given ? 'given up' : 'new', async (t) => {
      t.mock.timers.enable({ apis: ['setInterval'] })
      const { upgrades, effects, clock, dataDir } = makeRig(t, {
        feed: feedOf({ version: '2.0.0', build: BUILD }),
      })
      const places = placesIn(dataDir)
      if (given) {
        writeState(places, { ...readState(places), failed: { version: '2.0.0', build: BUILD, why: 'x' } })
      }
      upgrades.upgradeDaily(true)
      for (let minute = 0; minute < 24 * 60; minute += 1) {
        clock.advance(60_000)
        t.mock.timers.tick(20_000)
        if (minute % 30 === 0) await new Promise((resolve) => setTimeout(resolve, 5))
      }
      await new Promise((resolve) => setTimeout(resolve, 50))
      assert.deepEqual(effects, given ? [] : ['reboot'])
    })
  }
})
