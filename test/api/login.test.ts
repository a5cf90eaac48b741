/** Logins, also with credentials in the URL, and the order in which requests are checked (Guide §6). */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

test('a failed login without a body counts as one failure', async () => {
  for (let guess = 0; guess < 4; guess += 1) {
    const [answer] = await api.send(`/api.cgi?cmd=Login&user=admin&password=wrong${guess}`, '')
    assert.equal(answer?.error?.rspCode, -7)
  }
  const [answer] = await api.send('/api.cgi?cmd=Login&user=admin&password=Vedette-1', '')
  assert.equal(answer?.code, 0)
})

test('rtmp=start and rtmp=stop ignore enable, whatever it is', async () => {
  for (const cmd of ['rtmp=start', 'rtmp=stop']) {
    const answer = await api.one({ cmd, Preview: { channel: 0, enable: 7, type: 'main' } })
    assert.equal(answer.code, 0)
  }
})

test('a login without a body takes the password in each reading of the URL', async () => {
  await api.parts.access.users.add({ name: ' eve', password: ' a+b c%41', level: 'guest' })
  for (const spelled of [' a+b c%41', '%20a%2Bb%20c%2541', '+a%2Bb+c%2541']) {
    const [answer] = await api.send(`/api.cgi?cmd=Login&user=%20eve&password=${spelled}`, '')
    assert.equal(answer?.code, 0, spelled)
  }
  const [answer] = await api.send('/api.cgi?cmd=Login&user=eve&password=%20a%2Bb%20c%2541', '')
  assert.equal(answer?.error?.rspCode, -7)
})

test('a login with a password that is no text is refused, one that is too long is wrong', async () => {
  const login = (password: unknown) =>
    api.one({ cmd: 'Login', param: { User: { userName: 'admin', password } } })
  for (const password of [null, {}, [], true]) assert.equal((await login(password)).error?.rspCode, -4)
  assert.equal((await login('x'.repeat(32))).error?.rspCode, -7)
})

const CHECKS: readonly [what: string, body: unknown, rspCode: number][] = [
  ['a missing section before the channel', { cmd: 'SetOsd', param: { channel: 7 } }, -23],
  ['a wrong type before the channel', { cmd: 'SetOsd', param: { channel: 7, Osd: 'x' } }, -4],
  [
    'a text that is too long before the channel',
    { cmd: 'SetOsd', param: { Osd: { channel: 7, osdChannel: { name: 'x'.repeat(32) } } } },
    -22,
  ],
  ['the channel last', { cmd: 'SetOsd', param: { Osd: { channel: 7, osdChannel: { name: 'x' } } } }, -1],
]
for (const [what, body, rspCode] of CHECKS) {
  test(`a request is checked in the order of the guide: ${what}`, async () => {
    await api.freshToken()
    assert.equal((await api.one(body as object)).error?.rspCode, rspCode)
  })
}

test('a request without an entry asks for a login first, then for a command', async () => {
  await api.freshToken()
  const [nobody] = await api.send('/api.cgi', '[]')
  assert.equal(nobody?.error?.rspCode, -6)
  const [admin] = await api.send(`/api.cgi?token=${api.adminToken}`, '[]')
  assert.deepEqual([admin?.cmd, admin?.error?.rspCode], ['Unknown', -24])
})

test('an empty parameter of the URL counts as left out', async () => {
  await api.freshToken()
  const [answer] = await api.send(`/api.cgi?cmd=GetOsd&channel=&token=${api.adminToken}`, '')
  assert.equal(answer?.code, 0)
})

test('GetAbility takes a user name that arrives as a number', async () => {
  await api.freshToken()
  const answer = await api.one({ cmd: 'GetAbility', param: { User: { userName: 4711 } } })
  assert.equal(answer.error?.rspCode, -27)
})
