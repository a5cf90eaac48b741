/** Rights that end while a request is under way. */
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
before(async () => {
  api = await startApi()
})
after(() => api.stop())

test('what follows a Logout in a batch is not executed', async () => {
  const token = await api.freshToken()
  const effects = api.effects.length
  const batch = [
    { cmd: 'Logout' },
    { cmd: 'GetUser' },
    { cmd: 'SetOsd', param: { Osd: { osdTime: { enable: 0 } } } },
  ]
  const answers = await api.send(`/api.cgi?token=${token}`, JSON.stringify(batch))
  assert.deepEqual(
    answers.map(({ cmd, error }) => [cmd, error?.rspCode]),
    [
      ['Logout', undefined],
      ['GetUser', -6],
      ['SetOsd', -6],
    ],
  )
  assert.equal(api.effects.length, effects)
})

test('a user who is deleted in the middle of a batch executes nothing more', async () => {
  await api.freshToken()
  await api.addUser('eve')
  const { token } = await api.parts.access.guard.login('eve', ['secret'], '127.0.0.1')
  const batch = JSON.stringify([{ cmd: 'Snap' }, { cmd: 'GetOsd' }])
  const answers = api.send(`/api.cgi?token=${token}`, batch)
  api.removeUser('eve')
  assert.equal((await answers)[1]?.error?.rspCode, -6)
})
