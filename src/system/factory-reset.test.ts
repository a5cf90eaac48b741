import assert from 'node:assert/strict'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { type FactoryReset, performFactoryReset, requestFactoryReset } from './factory-reset.ts'
import type { LogEvent } from './log-event.ts'

const CONFIGURATION = [
  'vedette.db',
  'vedette.db-wal',
  'vedette.db-shm',
  'vedette.db.copy',
  'vedette.db.copy.unfinished',
  'vedette.db.damaged-42',
  'vedette.db.damaged-42-wal',
  'protected',
]
const OTHERS = ['vedette.yaml', 'note.txt']
const BY = { userName: 'eve "<', address: '10.0.0.7' }
const SERIAL = '12345678901234'
const KEPT = { 'device.serial': SERIAL, 'clock.offsetMs': -5000 }
const VALUES = {
  load: (key: string) => (Object.hasOwn(KEPT, key) ? KEPT[key as keyof typeof KEPT] : 'configuration'),
}

function setUp(context: TestContext) {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-reset-'))
  context.after(() => rmSync(folder, { recursive: true, force: true }))
  for (const name of [...CONFIGURATION, ...OTHERS]) writeFileSync(join(folder, name), name)
  for (const name of ['tls', 'recordings']) {
    mkdirSync(join(folder, name))
    writeFileSync(join(folder, name, 'file'), name)
  }
  const events: LogEvent[] = []
  return {
    folder,
    events,
    deviceLog: { write: (event: LogEvent) => events.push(event), flush: () => undefined },
  }
}

/** What a reset puts into the new store. */
function keptBy(reset: FactoryReset | undefined): unknown {
  let kept: unknown
  reset?.keep({
    save: (changes) => {
      kept = changes
    },
  })
  return kept
}

test('without a request nothing is deleted', (context) => {
  const { folder } = setUp(context)
  const before = readdirSync(folder)
  assert.equal(performFactoryReset(folder), undefined)
  assert.deepEqual(readdirSync(folder), before)
})

test('a request deletes the configuration at the next start, and nothing else', (context) => {
  const { folder, events, deviceLog } = setUp(context)
  requestFactoryReset(folder, VALUES, BY)
  assert.ok(existsSync(join(folder, 'vedette.db')))
  assert.equal(statSync(join(folder, 'factory-reset')).mode & 0o077, 0)
  const reset = performFactoryReset(folder)
  assert.deepEqual(keptBy(reset), KEPT)
  assert.deepEqual(readdirSync(folder).sort(), ['factory-reset', 'recordings', ...OTHERS].sort())
  reset?.finish(deviceLog)
  assert.deepEqual(events, [
    { type: 'system', detail: 'restored to factory settings', userName: 'eve "<', address: '10.0.0.7' },
  ])
  assert.deepEqual(readdirSync(folder).sort(), ['recordings', ...OTHERS].sort())
  assert.equal(performFactoryReset(folder), undefined)
})

test('a start that was killed in between is done anew, whatever is there by then', (context) => {
  const { folder, deviceLog } = setUp(context)
  requestFactoryReset(folder, VALUES, BY)
  for (const survivor of CONFIGURATION) {
    performFactoryReset(folder)
    writeFileSync(join(folder, survivor), 'half made')
    mkdirSync(join(folder, 'tls'))
  }
  const reset = performFactoryReset(folder)
  assert.deepEqual(keptBy(reset), KEPT)
  reset?.finish(deviceLog)
  assert.deepEqual(readdirSync(folder).sort(), ['recordings', ...OTHERS].sort())
})

for (const content of ['', '{', 'null', '7', '{"kept":7}']) {
  test(`a marker counts also with ${JSON.stringify(content)} in it`, (context) => {
    const { folder, events, deviceLog } = setUp(context)
    writeFileSync(join(folder, 'factory-reset'), content)
    const reset = performFactoryReset(folder)
    assert.deepEqual(keptBy(reset), { 'device.serial': undefined, 'clock.offsetMs': undefined })
    assert.ok(!existsSync(join(folder, 'vedette.db')))
    reset?.finish(deviceLog)
    assert.deepEqual(events, [{ type: 'system', detail: 'restored to factory settings' }])
  })
}

test('an unfinished request is none', (context) => {
  const { folder } = setUp(context)
  writeFileSync(join(folder, 'factory-reset.unfinished'), '')
  assert.equal(performFactoryReset(folder), undefined)
})

test('a request that cannot be stored is an error', (context) => {
  const { folder } = setUp(context)
  assert.throws(
    () => requestFactoryReset(join(folder, 'missing'), VALUES, BY),
    (error) => error instanceof CameraError && error.kind === 'write-failed',
  )
})
