import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { test } from 'node:test'
import { manualClock } from '../../base/clock.ts'
import { NAMESPACES, PASSWORD_DIGEST } from './names.ts'
import { readToken, UsedTokens } from './username-token.ts'
import { readXml } from './xml-reader.ts'

function header({ password = 'secret', created = '2026-11-23T10:00:00Z', nonce = 'MTIz' } = {}) {
  const hash = createHash('sha1').update(Buffer.from(nonce, 'base64')).update(created).update(password)
  return readXml(
    `<h><w:Security xmlns:w="${NAMESPACES.wsse}" xmlns:u="${NAMESPACES.wsu}"><w:UsernameToken>` +
      `<w:Username>eve</w:Username><w:Password Type="${PASSWORD_DIGEST}">${hash.digest('base64')}</w:Password>` +
      `<w:Nonce>${nonce}</w:Nonce><u:Created>${created}</u:Created></w:UsernameToken></w:Security></h>`,
  )
}

function digestIn(one: ReturnType<typeof header>) {
  const token = readToken(one)
  assert.ok(token?.kind === 'digest')
  return token
}

test('a digest fits the password it was made of and no other', () => {
  const { proof } = digestIn(header())
  assert.deepEqual([proof.user, proof.isRight('secret'), proof.isRight('Secret')], ['eve', true, false])
})

test('a digest counts once, and within five minutes', () => {
  const clock = manualClock(Date.parse('2026-11-23T10:04:00Z'))
  const used = new UsedTokens(clock)
  const token = digestIn(header())
  assert.ok(used.isFresh(token))
  used.use(token)
  assert.ok(!used.isFresh(token))
  assert.ok(used.isFresh(digestIn(header({ nonce: 'NDU2' }))))
  assert.ok(!used.isFresh(digestIn(header({ nonce: 'NDU2', created: '2026-11-23T09:58:59Z' }))))
  assert.ok(!used.isFresh(digestIn(header({ nonce: 'NDU2', created: '2026-11-23T10:09:01Z' }))))
})

test('a digest that was forgotten is not accepted again, not even by a clock that was set back', () => {
  let now = Date.parse('2026-11-23T10:00:00Z')
  const used = new UsedTokens({ wallMs: () => now })
  const token = digestIn(header())
  used.use(token)
  now += 6 * 60_000
  used.use(digestIn(header({ nonce: 'NDU2', created: '2026-11-23T10:06:00Z' })))
  now -= 6 * 60_000
  assert.ok(!used.isFresh(token))
})

test('without a nonce or a time a digest is never fresh', () => {
  const used = new UsedTokens(manualClock(Date.parse('2026-11-23T10:00:00Z')))
  assert.ok(!used.isFresh(digestIn(header({ nonce: '' }))))
  assert.ok(!used.isFresh(digestIn(header({ created: '' }))))
  assert.ok(!used.isFresh(digestIn(header({ created: 'yesterday' }))))
})

test('no token is none', () => {
  assert.equal(readToken(undefined), undefined)
  assert.equal(readToken(readXml('<h/>')), undefined)
})
