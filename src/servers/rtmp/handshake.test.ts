import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import { answerHandshake, findDigest, Handshake } from './handshake.ts'
import { digestC1 } from './test-client.ts'

const SIMPLE_C1 = Buffer.concat([Buffer.alloc(8), Buffer.alloc(1528, 7)])
const SERVER_KEY = Buffer.from('Genuine Adobe Flash Media Server 001')

test('answers a simple handshake with a part of its own and the echo of C1', () => {
  const answer = answerHandshake(SIMPLE_C1)
  assert.equal(answer.length, 1 + 1536 + 1536)
  assert.equal(answer[0], 3)
  assert.deepEqual(answer.subarray(5, 9), Buffer.alloc(4))
  assert.deepEqual(answer.subarray(1 + 1536), SIMPLE_C1)
})

test('answers a digest with the digests that a Flash player checks', () => {
  const c1 = digestC1()
  const answer = answerHandshake(c1)
  const s1 = answer.subarray(1, 1537)
  const s2 = answer.subarray(1537)
  assert.notEqual(findDigest(s1, SERVER_KEY), undefined)
  const client = findDigest(c1, Buffer.from('Genuine Adobe Flash Player 001'))
  const tail = Buffer.from('f0eec24a8068bee82e00d0d1029e7e576eec5d2d29806fab93b8e636cfeb31ae', 'hex')
  const sign = (key: Buffer, bytes: Buffer) => createHmac('sha256', key).update(bytes).digest()
  const key = sign(Buffer.concat([SERVER_KEY, tail]), client!.digest)
  assert.deepEqual(s2.subarray(1504), sign(key, s2.subarray(0, 1504)))
})

test('gives what follows C2 to the chunks, however the bytes are cut', () => {
  const sent = Buffer.concat([Buffer.of(3), SIMPLE_C1, Buffer.alloc(1536), Buffer.from('chunks')])
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: sent.length - 6 }), { maxLength: 8 }), (cuts) => {
      const handshake = new Handshake()
      const borders = [0, ...new Set(cuts.toSorted((a, b) => a - b)), sent.length]
      const results = borders
        .slice(1)
        .map((end, index) => handshake.read(sent.subarray(borders[index]!, end)))
      assert.equal(results.filter(({ reply }) => reply !== undefined).length, 1)
      assert.equal(results.at(-1)?.rest?.toString(), 'chunks')
    }),
    { numRuns: 50 },
  )
})

test('refuses other versions with ParseError', () => {
  assert.throws(() => new Handshake().read(Buffer.from('GET / HTTP/1.1')), ParseError)
  assert.throws(() => new Handshake().read(Buffer.of(6)), ParseError)
})

test('answers any C1', () => {
  const c1 = fc.uint8Array({ minLength: 1536, maxLength: 1536 })
  fc.assert(
    fc.property(c1, (bytes) => {
      assert.equal(answerHandshake(Buffer.from(bytes)).length, 3073)
    }),
    { numRuns: 50 },
  )
})
