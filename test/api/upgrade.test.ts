/** What the commands of upgrades ask of the camera, and what they refuse by themselves. */
import assert from 'node:assert/strict'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { COMMANDS } from '../../src/api/commands/index.ts'
import { Dispatcher } from '../../src/api/dispatch.ts'
import { credentialsOf, parseQuery } from '../../src/servers/query.ts'
import { type Answer, type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

/** Sends a file as the HTTP server hands it on. */
async function upload(query: string, filename = 'xxx.pak'): Promise<Answer> {
  const parsed = parseQuery(`cmd=Upgrade&token=${api.adminToken}&${query}`)
  const reply = await new Dispatcher(COMMANDS, api.parts).answer({
    query: parsed,
    body: '',
    credentials: credentialsOf(parsed),
    address: '192.168.1.9',
    upload: { filename, content: Readable.from([Buffer.from('firmware')]) },
  })
  assert.ok('text' in reply)
  return (JSON.parse(reply.text) as Answer[])[0]!
}

for (const [query, resets] of [
  ['clearConfig=0', false],
  ['clearConfig=1', true],
  ['clearConfig=%d', false],
  ['clearConfig=%25d', false],
  ['', false],
] as const) {
  test(`the URL's "${query}" ${resets ? 'resets' : 'keeps'} the settings (Q-51)`, async () => {
    assert.deepEqual((await upload(query)).value, { rspCode: 200 })
    assert.deepEqual(api.effects.at(-1), { received: 'xxx.pak', bytes: 8, resets })
  })
}

test('another clearConfig is refused before the file is looked at', async () => {
  const before = api.effects.length
  for (const value of ['2', 'x', '-1']) {
    assert.equal((await upload(`clearConfig=${value}`)).error?.rspCode, -4)
  }
  assert.equal(api.effects.length, before)
})

test('Upgrade without a file, and all of the chapter for guests, are refused', async () => {
  const before = api.effects.length
  for (const param of [{}, { clearConfig: 1 }, null]) {
    assert.equal((await api.one({ cmd: 'Upgrade', param })).error?.rspCode, -4)
  }
  const names = ['UpgradePrepare', 'UpgradeStatus', 'CheckFirmware', 'UpgradeOnline', 'GetAutoUpgrade']
  for (const cmd of ['Upgrade', ...names, 'SetAutoUpgrade']) {
    const entry = { cmd, param: { fileName: 'x.pak', AutoUpgrade: { enable: 0 } } }
    assert.equal((await api.one(entry, { token: api.guestToken })).error?.rspCode, -26, cmd)
    assert.equal((await api.one(entry, { token: 'none' })).error?.rspCode, -6, cmd)
  }
  assert.equal(api.effects.length, before)
})

test('UpgradePrepare takes names of packages alone', async () => {
  const codeOf = async (param: object) => {
    const { value, error } = await api.one({ cmd: 'UpgradePrepare', action: 1, param })
    return value?.rspCode ?? error?.rspCode
  }
  assert.equal(await codeOf({ restoreCfg: 1, fileName: 'IPC_515.PAK' }), 200)
  assert.deepEqual(api.effects.at(-1), { announced: 'IPC_515.PAK', resets: true })
  assert.equal(await codeOf({ fileName: 'a.paks' }), 200)
  assert.deepEqual(api.effects.at(-1), { announced: 'a.paks', resets: false })
  for (const fileName of ['a.zip', 'pak', '.pak', 'a.pak.sh', '../.pak', 7, '']) {
    assert.equal(await codeOf({ fileName }), -4, JSON.stringify(fileName))
  }
  assert.equal(await codeOf({ restoreCfg: 0 }), -23)
  assert.equal(await codeOf({ restoreCfg: 2, fileName: 'a.pak' }), -4)
  assert.equal(await codeOf({ fileName: `${'a'.repeat(130)}.pak` }), -22)
})
