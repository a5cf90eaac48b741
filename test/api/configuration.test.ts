/** ExportCfg, ImportCfg and Restore, as far as the API goes. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, afterEach, before, test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { COMMANDS } from '../../src/api/commands/index.ts'
import { group } from '../../src/api/define/groups.ts'
import { setting } from '../../src/api/define/setting.ts'
import { secret, text } from '../../src/api/define/texts.ts'
import { Dispatcher } from '../../src/api/dispatch.ts'
import { Settings } from '../../src/api/settings.ts'
import { packArchive, unpackArchive } from '../../src/backup/archive.ts'
import { HOSTILE_ARCHIVES } from '../../src/backup/test-archives.ts'
import { silentLog } from '../../src/base/log.ts'
import { credentialsOf, parseQuery } from '../../src/servers/query.ts'
import { type Answer, type ApiKit, startApi } from './kit.ts'

const PASSPHRASE = '0012345678'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())
afterEach(async () => {
  await api.freshToken()
  await setName('Camera1')
  api.events.length = 0
})

/** Sends a request without a body, or with a file as ImportCfg takes it. */
async function send(query: string, file?: Uint8Array, parts = api.parts) {
  const parsed = parseQuery(query)
  const upload = file && { filename: 'config.tgz', content: Readable.from([file]) }
  return await new Dispatcher(COMMANDS, parts).answer({
    query: parsed,
    body: '',
    credentials: credentialsOf(parsed),
    address: '10.0.0.7',
    ...(upload && { upload }),
  })
}

async function exportFile(query = '', parts = api.parts): Promise<Uint8Array> {
  const reply = await send(`cmd=ExportCfg&token=${api.adminToken}${query}`, undefined, parts)
  assert.ok('attachment' in reply, JSON.stringify(reply))
  const { content } = reply.attachment
  assert.ok(content instanceof Uint8Array)
  return content
}

async function importFile(file: Uint8Array, query = '', parts = api.parts): Promise<Answer> {
  const reply = await send(`cmd=ImportCfg&token=${api.adminToken}${query}`, file, parts)
  assert.ok('text' in reply)
  return (JSON.parse(reply.text) as Answer[])[0]!
}

const setName = (name: string) => api.one({ cmd: 'SetOsd', param: { Osd: { osdChannel: { name } } } })

/** Everything an import could change. */
const stateOf = ({ settings, access } = api.parts) =>
  JSON.stringify([settings.all().map(({ key, value }) => [key, value]), access.users.accounts()])

/** A file with some members changed. */
async function changed(change: (document: Record<string, unknown>) => unknown, query = '') {
  const document = JSON.parse(await unpackArchive(await exportFile(query)))
  return await packArchive(JSON.stringify(change(document)))
}

async function assertRefused(file: Uint8Array, query = '', rspCode = -3): Promise<void> {
  const [former, effects] = [stateOf(), api.effects.length]
  api.events.length = 0
  assert.equal((await importFile(file, query)).error?.rspCode, rspCode)
  assert.equal(stateOf(), former)
  assert.equal(api.effects.length, effects)
  const [event, ...more] = api.events
  assert.match(event?.detail ?? '', /^configuration not imported: ./)
  assert.deepEqual([event?.userName, event?.address, more.length], ['admin', '10.0.0.7', 0])
}

test('what was exported is imported again, and stays after a restart', async () => {
  await setName('Garden é😀')
  const former = stateOf()
  const file = await exportFile()
  await setName('Changed')
  await api.one({ cmd: 'SetEnc', param: { Enc: { audio: 1 } } })
  const effects = api.effects.length
  assert.deepEqual(await importFile(file), { cmd: 'ImportCfg', code: 0, value: { rspCode: 200 } })
  assert.equal(stateOf(), former)
  // Only what differed took effect: sound, and the name.
  assert.equal(api.effects.length, effects + 2)
  await api.restart()
  assert.equal(stateOf(), former)
  assert.deepEqual(
    api.events
      .filter(({ detail }) => detail.startsWith('configuration'))
      .map(({ type, detail, userName, address }) => [type, detail, userName, address]),
    [
      ['config', 'configuration exported, without passwords', 'admin', '10.0.0.7'],
      ['config', 'configuration imported, without users', 'admin', '10.0.0.7'],
    ],
  )
})

const presetOf = async (id: number) => {
  const { value = {} } = await api.one({ cmd: 'GetPtzPreset', param: { channel: 0 } })
  const { enable, name } = (value.PtzPreset as { id: number; enable: number; name: string }[])[id - 1]!
  return { enable, name }
}
const setPreset = (PtzPreset: object) =>
  api.one({ cmd: 'SetPtzPreset', param: { PtzPreset: { channel: 0, ...PtzPreset } } })
const stops = [{ id: 3, dwellTime: 5, speed: 20 }]

