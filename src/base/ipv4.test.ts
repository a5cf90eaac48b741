import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultOf, isPrivate, maskOf, prefixOf } from './ipv4.ts'

test('masks and prefixes are each other', () => {
  for (let prefix = 0; prefix <= 32; prefix += 1) assert.equal(prefixOf(maskOf(prefix)), prefix)
  assert.equal(maskOf(24), '255.255.255.0')
  assert.equal(maskOf(20), '255.255.240.0')
  assert.equal(prefixOf('255.0.255.0'), undefined)
  assert.equal(prefixOf('0.0.0.255'), undefined)
})

test('a machine has an address of its network, and a gateway beside it', () => {
  assert.equal(faultOf('10.1.2.3', '255.255.255.0', '10.1.2.1'), undefined)
  assert.equal(faultOf('10.1.2.3', '255.255.255.0', ''), undefined)
  assert.equal(faultOf('200.1.2.129', '255.255.255.252', '200.1.2.130'), undefined)
  for (const [ip, mask, gateway] of [
    ['10.1.2.0', '255.255.255.0', ''],
    ['10.1.2.255', '255.255.255.0', ''],
    ['10.1.2.3', '255.255.255.254', ''],
    ['10.1.2.3', '255.0.255.0', ''],
    ['127.0.0.1', '255.0.0.0', ''],
    ['240.0.0.1', '255.0.0.0', ''],
    ['10.1.2.3', '255.255.255.0', '10.1.3.1'],
    ['10.1.2.3', '255.255.255.0', '10.1.2.3'],
    ['10.1.2.3', '255.255.255.0', '10.1.2.255'],
    ['', '', ''],
  ] as const) {
    assert.ok(faultOf(ip, mask, gateway), `${ip} ${mask} ${gateway}`)
  }
})

test('private networks are told from the internet', () => {
  for (const ip of ['10.0.0.1', '172.16.0.1', '172.31.255.1', '192.168.9.9', '100.64.0.1'])
    assert.ok(isPrivate(ip), ip)
  for (const ip of ['11.0.0.1', '172.32.0.1', '192.169.0.1', '100.128.0.1', '8.8.8.8'])
    assert.ok(!isPrivate(ip), ip)
})
