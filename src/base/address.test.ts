import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isLocalTarget } from './address.ts'

for (const address of [
  ...['127.0.0.1', '127.255.0.9', '0.0.0.0', '169.254.169.254', '224.0.0.1', '255.255.255.255'],
  ...['::', '::1', 'fe80::1', 'fe80::1%eth0', 'ff02::1', '::ffff:127.0.0.1', '::ffff:7f00:1'],
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
