import assert from 'node:assert/strict'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import { CameraError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { manualTime } from '../../base/timers.ts'
import { loadCertificate } from '../../servers/http/certificate.ts'
import type { LogEvent } from '../../system/log-event.ts'
import { askForAddress } from '../public-address.ts'
import { Ddns } from './ddns.ts'
import { type DdnsAccount, type UpdateResult, update } from './dyndns2.ts'

const ACCOUNT: DdnsAccount = {
  type: 'Dyndns',
  domain: 'cam.example',
  userName: 'owner',
  password: `'; touch F #`,
}
const MINUTE_MS = 60_000
const DAY_MINUTES = 24 * 60

function setUp(values = new Map<string, unknown>()) {
  const time = manualTime()
  const told: string[] = []
  const notes: LogEvent[] = []
  const world: { address: string | undefined; result: UpdateResult } = {
    address: '198.41.0.4',
    result: { outcome: 'done', word: 'good' },
  }
  const ddns = new Ddns({
    publicAddress: async () => {
      if (world.address === undefined) throw new CameraError('timeout', 'no network')
      return world.address
    },
    update: async ({ domain }, address) => {
      told.push(`${domain} ${address}`)
      return world.result
    },
    memory: {
      load: (key) => values.get(key),
      save: (changes) => {
        for (const [key, value] of Object.entries(changes)) values.set(key, value)
      },
    },
    clock: time.clock,
    timers: time,
    note: (event) => notes.push(event),
    log: silentLog,
  })
  const settle = () => new Promise((resolve) => setImmediate(resolve))
  const pass = async (minutes: number, step = 1) => {
    for (let minute = 0; minute < minutes; minute += step) {
      time.advance(step * MINUTE_MS)
      await settle()
    }
  }
  return { ddns, told, notes, world, values, settle, pass }
}

test('the service hears of the address at once, then of changes only', async () => {
  const { ddns, told, notes, world, settle, pass } = setUp()
  ddns.start()
  ddns.configure(ACCOUNT)
  await settle()
  assert.deepEqual(told, ['cam.example 198.41.0.4'])
  await pass(DAY_MINUTES, 5)
  assert.equal(told.length, 1)
  world.address = '198.41.0.5'
  await pass(5)
  assert.deepEqual(told[1], 'cam.example 198.41.0.5')
  assert.equal(notes.at(-1)?.detail, 'DDNS: cam.example leads to 198.41.0.5')
})

test('a restart does not tell it again, 28 days do', async () => {
  const first = setUp()
  first.ddns.start()
  first.ddns.configure(ACCOUNT)
  await first.settle()
  first.ddns.stop()
  const { ddns, told, pass } = setUp(first.values)
  ddns.configure(ACCOUNT)
  ddns.start()
  await pass(27 * DAY_MINUTES, 5)
  assert.deepEqual(told, [])
  await pass(DAY_MINUTES + 10, 5)
  assert.equal(told.length, 1)
})

for (const word of ['badauth', 'abuse', 'nohost']) {
  test(`after ${word} it is left in peace, over a restart too, until the account is changed`, async () => {
    const first = setUp()
    first.world.result = { outcome: 'refused', word }
    first.ddns.start()
    first.ddns.configure(ACCOUNT)
    await first.settle()
    assert.match(first.notes[0]!.detail, new RegExp(`refused \\(${word}\\)`))
    first.world.address = '198.41.0.5'
    await first.pass(DAY_MINUTES, 5)
    assert.equal(first.told.length, 1)
    const { ddns, told, settle, pass } = setUp(first.values)
    ddns.configure(ACCOUNT)
    ddns.start()
    await pass(DAY_MINUTES, 5)
    assert.deepEqual(told, [])
    ddns.configure({ ...ACCOUNT, password: 'right' })
    await settle()
    assert.equal(told.length, 1)
  })
}

test('a fault of the service is waited out for half an hour', async () => {
  const { ddns, told, notes, world, settle, pass } = setUp()
  world.result = { outcome: 'later', word: '911' }
  ddns.start()
  ddns.configure(ACCOUNT)
  await settle()
  await pass(29)
  assert.equal(told.length, 1)
  await pass(1)
  assert.equal(told.length, 2)
  assert.equal(notes.length, 1)
})

test('without a network it is quiet after the first complaint', async () => {
  const { ddns, told, notes, world, settle, pass } = setUp()
  world.address = undefined
  ddns.start()
  ddns.configure(ACCOUNT)
  await settle()
  await pass(DAY_MINUTES, 5)
  assert.equal(notes.length, 1)
  world.address = '198.41.0.4'
  await pass(60)
  assert.equal(told.length, 1)
})

test('no note holds the password', async () => {
  const { ddns, notes, world, settle } = setUp()
  world.result = { outcome: 'refused', word: 'badauth' }
  ddns.start()
  ddns.configure(ACCOUNT)
  await settle()
  assert.ok(!JSON.stringify(notes).includes('touch'))
})

/** A service on this machine; `reply` gives status and text. */
async function service(reply: (request: IncomingMessage) => readonly [number, string]) {
  const requests: IncomingMessage[] = []
  const server = createServer((request, response) => {
    requests.push(request)
    const [status, text] = reply(request)
    response.writeHead(status).end(text)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/nic/update`
  return { url, requests, close: () => server.close() }
}

const OPTIONS = { userAgent: 'Vedette - Camera - v1', allowLocalTargets: true }

test('an update is one GET with Basic authentication, whatever the account holds', async () => {
  const { url, requests, close } = await service(() => [200, 'good 198.41.0.4\n'])
  assert.deepEqual(await update(ACCOUNT, '198.41.0.4', { ...OPTIONS, url }), {
    outcome: 'done',
    word: 'good',
  })
  const [{ method, url: target, headers } = {} as IncomingMessage] = requests
  assert.equal(method, 'GET')
  assert.equal(target, '/nic/update?hostname=cam.example&myip=198.41.0.4')
  const credentials = Buffer.from(String(headers.authorization).slice('Basic '.length), 'base64').toString()
  assert.equal(credentials, `owner:${ACCOUNT.password}`)
  assert.equal(headers['user-agent'], 'Vedette - Camera - v1')
  await update({ ...ACCOUNT, type: '3322' }, '198.41.0.4', { ...OPTIONS, url })
  assert.equal(requests[1]?.url, '/nic/update?system=dyndns&hostname=cam.example&myip=198.41.0.4')
  close()
})

test('the words of the protocol are understood, and nothing else is taken for one', async () => {
  let answer: readonly [number, string] = [200, '']
  const { url, close } = await service(() => answer)
  const outcomeOf = async (status: number, text: string) => {
    answer = [status, text]
    return (await update(ACCOUNT, '198.41.0.4', { ...OPTIONS, url })).outcome
  }
  assert.equal(await outcomeOf(200, 'nochg 198.41.0.4'), 'done')
  assert.equal(await outcomeOf(200, 'badauth'), 'refused')
  assert.equal(await outcomeOf(401, '<html>'), 'refused')
  assert.equal(await outcomeOf(200, '!donator'), 'refused')
  assert.equal(await outcomeOf(200, '911'), 'later')
  for (const text of ['', '<html>good</html>', 'constructor', 'x'.repeat(300_000)]) {
    await assert.rejects(outcomeOf(200, text), CameraError)
  }
  close()
})

test('this machine is no DDNS service unless that is allowed', async () => {
  const { url, requests, close } = await service(() => [200, 'good'])
  const options = { ...OPTIONS, allowLocalTargets: false, url }
  await assert.rejects(update(ACCOUNT, '198.41.0.4', options), /--allow-local-targets/)
  assert.equal(requests.length, 0)
  close()
})

test('a service whose certificate nobody vouches for gets no password', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-ddns-'))
  let asked = 0
  const server = createTlsServer(await loadCertificate(folder, systemClock), (_request, response) => {
    asked += 1
    response.end('good')
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const url = `https://localhost:${(server.address() as AddressInfo).port}/nic/update`
  await assert.rejects(update(ACCOUNT, '198.41.0.4', { ...OPTIONS, url }), /self-signed certificate/)
  assert.equal(asked, 0)
  server.close()
  rmSync(folder, { recursive: true })
})

test('a page tells the public address in any text, and no other address counts', async () => {
  let text = '<html><body>Current IP Address: 198.41.0.4</body></html>'
  const { url, close } = await service(() => [200, text])
  assert.equal(await askForAddress(url, OPTIONS), '198.41.0.4')
  for (text of [
    '192.168.1.5',
    '127.0.0.1',
    '10.0.0.1',
    '100.64.1.1',
    '1.2.3',
    '1.2.3.4.5',
    '999.1.1.1',
    'x',
  ]) {
    await assert.rejects(askForAddress(url, OPTIONS), CameraError, text)
  }
  close()
})
