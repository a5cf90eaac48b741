import assert from 'node:assert/strict'
import { test } from 'node:test'
import { controlIn } from './gateway.ts'
import { locationIn } from './ssdp.ts'

const LOCATION = new URL('http://192.168.1.1:5000/root.xml')
const service = (type: string, control: string) =>
  `<service><serviceType>urn:schemas-upnp-org:service:${type}</serviceType><controlURL>${control}</controlURL></service>`
const answer = (location: string, target = 'InternetGatewayDevice:1') =>
  `HTTP/1.1 200 OK\r\nST: urn:schemas-upnp-org:device:${target}\r\nLocation: ${location}\r\n\r\n`

test('the newest service of a router is used, wherever it stands', () => {
  const description = `<root>${service('WANPPPConnection:1', '/p')}${service('WANIPConnection:1', '/1')}${service('Layer3Forwarding:1', '/l')}${service('WANIPConnection:2', 'ctl/2')}</root>`
  assert.equal(controlIn(description, LOCATION)?.url.href, 'http://192.168.1.1:5000/ctl/2')
  assert.equal(controlIn(service('WANIPConnection:1', '/1'), LOCATION)?.url.pathname, '/1')
  assert.equal(controlIn('<root/>', LOCATION), undefined)
})

test('no description leads to another machine', () => {
  for (const control of [
    'http://127.0.0.1/x',
    '//10.0.0.1/x',
    'https://192.168.1.1/x',
    'file:///etc/passwd',
  ]) {
    assert.equal(controlIn(service('WANIPConnection:1', control), LOCATION), undefined, control)
  }
})

test('only the machine that answers tells where its description lies', () => {
  assert.equal(locationIn(answer('http://192.168.1.1:5000/root.xml'), '192.168.1.1')?.port, '5000')
  for (const location of [
    'http://127.0.0.1/',
    'http://localhost/',
    'https://192.168.1.1/',
    'ftp://192.168.1.1/',
    'x',
  ]) {
    assert.equal(locationIn(answer(location), '192.168.1.1'), undefined, location)
  }
  assert.equal(locationIn(answer('http://192.168.1.1/', 'MediaServer:1'), '192.168.1.1'), undefined)
  assert.equal(locationIn('nonsense', '192.168.1.1'), undefined)
})

test('a description of many beginnings takes no time', () => {
  const started = performance.now()
  controlIn('<service><serviceType>'.repeat(12_000), LOCATION)
  assert.ok(performance.now() - started < 1000)
})
