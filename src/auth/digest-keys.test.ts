import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { test } from 'node:test'
import { DigestKeys } from './digest-keys.ts'

const EVE = { name: 'eve', passwordHash: '$scrypt$one' }

function memory() {
  const values = new Map<string, unknown>()
  return {
    values,
    load: (key: string) => values.get(key),
    save: (changes: object) => {
      for (const [key, value] of Object.entries(changes)) values.set(key, value)
    },
  }
}

test('a password is kept sealed, and opens only with its key and beside its hash', () => {
  const [store, key] = [memory(), randomBytes(32)]
  new DigestKeys(store, key, true).learn(EVE, 'open sesame', ['eve'])
  assert.ok(!JSON.stringify([...store.values]).includes('sesame'))
  assert.equal(new DigestKeys(store, key, true).find(EVE, 'password'), 'open sesame')
  assert.equal(new DigestKeys(store, randomBytes(32), true).find(EVE, 'password'), undefined)
  const changed = { ...EVE, passwordHash: '$scrypt$two' }
  assert.equal(new DigestKeys(store, key, true).find(changed, 'password'), undefined)
})

test('passwords that nobody needs any more are erased, and the keys of Digest stay', () => {
  const [store, key] = [memory(), randomBytes(32)]
  const keys = new DigestKeys(store, key, true)
  keys.learn(EVE, 'open sesame', ['eve'])
  const digest = keys.find(EVE, 'MD5')
  new DigestKeys(store, key, false).forgetPasswords([EVE])
  const later = new DigestKeys(store, key, true)
  assert.deepEqual([later.find(EVE, 'password'), later.find(EVE, 'MD5')], [undefined, digest])
})
