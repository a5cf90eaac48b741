import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import { RequestReader } from './request-reader.ts'

const read = (text: string | Buffer) => new RequestReader().read(Buffer.from(text))

test('reads requests, bodies and interleaved frames one after the other', () => {
  const bytes = Buffer.concat([
    Buffer.from('SET_PARAMETER rtsp://a/b RTSP/1.0\r\nCSeq: 3\r\nContent-Length: 4\r\n\r\nbody'),
    Buffer.of(0x24, 1, 0, 2, 0xaa, 0xbb),
    Buffer.from('\r\nOPTIONS * RTSP/1.0\nCSeq:4\nX-Long: a\n  b\n\n'),
  ])
  const [first, frame, last] = read(bytes)
  assert.ok(first?.kind === 'request' && last?.kind === 'request')
  assert.deepEqual(
    [first.method, first.url, first.headers.get('cseq'), first.body.toString()],
    ['SET_PARAMETER', 'rtsp://a/b', '3', 'body'],
  )
  assert.deepEqual(frame, { kind: 'frame', channel: 1, data: Buffer.of(0xaa, 0xbb) })
  assert.deepEqual(
    [last.method, last.headers.get('cseq'), last.headers.get('x-long')],
    ['OPTIONS', '4', 'a b'],
  )
})

const REFUSED: readonly (readonly [string, string])[] = [
  ['a line without end', 'OPTIONS '.padEnd(5000, 'x')],
  ['a long header', `OPTIONS * RTSP/1.0\r\nA: ${'x'.repeat(5000)}\r\n\r\n`],
  ['a long head', `OPTIONS * RTSP/1.0\r\n${'A: x\r\n'.repeat(4000)}`],
  [
    'many headers',
    `OPTIONS * RTSP/1.0\r\n${Array.from({ length: 70 }, (_, n) => `A${n}: x\r\n`).join('')}\r\n`,
  ],
  ['a long body', 'OPTIONS * RTSP/1.0\r\nContent-Length: 9000\r\n\r\n'],
  ['a negative body', 'OPTIONS * RTSP/1.0\r\nContent-Length: -1\r\n\r\n'],
  ['no request line', 'hello\r\n\r\n'],
  ['a header without colon', 'OPTIONS * RTSP/1.0\r\nA\r\n\r\n'],
]
for (const [name, text] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.throws(() => read(text), ParseError)
  })
}

const token = fc.stringMatching(/^[A-Z_]{1,12}$/)
const request = fc
  .record({
    method: token,
    headers: fc.dictionary(fc.stringMatching(/^X[a-z]{1,8}$/), fc.stringMatching(/^[!-~]{0,30}$/), {
      maxKeys: 5,
    }),
    body: fc.stringMatching(/^[a-z]{0,50}$/),
  })
  .map(({ method, headers, body }) => {
    const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
    return Buffer.from(
      `${method} rtsp://a/b RTSP/1.0\r\n${lines.join('')}Content-Length: ${body.length}\r\n\r\n${body}`,
    )
  })
const frame = fc
  .tuple(fc.nat(255), fc.uint8Array({ maxLength: 60 }))
  .map(([channel, data]) => Buffer.concat([Buffer.of(0x24, channel, 0, data.length), data]))

test('the same bytes in any pieces are the same requests', () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(request, frame), { maxLength: 5 }), fc.array(fc.nat(40)), (items, cuts) => {
      const whole = Buffer.concat(items)
      const reader = new RequestReader()
      const pieces: Buffer[] = []
      let at = 0
      for (const cut of cuts) {
        pieces.push(whole.subarray(at, at + cut))
        at += cut
      }
      pieces.push(whole.subarray(at))
      const found = pieces.flatMap((piece) => reader.read(piece))
      assert.equal(found.length, items.length)
      assert.deepEqual(found, read(whole))
    }),
  )
})

test('whatever comes is read or refused, and no more is kept than a head and a body', () => {
  const words = fc.constantFrom(
    'OPTIONS ',
    '* ',
    'RTSP/1.0',
    '\r\n',
    '\n',
    '$',
    ':',
    'Content-Length: 5',
    ' ',
  )
  const junk = fc.oneof(
    words.map((word) => Buffer.from(word)),
    fc.uint8Array({ maxLength: 20 }).map((bytes) => Buffer.from(bytes)),
  )
  fc.assert(
    fc.property(fc.array(junk, { maxLength: 40 }), (pieces) => {
      const reader = new RequestReader()
      try {
        for (const piece of pieces) reader.read(piece)
        assert.ok(reader.takeRest().length < 100_000)
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error))
      }
    }),
  )
})
