/** What has restarted, opened or filled cameras of this kind, tried on every command (docs/design/security.md). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { COMMANDS, SETTINGS } from '../../src/api/commands/index.ts'
import type { Command } from '../../src/api/define/command.ts'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

const INTERNAL = -25
const SHAPES = [null, 'x', 7, -1, true, [], [[{}]], [null]]
/** Without Login, whose failures lock the address. */
const BEHIND_LOGIN = COMMANDS.filter(({ access }) => access !== 'anyone')

for (const { name, section, readOnly } of BEHIND_LOGIN) {
  if (section === undefined) continue
  test(`CVE-2021-44354 to 44419: ${name} takes no other type for ${section}`, async () => {
    const effects = api.effects.length
    for (const shape of SHAPES) {
      const answer = await api.one({ cmd: name, param: { [section]: shape } })
      assert.notEqual(answer.error?.rspCode, INTERNAL, JSON.stringify(shape))
      if (!readOnly) assert.equal(answer.code, 1, JSON.stringify(shape))
    }
    assert.equal(api.effects.length, effects)
  })
}

test('CVE-2021-44354 to 44419: whatever stands in a member, a command answers and the camera goes on', async () => {
  const nasty = fc.oneof(
    fc.jsonValue(),
    fc.constantFrom('__proto__', 'constructor', '\u0000', '\r\n', '9'.repeat(400), 1e308, -0, 2 ** 53),
  )
  const call = fc.constantFrom(...BEHIND_LOGIN).chain((command) => {
    const whole = exampleOf(command)
    return fc.tuple(fc.constant(command), fc.constantFrom(...pathsOf(whole)), nasty)
  })
  await fc.assert(
    fc.asyncProperty(call, async ([command, path, value]) => {
      const token = await api.freshToken()
      const param = replaced(exampleOf(command), path, value)
      const answer = await api.one({ cmd: command.name, param }, { token })
      assert.notEqual(answer.error?.rspCode, INTERNAL)
    }),
    { numRuns: 1500 },
  )
  await api.freshToken()
  for (const { commands } of SETTINGS) {
    assert.equal((await api.one({ cmd: commands[0].name, param: { channel: 0 } })).code, 0, commands[0].name)
  }
})

test('members of the prototype are members like any other', async () => {
  const token = await api.freshToken()
  for (const body of [
    '[{"cmd":"SetOsd","param":{"Osd":{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}}}]',
    '[{"cmd":"SetOsd","__proto__":{"polluted":1},"param":{"__proto__":{"polluted":1},"Osd":{}}}]',
    '[{"cmd":"__proto__"},{"cmd":"constructor"},{"cmd":"toString"},{"cmd":"hasOwnProperty"}]',
  ]) {
    for (const { error } of await api.send(`/api.cgi?token=${token}`, body))
      assert.notEqual(error?.rspCode, INTERNAL)
  }
  assert.equal(({} as Record<string, unknown>).polluted, undefined)
})

/** Hands out what the commands that take such a text must refuse. */
const REFUSED: readonly [cmd: string, section: string, members: readonly string[], text: string][] = [
  ...[';touch F', '$(touch F)', '`touch F`', "a'b", 'a|b', 'a b', '-oX', 'a\r\nb', '0x7f.0.0.1;'].flatMap(
    (text) =>
      [
        ['SetDdns', 'Ddns', ['domain'], text],
        ['SetNtp', 'Ntp', ['server'], text],
        ['SetEmail', 'Email', ['smtpServer'], text],
        ['TestEmail', 'Email', ['smtpServer'], text],
        ['SetFtp', 'Ftp', ['server'], text],
        ['TestFtp', 'Ftp', ['server'], text],
      ] as [string, string, string[], string][],
  ),
  ...[
    'a@b.c;touch F',
    '"evil@x.y x"@d.e',
    'a@b.c\r\nBcc: e@f.g',
    'a@b.c, e@f.g',
    '<a@b.c>',
    'a@[::1',
  ].flatMap(
    (text) =>
      [
        ['SetEmail', 'Email', ['addr1', 'addr2', 'addr3', 'userName'], text],
        ['TestEmail', 'Email', ['addr1', 'addr2', 'addr3', 'userName'], text],
      ] as [string, string, string[], string][],
  ),
  ['TestFtp', 'Ftp', ['userName', 'password', 'remoteDir'], 'p\r\nDELE x'],
  ['SetFtp', 'Ftp', ['userName', 'password', 'remoteDir'], 'p\r\nDELE x'],
  ['TestFtp', 'Ftp', ['remoteDir'], 'a/../../b'],
  ['SetEmail', 'Email', ['password'], 'p\r\nRCPT TO:<e@f.g>'],
  ['SetWifi', 'Wifi', ['ssid', 'password'], 'a\nb'],
  ['TestWifi', 'Wifi', ['ssid', 'password'], 'a\nb'],
  ['Set3G', '3G', ['apn', 'userName', 'password', 'phone'], 'a\r\nb'],
  ['SetDevName', 'DevName', ['name'], 'a\u001b[2Jb'],
]

test('CVE-2019-11001, 2021-40407 to 40412, 2025-13033: no field takes what a shell or a server would obey', async () => {
  await api.freshToken()
  for (const [cmd, section, members, text] of REFUSED) {
    for (const member of members) {
      const param = { [section]: { ...exampleIn(cmd, section), [member]: text } }
      const effects = api.effects.length
      const answer = await api.one({ cmd, param })
      assert.equal(answer.error?.rspCode, -4, `${cmd} ${member} ${JSON.stringify(text)}`)
      assert.equal(api.effects.length, effects)
    }
  }
})

