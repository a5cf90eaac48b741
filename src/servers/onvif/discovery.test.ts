import assert from 'node:assert/strict'
import { createSocket } from 'node:dgram'
import { test } from 'node:test'
import fc from 'fast-check'
import { silentLog } from '../../base/log.ts'
import { Discovery } from './discovery.ts'
import { probeIn } from './discovery-message.ts'
import { NAMESPACES } from './names.ts'
import { readXml } from './xml-reader.ts'

const SCOPES = ['onvif://www.onvif.org/Profile/Streaming', 'onvif://www.onvif.org/name/Gate']

function probe({
  action = 'Probe',
  types = 'dn:NetworkVideoTransmitter',
  scopes = '',
  matchBy = '',
} = {}): Buffer {
  const { s, d, wsa04, dn } = NAMESPACES
  return Buffer.from(
    `<e:Envelope xmlns:e="${s}" xmlns:d="${d}" xmlns:a="${wsa04}" xmlns:dn="${dn}"><e:Header>` +
      `<a:MessageID>uuid:1</a:MessageID><a:To>urn:schemas-xmlsoap-org:ws:2005:04:discovery</a:To>` +
      `<a:Action>${d}/${action}</a:Action></e:Header><e:Body><d:Probe><d:Types>${types}</d:Types>` +
      `<d:Scopes${matchBy}>${scopes}</d:Scopes></d:Probe></e:Body></e:Envelope>`,
  )
}

test('a Probe for such a device is one for us', () => {
  assert.equal(probeIn(probe(), SCOPES), 'uuid:1')
  assert.equal(probeIn(probe({ types: '' }), SCOPES), 'uuid:1')
  assert.equal(probeIn(probe({ scopes: 'onvif://www.onvif.org/name/Gate' }), SCOPES), 'uuid:1')
  assert.equal(probeIn(probe({ scopes: 'onvif://www.onvif.org/Profile' }), SCOPES), 'uuid:1')
})

for (const [what, message] of [
  ['another type', probe({ types: 'dn:Printer' })],
  ['a type of another namespace', probe({ types: 'd:NetworkVideoTransmitter' })],
  ['a scope that begins otherwise', probe({ scopes: 'onvif://www.onvif.org/name/Gat' })],
  ['an unknown way to match', probe({ matchBy: ' MatchBy="urn:any"' })],
  ['another action', probe({ action: 'Resolve' })],
  ['no XML', Buffer.from('M-SEARCH * HTTP/1.1')],
  ['nothing', Buffer.alloc(0)],
] as const)
  test(`${what} is not`, () => assert.equal(probeIn(message, SCOPES), undefined))

test('no message ends anything', () => {
  const whole = probe()
  fc.assert(
    fc.property(fc.nat(whole.length), fc.uint8Array({ maxLength: 20 }), (at, bytes) => {
      probeIn(Buffer.concat([whole.subarray(0, at), bytes, whole.subarray(at + bytes.length)]), SCOPES)
      probeIn(bytes, SCOPES)
    }),
  )
})

test('a Probe to the group is answered, the next one within a second is not, and none that comes straight', async () => {
  let now = 0
  const client = createSocket('udp4')
  const answers: string[] = []
  client.on('message', (bytes) => answers.push(bytes.toString()))
  await new Promise<void>((resolve) => client.bind(0, resolve))
  client.setMulticastInterface('127.0.0.1')
  // Not the port of real devices: other cameras on this machine shall not answer.
  const group = { address: '239.255.255.250', port: 20_000 + Math.floor(Math.random() * 10_000) }
  const discovery = new Discovery({
    endpoint: 'urn:uuid:1',
    scopes: () => SCOPES,
    port: () => 8000,
    nowMs: () => now,
    log: silentLog,
    group,
  })
  await discovery.start()
  const send = (address: string) =>
    new Promise<void>((resolve) => client.send(probe(), group.port, address, () => resolve()))
  const settle = () => new Promise((resolve) => setTimeout(resolve, 150))
  try {
    await send('127.0.0.1')
    await settle()
    assert.equal(answers.length, 0)
    await send(group.address)
    await settle()
    await send(group.address)
    await settle()
    assert.equal(answers.length, 1)
    now = 1000
    await send(group.address)
    await settle()
    assert.equal(answers.length, 2)
    const match = readXml(answers[0]!).at('s:Body', 'd:ProbeMatches', 'd:ProbeMatch')
    assert.match(match?.textAt('d:XAddrs') ?? '', /^http:\/\/[\d.]+:8000\/onvif\/device_service$/)
    assert.ok(answers[0]!.length < 4 * probe().length)
  } finally {
    await discovery.stop()
    client.close()
  }
})