test('presets and patrol are part of the configuration', async () => {
  await setPreset({ id: 3, enable: 1, name: 'Gate' })
  await api.one({
    cmd: 'SetPtzPatrol',
    param: { PtzPatrol: { channel: 0, id: 1, enable: 1, preset: stops } },
  })
  const file = await exportFile()
  await setPreset({ id: 3, enable: 0 })
  await setPreset({ id: 9, enable: 1, name: 'Later' })
  await api.one({ cmd: 'SetPtzPatrol', param: { PtzPatrol: { channel: 0, id: 1, enable: 0, preset: [] } } })
  assert.equal((await importFile(file)).code, 0)
  for (const _start of ['now', 'after a restart']) {
    assert.deepEqual(await presetOf(3), { enable: 1, name: 'Gate' })
    assert.deepEqual(await presetOf(9), { enable: 0, name: 'pos9' })
    const { value = {} } = await api.one({ cmd: 'GetPtzPatrol', param: { channel: 0 } })
    assert.deepEqual((value.PtzPatrol as { preset: object }[])[0]?.preset, stops)
    await api.restart()
  }
})

test('the file says what it is and where it is from, and a POST makes it as well', async () => {
  const document = JSON.parse(await unpackArchive(await exportFile()))
  const { firmwareVersion, model, serial } = api.parts.device
  assert.equal(document.format, 'vedette-configuration')
  assert.equal(document.madeBy, firmwareVersion)
  assert.deepEqual(document.device, { model, serial })
  assert.ok(Math.abs(Date.parse(document.exportedAt) - Date.now()) < 60_000)
  assert.deepEqual(
    Object.keys(document.settings),
    api.parts.settings.all().map(({ key }) => key),
  )
  assert.deepEqual(document.users[0], { name: 'admin', level: 'admin', builtIn: true })
  assert.deepEqual(await api.one({ cmd: 'ExportCfg', param: { passphrase: PASSPHRASE } }), {
    cmd: '',
    code: 0,
  })
})

test('settings that the file lacks get their factory value, those it has too much are ignored', async () => {
  await setName('Garden')
  const file = await changed((document) => ({
    ...document,
    settings: { 'Osd/7': { osdChannel: 7 }, Future: 'x', 'Enc/0': { audio: 1, future: [] } },
  }))
  assert.equal((await importFile(file)).code, 0)
  assert.match(stateOf(), /"name":"Camera1"/)
  assert.match(stateOf(), /"audio":1/)
  await api.one({ cmd: 'SetEnc', param: { Enc: { audio: 0 } } })
})

for (const { what, file } of HOSTILE_ARCHIVES) {
  test(`an archive with ${what} changes nothing and is noted`, async () => {
    await setName('Kept')
    const document = await unpackArchive(await exportFile())
    await setName('Also kept')
    await assertRefused(file(document))
  })
}

const badSettings: readonly [what: string, settings: unknown][] = [
  ['a value of a wrong type', { 'Osd/0': { osdChannel: { name: {} } } }],
  ['a setting that is a list', { 'Osd/0': [] }],
  ['a setting that is null', { 'Osd/0': null }],
  ['a text that is too long', { 'Osd/0': { osdChannel: { name: 'x'.repeat(32) } } }],
  ['a good one before a bad one', { 'Enc/0': { audio: 1 }, 'Osd/0': { osdTime: { pos: 'Nowhere' } } }],
  ['a combination that is forbidden', { 'Enc/0': { mainStream: { size: '720P', bitRate: 8192 } } }],
  ['login switched off', { Auth: { enable: 0 } }],
  ['__proto__', JSON.parse('{"Osd/0":{"__proto__":{"name":"x"}}}')],
]
for (const [what, settings] of badSettings) {
  test(`a file with ${what} changes nothing and is noted`, async () => {
    await assertRefused(await changed((document) => ({ ...document, settings })))
  })
}

test('whatever a file gives as a value, it is taken as a whole or refused', async () => {
  const values = api.parts.settings.all()
  const leaves = fc.oneof(fc.jsonValue(), fc.constantFrom('720P', 'main', '********', 0, 1, 8192, -1))
  const settings = fc.dictionary(
    fc.constantFrom(...values.map(({ key }) => key), 'Future', ''),
    fc.oneof(
      leaves,
      fc.dictionary(fc.constantFrom('enable', 'osdChannel', 'osdTime', 'mainStream', 'audio'), leaves),
    ),
  )
  const document = JSON.parse(await unpackArchive(await exportFile()))
  await fc.assert(
    fc.asyncProperty(settings, async (some) => {
      const former = stateOf()
      const file = await packArchive(JSON.stringify({ ...document, settings: some }))
      const { error } = await importFile(file)
      if (error === undefined) return
      assert.equal(error.rspCode, -3)
      assert.equal(stateOf(), former)
    }),
    { numRuns: 300 },
  )
  assert.equal((await importFile(await packArchive(JSON.stringify(document)))).code, 0)
})