test('CVE-2022-21217: TestEmail says what is missing or too long, and takes nothing from an earlier request', async () => {
  const whole = { ...exampleIn('TestEmail', 'Email') }
  assert.equal((await api.one({ cmd: 'TestEmail', param: { Email: whole } })).code, 0)
  const effects = api.effects.length
  for (const member of ['smtpServer', 'smtpPort', 'userName', 'ssl'] as const) {
    const { [member]: _left, ...rest } = whole
    const { error } = await api.one({ cmd: 'TestEmail', param: { Email: rest } })
    assert.equal(error?.rspCode, -23, member)
  }
  for (const [change, rspCode] of [
    [{ smtpServer: 'x'.repeat(500) }, -22],
    [{ smtpPort: 0 }, -4],
    [{ smtpPort: 70_000 }, -4],
    [{ smtpPort: '25;id' }, -4],
  ] as const) {
    const { error } = await api.one({ cmd: 'TestEmail', param: { Email: { ...whole, ...change } } })
    assert.equal(error?.rspCode, rspCode, JSON.stringify(change))
  }
  assert.equal(api.effects.length, effects)
})

test('CVE-2025-55627, 55629: a guest makes no admin, not even of himself, and changes nobody', async () => {
  await api.freshToken()
  const users = (await api.one({ cmd: 'GetUser' })).value
  for (const [cmd, User] of [
    ['AddUser', { userName: 'eve', password: 'eve-secret', level: 'admin' }],
    ['ModifyUser', { userName: 'admin', password: 'eve-secret' }],
    ['ModifyUser', { userName: 'guest', level: 'admin' }],
    ['ModifyUser', { userName: 'guest', password: 'eve-secret', level: 'admin' }],
    ['DelUser', { userName: 'admin' }],
  ] as const) {
    const answer = await api.one({ cmd, param: { User } }, { token: api.guestToken })
    assert.equal(answer.error?.rspCode, -26, cmd)
  }
  assert.deepEqual((await api.one({ cmd: 'GetUser' })).value, users)
})

test('CVE-2021-40413 to 40416: what a guest may not is refused before its body is looked at', async () => {
  for (const { name } of BEHIND_LOGIN) {
    const bare = await api.one({ cmd: name }, { token: api.guestToken })
    if (bare.error?.rspCode !== -26) continue
    for (const param of SHAPES) {
      const answer = await api.one({ cmd: name, param }, { token: api.guestToken })
      assert.equal(answer.error?.rspCode, -26, `${name} ${JSON.stringify(param)}`)
    }
  }
})

test('no secret comes back, in no answer and in no entry of the log', async () => {
  await api.freshToken()
  const canary = (place: string) => `Canary-${place}`
  const email = exampleIn('TestEmail', 'Email')
  for (const [cmd, section] of [
    ['SetEmail', { Email: { ...email, password: canary('mail') } }],
    ['SetFtp', { Ftp: { server: 'ftp.example', userName: 'u', password: canary('ftp') } }],
    ['SetDdns', { Ddns: { domain: 'a.example', userName: 'u', password: canary('ddns') } }],
    ['SetWifi', { Wifi: { ssid: 'Vedette', password: canary('wifi') } }],
    ['Set3G', { '3G': { apn: 'a', userName: 'u', password: canary('3g') } }],
  ] as const)
    assert.equal((await api.one({ cmd, param: section })).code, 0, cmd)
  for (const { name, readOnly } of BEHIND_LOGIN) {
    if (!readOnly) continue
    for (const action of [0, 1]) {
      const answer = await api.one({ cmd: name, action, param: { channel: 0 } })
      assert.doesNotMatch(JSON.stringify(answer), /Canary/, name)
    }
  }
  assert.doesNotMatch(JSON.stringify(api.events), /Canary/)
})

/** The section of a command as its own test for a good one has it. */
function exampleIn(cmd: string, section: string): Record<string, unknown> {
  if (section === 'Email') {
    const server = { smtpServer: 'smtp.example', smtpPort: 465, ssl: 1 }
    return { ...server, userName: 'u@example.org', password: 'p', addr1: 'a@example.org' }
  }
  if (section === 'Ftp') {
    return { server: 'ftp.example', port: 21, anonymous: 0, userName: 'u', password: 'p', remoteDir: '' }
  }
  if (cmd === 'TestWifi') return { ssid: 'Vedette', password: '' }
  return {}
}

/** A param as the declaration makes it. */
function exampleOf({ section, fields }: Command): Record<string, unknown> {
  const initial = fields === undefined ? {} : (fields.show(fields.initial) as object)
  return { channel: 0, ...(section === undefined ? initial : { [section]: initial }) }
}

/** Of every member and group. */
function pathsOf(value: unknown, path: readonly string[] = []): (readonly string[])[] {
  if (typeof value !== 'object' || value === null) return [path]
  return [path, ...Object.entries(value).flatMap(([name, inner]) => pathsOf(inner, [...path, name]))]
}

function replaced(whole: unknown, [first, ...rest]: readonly string[], value: unknown): unknown {
  if (first === undefined) return value
  const copy = structuredClone(whole) as Record<string, unknown>
  copy[first] = replaced(copy[first], rest, value)
  return copy
}
