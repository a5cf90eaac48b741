import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, beforeEach, test } from 'node:test'
import { CameraError } from '../../base/errors.ts'
import { toLocal, UTC } from '../../base/local-time.ts'
import { WeeklyGate } from '../../base/weekly-gate.ts'
import { Refused } from '../notifier.ts'
import { deliveryOf, testEvent } from '../test-event.ts'
import { signatureOf, webhookNotifier } from './webhook.ts'

const NOW = Date.UTC(2026, 10, 23, 10, 15, 2)
let server: Server
let url: string
let status = 204
const seen: { request: IncomingMessage; body: string }[] = []

before(async () => {
  server = createServer((request, response) => {
    let body = ''
    request.on('data', (chunk) => {
      body += chunk
    })
    request.on('end', () => {
      seen.push({ request, body })
      response.writeHead(status, { Location: '/elsewhere' }).end()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=abc`
})
after(() => server.close())
beforeEach(() => {
  status = 204
  seen.length = 0
})

function notifier({ name = 'Door', allowLocalTargets = true, hours = '1'.repeat(168) } = {}) {
  const gate = new WeeklyGate(() => toLocal(UTC, NOW))
  gate.configure({ isEnabled: true, hours })
  return webhookNotifier({
    webhooks: () => [{ url, secret: 'a secret' }],
    gate,
    names: () => ({ name, serial: 'S1' }),
    nowMs: () => NOW,
    allowLocalTargets,
  })
}

async function deliver(hook = notifier()): Promise<void> {
  const [order] = await hook.plan(testEvent(), 'began')
  await hook.deliver(deliveryOf(order!), new AbortController().signal)
}

test('an event reaches the webhook with a signature that its secret proves', async () => {
  const name = 'Door"}\r\nX-Evil: 1'
  await deliver(notifier({ name }))
  const [{ request, body }] = seen as [(typeof seen)[0]]
  assert.deepEqual(JSON.parse(body), {
    id: 7,
    kind: 'motion',
    state: 'began',
    time: '2026-11-23T10:15:00.000Z',
    channel: 0,
    camera: name,
    serial: 'S1',
    score: 0.25,
  })
  const timestamp = String(request.headers['x-vedette-timestamp'])
  assert.equal(timestamp, String(NOW / 1000))
  assert.equal(request.headers['x-vedette-signature'], signatureOf('a secret', timestamp, body))
  assert.notEqual(request.headers['x-vedette-signature'], signatureOf('another', timestamp, body))
  assert.equal(request.headers['x-evil'], undefined)
  assert.equal(request.url, '/hook?key=abc')
})

test('the begin and the end are told, in the scheduled hours only, and what is stored holds no address', async () => {
  const hook = notifier()
  assert.equal((await hook.plan(testEvent(), 'lasts')).length, 0)
  const [order] = await hook.plan(testEvent({ endMs: NOW }), 'ended')
  assert.match(JSON.stringify(order), /ended/)
  assert.doesNotMatch(JSON.stringify(order), /abc|secret|127\.0/)
  assert.deepEqual(await notifier({ hours: '0'.repeat(168) }).plan(testEvent(), 'began'), [])
})

for (const code of [400, 401, 404, 410]) {
  test(`status ${code} is a refusal for good`, async () => {
    status = code
    await assert.rejects(deliver(), Refused)
  })
}

for (const code of [302, 408, 429, 500, 503]) {
  test(`status ${code} is tried again, and no redirect is followed`, async () => {
    status = code
    await assert.rejects(
      deliver(),
      (error) => error instanceof CameraError && error.kind === 'receive-failed',
    )
    assert.equal(seen.length, 1)
  })
}

test('loopback is refused unless it is allowed', async () => {
  await assert.rejects(
    deliver(notifier({ allowLocalTargets: false })),
    (error) => error instanceof CameraError && /allow-local-targets/.test(error.message),
  )
  assert.equal(seen.length, 0)
})
