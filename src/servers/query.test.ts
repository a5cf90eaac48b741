import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { credentialsOf, parseQuery, readingsOf } from './query.ts'

test('cuts at each & and at the first =, and trims what is not user or password', () => {
  const query = parseQuery('cmd=rtmp=start&token= 0123 &CHANNEL=0&empty&stream=a%20b%20')
  assert.equal(query.get('cmd'), 'rtmp=start')
  assert.equal(query.get('token'), '0123')
  assert.equal(query.get('channel'), '0')
  assert.equal(query.get('empty'), '')
  assert.equal(query.get('stream'), 'a b')
  assert.equal(query.get('missing'), undefined)
})

test('the first of equal names counts', () => {
  assert.equal(parseQuery('user=a&user=b').raw('user'), 'a')
})

test('takes a percent sign that is no escape, or no UTF-8, as it is', () => {
  assert.equal(parseQuery('a=100%').get('a'), '100%')
  assert.equal(parseQuery('a=%zz%41').get('a'), '%zzA')
  assert.equal(parseQuery('a=%ff').get('a'), '%ff')
})

test('gives each reading of the password that a client may have meant', () => {
  const { user, passwords } = credentialsOf(parseQuery('user=%20al&password=a%2Bb+c=%'))
  assert.equal(user, ' al')
  assert.deepEqual(passwords, ['a%2Bb+c=%', 'a+b+c=%', 'a+b c=%'])
})

test('leaves out what was not sent, but keeps an empty password', () => {
  assert.deepEqual(credentialsOf(parseQuery('')), { token: undefined, user: undefined, passwords: undefined })
  assert.deepEqual(credentialsOf(parseQuery('user=admin&password=')).passwords, [''])
})

test('one of the readings is the password, encoded in any of the usual ways', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (password) => {
      assert.ok(readingsOf(encodeURIComponent(password)).includes(password))
      assert.ok(readingsOf(String(new URLSearchParams({ p: password })).slice(2)).includes(password))
      assert.ok(readingsOf(password).includes(password))
    }),
    { numRuns: 300 },
  )
})

test('never throws, whatever the text', () => {
  const text = fc.string({ unit: fc.constantFrom('%', '&', '=', '+', 'a', 'f', '8', 'user', 'é', ' ') })
  fc.assert(
    fc.property(text, (raw) => {
      const query = parseQuery(raw)
      query.get('user')
      credentialsOf(query)
    }),
    { numRuns: 500 },
  )
})
