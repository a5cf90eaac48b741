import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CameraError } from '../base/errors.ts'
import { Passwords, parseHash, printHash } from './passwords.ts'

const CHEAP = 4

test('a password is found among its readings, and no other', async () => {
  const passwords = new Passwords(CHEAP)
  const stored = await passwords.hash('a+b c')
  assert.equal(await passwords.verify(['a%2Bb', 'a+b c'], stored), 'a+b c')
  assert.equal(await passwords.verify(['a b c', ''], stored), undefined)
})

test('the same letters typed in two ways are the same password', async () => {
  const passwords = new Passwords(CHEAP)
  assert.ok(await passwords.verify(['e\u0301te\u0301'], await passwords.hash('\u00e9t\u00e9')))
})

test('two hashes of one password differ', async () => {
  const passwords = new Passwords(CHEAP)
  assert.notEqual(await passwords.hash('secret'), await passwords.hash('secret'))
})

test('nobody is found without a stored hash, whatever the password', async () => {
  assert.equal(await new Passwords(CHEAP).verify(['', 'x'], undefined), undefined)
})

test('a hash of other parameters is outdated and still good', async () => {
  const stored = await new Passwords(CHEAP).hash('secret')
  const today = new Passwords(CHEAP + 1)
  assert.ok(await today.verify(['secret'], stored))
  assert.ok(today.isOutdated(stored))
  assert.ok(!new Passwords(CHEAP).isOutdated(stored))
})

test('of many checks at once some wait and the rest is told to come back', async () => {
  const passwords = new Passwords(CHEAP)
  const checks = Array.from({ length: 30 }, () => passwords.hash('x'))
  const results = await Promise.allSettled(checks)
  const refused = results.filter((result) => result.status === 'rejected')
  assert.equal(refused.length, 30 - 2 - 16)
  for (const { reason } of refused) assert.ok(reason instanceof CameraError && reason.kind === 'timeout')
  // Whoever had to wait is served, and so is the next one.
  assert.match(await passwords.hash('x'), /^\$scrypt\$ln=4,r=8,p=1\$/)
})

test('any text is a sound hash or none', () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^\$scrypt\$ln=\d{1,3},r=8,p=1\$[\w+/]{0,30}\$[\w+/]{0,60}$/)),
      (text) => {
        const parsed = parseHash(text)
        assert.ok(parsed === undefined || (parsed.cost <= 20 && parsed.hash.length === 32))
      },
    ),
  )
})

test('a hash is read back as it was printed', () => {
  const bytes = (length: number) =>
    fc.uint8Array({ minLength: length, maxLength: length }).map((array) => Buffer.from(array))
  const cost = fc.integer({ min: 1, max: 20 })
  const record = fc.record({ cost, salt: bytes(16), hash: bytes(32) }, { noNullPrototype: true })
  fc.assert(fc.property(record, (parsed) => assert.deepEqual(parseHash(printHash(parsed)), parsed)))
})

test('the present cost is scrypt with N=2^15', async () => {
  const passwords = new Passwords()
  const stored = await passwords.hash('secret')
  assert.match(stored, /^\$scrypt\$ln=15,r=8,p=1\$[\w+/]{22}\$[\w+/]{43}$/)
  assert.equal(await passwords.verify(['secret'], stored), 'secret')
})
