/** Logins whose credentials stand in the URL. */
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
