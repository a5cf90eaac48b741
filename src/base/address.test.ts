import assert from 'node:assert/strict'
import { networkInterfaces } from 'node:os'
import { test } from 'node:test'
import { isLocalTarget, isOwnAddress } from './address.ts'

for (const address of [
  ...['127.0.0.1', '127.255.0.9', '0.0.0.0', '169.254.169.254', '224.0.0.1', '255.255.255.255'],
  ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
  ...['::127.0.0.1', '0:0:0:0:0:ffff:7f00:0001', '0000::1', '::ffff:169.254.169.254'],
])
  test(`${address} is no target for a camera`, () => assert.equal(isLocalTarget(address), true))

for (const address of [
  '192.168.1.20',
  '10.0.0.1',
  '8.8.8.8',
  '2001:db8::1',
  'fd00::1',
  '::ffff:192.168.1.20',
])
  test(`${address} may be connected to`, () => assert.equal(isLocalTarget(address), false))

test('addresses of this machine are known in every form, those of others are not', () => {
  const all = Object.values(networkInterfaces()).flatMap((some = []) => some)
  const outward = all.filter(({ internal }) => !internal)
  for (const { address, family } of outward) {
    assert.equal(isOwnAddress(address), true, address)
    if (family !== 'IPv4') continue
    const hex = address.split('.').map((byte) => Number(byte).toString(16).padStart(2, '0'))
    assert.equal(isOwnAddress(`::ffff:${address}`), true)
    assert.equal(isOwnAddress(`::ffff:${hex[0]}${hex[1]}:${hex[2]}${hex[3]}`), true)
  }
  assert.equal(isOwnAddress('198.51.100.7'), false)
  assert.equal(isOwnAddress('2001:db8::7'), false)
})
