import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import { ChunkReader } from './chunk-reader.ts'
import { writeChunks } from './chunk-writer.ts'
import { controlMessage, MESSAGE, type Message } from './message.ts'

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(' ', ''), 'hex')
const bytesOf = (message: Message, chunkSize?: number): Buffer =>
  Buffer.concat(writeChunks(message, chunkSize))
const command = (body: Uint8Array, timestampMs = 0): Message => ({
  type: 20,
  timestampMs,
  streamId: 1,
  body: [body],
})

/** One table for both directions: message, chunk size, bytes. */
const CASES: readonly (readonly [string, Message, number, string])[] = [
  ['one chunk', command(hex('aabb'), 258), 128, '03 000102 000002 14 01000000 aabb'],
  ['three chunks', command(hex('0102030405')), 2, '03 000000 000005 14 01000000 0102 c3 0304 c3 05'],
  [
    'an extended timestamp, repeated in each chunk',
    command(hex('010203'), 0x01020304),
    2,
    '03 ffffff 000003 14 01000000 01020304 0102 c3 01020304 03',
  ],
  [
    'a time of exactly 0xffffff',
    command(hex('01'), 0xffffff),
    128,
    '03 ffffff 000001 14 01000000 00ffffff 01',
  ],
  ['an empty message', command(hex('')), 128, '03 000000 000000 14 01000000'],
]

for (const [name, message, chunkSize, text] of CASES) {
  test(`writes and reads ${name}`, () => {
    assert.equal(bytesOf(message, chunkSize).toString('hex'), hex(text).toString('hex'))
    const reader = new ChunkReader()
    reader.read(bytesOf(controlMessage(MESSAGE.setChunkSize, chunkSize)))
    const { body, ...head } = message
    assert.deepEqual(reader.read(hex(text)), [{ ...head, body: Buffer.concat(body) }])
  })
}

test('keeps length, type and time step across chunks of types 1, 2 and 3', () => {
  const bytes = hex(
    `03 000064 000001 14 01000000 aa
                     43 00000a 000002 12 bbcc
                     83 000005 ddee
                     c3 ff00`.replaceAll('\n', ''),
  )
  const read = new ChunkReader()
    .read(bytes)
    .map(({ timestampMs, type, streamId, body }) => [timestampMs, type, streamId, body.toString('hex')])
  assert.deepEqual(read, [
    [100, 20, 1, 'aa'],
    [110, 18, 1, 'bbcc'],
    [115, 18, 1, 'ddee'],
    [120, 18, 1, 'ff00'],
  ])
})

test('reads chunk stream ids of two and three bytes', () => {
  const bytes = hex('00 05 000000 000001 14 00000000 aa 01 0001 000000 000001 14 00000000 bb')
  assert.deepEqual(
    new ChunkReader().read(bytes).map(({ body }) => body.toString('hex')),
    ['aa', 'bb'],
  )
})

test('puts together messages of two chunk streams that take turns', () => {
  const reader = new ChunkReader()
  reader.read(bytesOf(controlMessage(MESSAGE.setChunkSize, 1)))
  const messages = reader.read(
    hex('03 000000 000002 14 00000000 01 04 000000 000002 08 00000000 03 c3 02 c4 04'),
  )
  assert.deepEqual(
    messages.map(({ body }) => body.toString('hex')),
    ['0102', '0304'],
  )
})

test('forgets a message that is aborted', () => {
  const reader = new ChunkReader()
  reader.read(bytesOf(controlMessage(MESSAGE.setChunkSize, 4)))
  reader.read(hex('03 000000 000008 14 00000000 01020304'))
  reader.read(bytesOf(controlMessage(MESSAGE.abort, 3)))
  const [message] = reader.read(hex('03 000000 000001 14 00000000 aa'))
  assert.equal(message?.body.toString('hex'), 'aa')
})

