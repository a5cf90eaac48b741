import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { networkOf } from './network.ts'

for (const [address, network] of Object.entries({
  '10.0.0.1': '10.0.0.1',
  '::ffff:10.0.0.1': '10.0.0.1',
  '::FFFF:a00:1': '10.0.0.1',
  '2001:db8:1:2:3:4:5:6': '2001:db8:1:2::/64',
  '2001:DB8:1:2::9': '2001:db8:1:2::/64',
  '2001:0db8::': '2001:db8:0:0::/64',
  '::1:2:3:4:5:10.0.0.1': '0:1:2:3::/64',
  '::1': '0:0:0:0::/64',
  'fe80::1%eth0': 'fe80:0:0:0::/64',
  '': '',
})) {
  test(`${address || 'no address'} counts as ${network || 'itself'}`, () => {
    assert.equal(networkOf(address), network)
  })
}

test('every way to write an address of a /64 network gives that network', () => {
  const group = fc.nat(0xffff).map((value) => value.toString(16))
  const four = fc.array(group, { minLength: 4, maxLength: 4 })
  fc.assert(
    // Not the mapped range.
    fc.property(
      fc.integer({ min: 1, max: 0xffff }),
      fc.array(group, { minLength: 3, maxLength: 3 }),
      four,
      (first, rest, host) => {
        const network = [first.toString(16), ...rest]
        const all = [...network, ...host]
        const forms = [
          all.join(':'),
          all.map((part) => part.padStart(4, '0').toUpperCase()).join(':'),
          new URL(`http://[${all.join(':')}]`).hostname.slice(1, -1),
          `${network.join(':')}::1%eth0`,
        ]
        for (const form of forms) assert.equal(networkOf(form), `${network.join(':')}::/64`)
      },
    ),
  )
})

test('any text is taken without harm', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6()), (text) => {
      const network = networkOf(text)
      assert.equal(networkOf(network), network)
    }),
  )
})