test('foreign, newer and tampered files and wrong passphrases change nothing and are noted', async () => {
  await assertRefused(await changed((document) => ({ ...document, product: 'Other' })))
  await assertRefused(await changed((document) => ({ ...document, version: 2 })))
  const query = `&passphrase=${PASSPHRASE}`
  const tampered = (document: Record<string, unknown>) => ({ ...document, madeBy: 'somebody' })
  await assertRefused(await changed(tampered, query), query)
  await assertRefused(await exportFile(query), '&passphrase=0012345679')
  await assertRefused(await exportFile(query), '&passphrase=12345678')
  await assertRefused(await exportFile(), query)
  await assertRefused(await exportFile(query), '&users=1')
})

test('files and parameters that are none are refused', async () => {
  await assertRefused(gzipSync('{}'))
  const former = stateOf()
  for (const query of ['&users=2', '&passphrase=short', `&passphrase=${'x'.repeat(129)}`]) {
    assert.notEqual((await importFile(await exportFile(), query)).error, undefined)
    const reply = await send(`cmd=ExportCfg&token=${api.adminToken}${query}`)
    assert.equal('attachment' in reply, query === '&users=2')
  }
  const reply = await send(`cmd=ImportCfg&token=${api.adminToken}`)
  assert.ok('text' in reply && reply.text.includes('-4'))
  assert.equal(stateOf(), former)
})

test('guests and strangers get nothing and change nothing', async () => {
  const file = await exportFile()
  await setName('Kept')
  const former = stateOf()
  for (const cmd of ['ExportCfg', 'ImportCfg', 'Restore']) {
    for (const [query, rspCode] of [
      [`cmd=${cmd}&token=${api.guestToken}`, -26],
      [`cmd=${cmd}`, -6],
    ] as const) {
      const reply = await send(query, cmd === 'ImportCfg' ? file : undefined)
      assert.ok('text' in reply)
      assert.equal((JSON.parse(reply.text) as Answer[])[0]?.error?.rspCode, rspCode)
    }
  }
  assert.equal(stateOf(), former)
})

test('Restore asks for the reset before the restart, and tells who wants it', async () => {
  api.effects.length = 0
  await send(`cmd=Restore&token=${api.adminToken}`)
  assert.deepEqual(api.effects, [{ factoryReset: { userName: 'admin', address: '10.0.0.7' } }, 'reboot'])
})

test('a Restore that cannot be prepared does not restart the camera', async () => {
  api.effects.length = 0
  const factoryReset = {
    atNextStart: () => {
      throw new Error('the disk is full')
    },
  }
  const reply = await send(`cmd=Restore&token=${api.adminToken}`, undefined, { ...api.parts, factoryReset })
  assert.ok('text' in reply && reply.text.includes('-25'))
  assert.deepEqual(api.effects, [])
})

/** A camera with a setting that has a secret. */
function withSecret() {
  const applied: unknown[] = []
  const mail = setting('Mail', {
    guide: ['0', '0'],
    summary: '',
    ability: { key: 'email' },
    fields: group({
      server: text({ maxLen: 31 }),
      login: group({ user: text({ maxLen: 31 }), password: secret({ maxLen: 31 }) }),
    }),
    apply: (value) => {
      applied.push(value)
    },
  })
  const rows: Record<string, unknown> = {}
  const store = {
    load: (key: string) => rows[key],
    save: (changes: Readonly<Record<string, unknown>>) => Object.assign(rows, changes),
  }
  const settings = new Settings({ settings: [mail], channels: 1, store, log: silentLog })
  const parts = { ...api.parts, settings }
  const change = (input: object) =>
    settings.change(mail, 0, input, { userName: 'admin', address: '127.0.0.1' })
  return { parts, change, rows, start: () => settings.applyAll(parts), current: () => settings.current(mail) }
}

test('a secret leaves the camera only under a passphrase, and comes back only with it', async () => {
  const { parts, change, rows, start, current } = withSecret()
  await start()
  await change({ server: 'one.example', login: { user: 'me', password: 'canary' } })
  const sealed = await exportFile(`&passphrase=${PASSPHRASE}`, parts)
  const open = await exportFile('', parts)
  for (const file of [sealed, open]) assert.ok(!gunzipSync(file).includes('canary'))
  assert.deepEqual(JSON.parse(await unpackArchive(open)).settings, {
    Mail: { server: 'one.example', login: { user: 'me' } },
  })

  await change({ server: 'two.example', login: { password: 'other' } })
  // A file that does not tell the secret leaves this camera's own.
  for (const file of [open, sealed]) {
    assert.equal((await importFile(file, '', parts)).code, 0)
    assert.deepEqual(current(), { server: 'one.example', login: { user: 'me', password: 'other' } })
  }
  assert.equal((await importFile(sealed, `&passphrase=${PASSPHRASE}`, parts)).code, 0)
  assert.deepEqual(current(), { server: 'one.example', login: { user: 'me', password: 'canary' } })
  assert.deepEqual(rows.Mail, current())
  assert.ok(!JSON.stringify(api.events).includes('canary'))
  assert.ok(!JSON.stringify(api.events).includes(PASSPHRASE))
})
