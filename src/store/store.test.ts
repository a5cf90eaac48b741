import assert from 'node:assert/strict'
import { existsSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { manualClock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { openStore } from './store.ts'

const DAY_MS = 24 * 3_600_000

function setUp(context: TestContext) {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-store-'))
  context.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const open = () => openStore({ dataDir, clock: manualClock(42), log: silentLog })
  return { dataDir, open }
}

test('everything is there after a restart', (context) => {
  const { open } = setUp(context)
  const admin = { name: 'admin', level: 'admin', passwordHash: 'x', builtIn: true } as const
  const first = open()
  first.settings.save({ 'Enc/0': { audio: 1, name: '😀' }, gone: 1 })
  first.settings.save({ gone: undefined })
  first.users.save(admin)
  first.throttle.saveLock({ key: 'a', untilMs: 5, lastedMs: 3 }, 0)
  first.throttle.saveKnown({ key: 'b', seenMs: 7.5 })
  first.close()
  const second = open()
  assert.deepEqual(second.settings.load('Enc/0'), { audio: 1, name: '😀' })
  assert.equal(second.settings.load('gone'), undefined)
  assert.deepEqual(second.users.all(), [admin])
  assert.deepEqual(second.throttle.locks(), [{ key: 'a', untilMs: 5, lastedMs: 3 }])
  assert.deepEqual(second.throttle.known(), [{ key: 'b', seenMs: 8 }])
  second.close()
})

test('nobody else can read the files', (context) => {
  const { dataDir, open } = setUp(context)
  const folder = join(dataDir, 'new')
  const store = openStore({ dataDir: folder, clock: manualClock(), log: silentLog })
  store.settings.save({ key: 1 })
  store.markProtected()
  assert.equal(statSync(folder).mode & 0o077, 0)
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
  store.close()
  for (const name of readdirSync(folder)) assert.equal(statSync(join(folder, name)).mode & 0o077, 0, name)
  open().close()
})

test('all values of a change are stored, or none', (context) => {
  const { open } = setUp(context)
  const store = open()
  const circle: Record<string, unknown> = {}
  circle.self = circle
  assert.throws(() => store.settings.save({ good: 1, bad: circle }))
  assert.equal(store.settings.load('good'), undefined)
  store.settings.save({ good: 2 })
  assert.equal(store.settings.load('good'), 2)
  store.close()
})

test('keys and names are data, whatever stands in them', (context) => {
  const { open } = setUp(context)
  const store = open()
  const nasty = `x'; drop table user; -- " \0 %_`
  store.settings.save({ [nasty]: nasty })
  store.users.save({ name: nasty, level: 'guest', passwordHash: '', builtIn: false })
  assert.equal(store.settings.load(nasty), nasty)
  assert.equal(store.users.all()[0]?.name, nasty)
  store.users.remove(nasty)
  assert.deepEqual(store.users.all(), [])
  store.close()
})

test('what SQLite refuses is an error of the camera and changes nothing', (context) => {
  const { open } = setUp(context)
  const store = open()
  assert.throws(
    () => store.users.save({ name: 'eve', level: 'root' as 'admin', passwordHash: '', builtIn: false }),
    (error) => error instanceof CameraError && error.kind === 'write-failed',
  )
  assert.deepEqual(store.users.all(), [])
  store.close()
})

test('locks and known addresses that are long over are forgotten', (context) => {
  const { open } = setUp(context)
  const store = open()
  store.throttle.saveLock({ key: 'old', untilMs: 0, lastedMs: 1 }, 0)
  store.throttle.saveLock({ key: 'new', untilMs: DAY_MS, lastedMs: 1 }, DAY_MS)
  assert.deepEqual(
    store.throttle.locks().map(({ key }) => key),
    ['new'],
  )
  store.throttle.saveKnown({ key: 'old', seenMs: 0 })
  store.throttle.saveKnown({ key: 'new', seenMs: 31 * DAY_MS })
  assert.deepEqual(
    store.throttle.known().map(({ key }) => key),
    ['new'],
  )
  store.close()
})

test('the mark of a protected camera is for ever', (context) => {
  const { dataDir, open } = setUp(context)
  const fresh = open()
  assert.ok(!fresh.isProtected)
  fresh.markProtected()
  fresh.markProtected()
  fresh.close()
  const again = open()
  assert.ok(again.isProtected)
  assert.ok(!existsSync(join(dataDir, 'protected.unfinished')))
  again.close()
})