test('sets aside no more memory for long messages that are aborted than was sent', (context) => {
  const reader = new ChunkReader()
  reader.read(bytesOf(controlMessage(MESSAGE.setChunkSize, 1)))
  const begun = hex('03 000000 010000 14 00000000 01')
  const sent = Buffer.concat([begun, bytesOf(controlMessage(MESSAGE.abort, 3), 1)])
  const alloc = context.mock.method(Buffer, 'alloc')
  for (let round = 0; round < 100; round += 1) reader.read(sent)
  const setAside = alloc.mock.calls.reduce((sum, { arguments: [bytes] }) => sum + bytes, 0)
  assert.ok(setAside <= 100 * sent.length, `${setAside} bytes`)
})

test('puts a long message together from the smallest chunks', () => {
  const reader = new ChunkReader()
  reader.read(bytesOf(controlMessage(MESSAGE.setChunkSize, 1)))
  const body = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 256))
  const [message] = reader.read(bytesOf(command(body), 1))
  assert.equal(message?.body.toString('hex'), body.toString('hex'))
})

const REFUSED: readonly (readonly [string, string])[] = [
  ['a message beyond the limit', '03 000000 010001 14 00000000'],
  ['a first chunk without a full header', '43 000000 000001 14'],
  [
    'a message inside an unfinished one',
    `03 000000 000100 14 00000000 ${'00'.repeat(128)} 03 000000 000001 14 00000000`,
  ],
  ['a chunk size of 0', '02 000000 000004 01 00000000 00000000'],
  ['a chunk size with the first bit set', '02 000000 000004 01 00000000 80000000'],
]

for (const [name, text] of REFUSED) {
  test(`refuses ${name}`, () => {
    assert.throws(() => new ChunkReader().read(hex(text)), ParseError)
  })
}

test('bounds the number of chunk streams and of unfinished messages', () => {
  const begin = (id: number, length: string) =>
    hex(`${(id + 3).toString(16).padStart(2, '0')} 000000 ${length} 14 00000000`)
  const many = Buffer.concat(Array.from({ length: 20 }, (_, id) => begin(id, '000000')))
  assert.throws(() => new ChunkReader().read(many), ParseError)
  const long = Buffer.concat(
    Array.from({ length: 3 }, (_, id) => [begin(id, '010000'), Buffer.alloc(128)]).flat(),
  )
  assert.throws(() => new ChunkReader().read(long), ParseError)
})

const messages = fc.array(
  fc.record({
    type: fc.constantFrom(4, 8, 9, 18, 20),
    timestampMs: fc.integer({ min: 0, max: 0xffffffff }),
    streamId: fc.constantFrom(0, 1),
    body: fc.uint8Array({ maxLength: 300 }).map((body) => [body]),
  }),
  { maxLength: 6 },
)

test('reads the messages that were written, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      messages,
      fc.integer({ min: 1, max: 200 }),
      fc.infiniteStream(fc.integer({ min: 1, max: 90 })),
      (list, size, cuts) => {
        const sizing = controlMessage(MESSAGE.setChunkSize, size)
        const bytes = Buffer.concat([bytesOf(sizing), ...list.map((message) => bytesOf(message, size))])
        const reader = new ChunkReader()
        const read = []
        for (let offset = 0; offset < bytes.length; ) {
          const end = offset + (cuts.next().value ?? 1)
          read.push(...reader.read(bytes.subarray(offset, end)))
          offset = end
        }
        assert.deepEqual(
          read,
          list.map((message) => ({ ...message, body: Buffer.concat(message.body) })),
        )
      },
    ),
    { numRuns: 100 },
  )
})

test('only ParseError escapes, whatever the bytes', () => {
  const bytes = fc.array(fc.oneof(fc.constantFrom(0, 1, 2, 3, 0xc3, 0x43, 0xff), fc.nat(255)), {
    maxLength: 120,
  })
  fc.assert(
    fc.property(bytes, (list) => {
      try {
        new ChunkReader().read(Uint8Array.from(list))
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error))
      }
    }),
    { numRuns: 1000 },
  )
})
