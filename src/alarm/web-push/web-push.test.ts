/** Against a push service of our own, which decrypts what it got as a browser would. */
import assert from 'node:assert/strict'
import { createECDH, createPublicKey, randomBytes, verify } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import { createRequire } from 'node:module'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { CameraError } from '../../base/errors.ts'
import { toLocal, UTC } from '../../base/local-time.ts'
import { WeeklyGate } from '../../base/weekly-gate.ts'
import type { PushSubscription } from '../../store/push.ts'
import { Refused } from '../notifier.ts'
import { deliveryOf, testEvent } from '../test-event.ts'
import { loadVapidKeys } from './keys.ts'
import { Pause } from './pause.ts'
import { readSubscription } from './subscribe.ts'
import { webPushNotifier } from './web-push.ts'

// It is there with web-push, and the other half of it.
const ece = createRequire(createRequire(import.meta.url).resolve('web-push'))('http_ece') as {
  decrypt(body: Buffer, params: object): Buffer
}
const browser = createECDH('prime256v1')
const auth = randomBytes(16)
const stored = new Map<string, unknown>()
const memory = {
  load: (key: string) => stored.get(key),
  save: (changes: object) => {
    for (const [key, value] of Object.entries(changes)) stored.set(key, value)
  },
}
const subscriptions = new Map<string, PushSubscription>()
let server: Server
let origin: string
let status = 201
let last: { request: IncomingMessage; body: Buffer } | undefined

before(async () => {
  browser.generateKeys()
  server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request) chunks.push(chunk as Buffer)
    last = { request, body: Buffer.concat(chunks) }
    response.writeHead(status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
after(() => server.close())

function subscription(endpoint = `${origin}/send/1`) {
  const keys = { p256dh: browser.getPublicKey('base64url'), auth: auth.toString('base64url') }
  return { endpoint, keys }
}

async function notifier() {
  subscriptions.clear()
  const wanted = readSubscription(JSON.stringify(subscription()), true)
  subscriptions.set(wanted.endpoint, { ...wanted, userName: 'admin', createdMs: 0 })
  const gate = new WeeklyGate(() => toLocal(UTC, 0))
  gate.configure({ isEnabled: true, hours: '1'.repeat(168) })
  const pause = new Pause(() => 0)
  return webPushNotifier({
    subscriptions: {
      all: () => [...subscriptions.values()],
      remove: (endpoint) => subscriptions.delete(endpoint),
    },
    keys: await loadVapidKeys(memory),
    gate,
    pause,
    cameraName: () => '<b>Door</b>"',
    nowMs: () => 0,
    allowLocalTargets: true,
  })
}

async function deliver(): Promise<void> {
  const push = await notifier()
  const [order] = await push.plan(testEvent({ kind: 'covered' }), 'began')
  await push.deliver(deliveryOf(order!), new AbortController().signal)
}

test('the browser, and only it, can read the message, and the service sees who sends', async () => {
  status = 201
  await deliver()
  const { request, body } = last!
  const plain = ece.decrypt(body, { version: 'aes128gcm', privateKey: browser, authSecret: auth })
  assert.deepEqual(JSON.parse(plain.toString()), {
    kind: 'covered',
    text: 'The camera is covered',
    timeMs: testEvent().startMs,
    camera: '<b>Door</b>"',
  })
  assert.doesNotMatch(body.toString('latin1'), /covered/)
  assert.equal(request.headers.ttl, '3600')
  assert.equal(request.headers.urgency, 'high')
  const [, token, key] = /^vapid t=([^,]+), k=(.+)$/.exec(String(request.headers.authorization))!
  const point = Buffer.from(key!, 'base64url')
  const publicKey = createPublicKey({
    format: 'jwk',
    key: {
      kty: 'EC',
      crv: 'P-256',
      x: point.subarray(1, 33).toString('base64url'),
      y: point.subarray(33).toString('base64url'),
    },
  })
  const [head, claims, signature] = token!.split('.') as [string, string, string]
  const signed = Buffer.from(`${head}.${claims}`)
  const proof = Buffer.from(signature, 'base64url')
  assert.ok(verify('sha256', signed, { key: publicKey, dsaEncoding: 'ieee-p1363' }, proof))
  const { aud, sub } = JSON.parse(Buffer.from(claims, 'base64url').toString())
  assert.equal(aud, origin)
  // Quirk(Apple): BadJwtToken for an address at localhost.
  assert.match(sub, /^mailto:[^@]+@(?!localhost)[a-z]+\.[a-z]+$/)
  assert.equal(key, (await loadVapidKeys(memory)).publicKey)
})

for (const code of [404, 410]) {
  test(`a browser that is gone (${code}) is forgotten`, async () => {
    status = code
    await assert.rejects(deliver(), Refused)
    assert.equal(subscriptions.size, 0)
  })
}

test('a service that is overloaded is asked again', async () => {
  status = 429
  await assert.rejects(deliver(), CameraError)
  assert.equal(subscriptions.size, 1)
})

for (const [what, input] of [
  ['plain http', () => subscription('http://push.example/1')],
  ['loopback', () => subscription('https://127.0.0.1/1')],
  ['loopback as IPv6', () => subscription('https://[::1]/1')],
  ['the link', () => subscription('https://169.254.169.254/latest')],
  ['a file', () => subscription('file:///etc/passwd')],
  [
    'a point off the curve',
    () => ({
      ...subscription('https://a.example/'),
      keys: { p256dh: Buffer.alloc(65, 4).toString('base64url'), auth: auth.toString('base64url') },
    }),
  ],
  ['no keys', () => ({ endpoint: 'https://a.example/' })],
  ['null', () => null],
] as const) {
  test(`a subscription is refused: ${what}`, () => {
    assert.throws(
      () => readSubscription(JSON.stringify(input()), false),
      (error) => error instanceof CameraError && error.kind === 'bad-value',
    )
  })
}

test('a pause lets one through, and the next when it is over; a clock that is set back ends it', () => {
  let now = 100_000
  const pause = new Pause(() => now)
  assert.deepEqual([pause.take(), pause.take()], [true, true])
  pause.configure(20_000)
  assert.equal(pause.take(), false)
  now += 20_000
  assert.deepEqual([pause.take(), pause.take()], [true, false])
  now -= 60_000
  assert.equal(pause.take(), true)
})
