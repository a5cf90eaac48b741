import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import { PACKET_BYTES, readAnswer, request, writeTimestamp } from './packet.ts'

const NONCE = Buffer.from('0123456789abcdef', 'hex')
const NOW = Date.UTC(2026, 10, 23, 12)

/** A good answer, changed by `spoil`. */
function answer(spoil: (bytes: Buffer) => void = () => undefined): Buffer {
  const bytes = Buffer.alloc(PACKET_BYTES)
  bytes[0] = (4 << 3) | 4
  bytes[1] = 2
  bytes.writeInt32BE(0x0000_1000, 4)
  bytes.writeUInt32BE(0x0000_2000, 8)
  NONCE.copy(bytes, 24)
  writeTimestamp(bytes, 32, NOW)
  writeTimestamp(bytes, 40, NOW + 1)
  spoil(bytes)
  return bytes
}

test('a request tells nothing but version, mode and the nonce', () => {
  const bytes = request(NONCE)
  assert.equal(bytes.length, 48)
  assert.equal(bytes[0], 0x23)
  assert.deepEqual([...bytes.subarray(1, 40)], Array(39).fill(0))
  assert.deepEqual(bytes.subarray(40), NONCE)
})

test('a good answer tells when the server got the request and sent it', () => {
  const { receivedMs, sentMs, stratum } = readAnswer(answer(), NONCE) as never
  assert.ok(Math.abs(receivedMs - NOW) < 0.001)
  assert.ok(Math.abs(sentMs - NOW - 1) < 0.001)
  assert.equal(stratum, 2)
})

test('the seconds go on in the era that begins in 2036', () => {
  const later = Date.UTC(2040, 0, 1)
  const bytes = answer((one) => {
    writeTimestamp(one, 32, later)
    writeTimestamp(one, 40, later)
  })
  assert.equal((readAnswer(bytes, NONCE) as { sentMs: number }).sentMs, later)
})

test('nothing is believed that a client must not set its clock by', () => {
  const lies: Record<string, (bytes: Buffer) => void> = {
    'another request': (bytes) => bytes.writeUInt8(0xff, 24),
    'mode client': (bytes) => bytes.writeUInt8((4 << 3) | 3, 0),
    'mode broadcast': (bytes) => bytes.writeUInt8((4 << 3) | 5, 0),
    'version 1': (bytes) => bytes.writeUInt8((1 << 3) | 4, 0),
    unsynchronised: (bytes) => bytes.writeUInt8((3 << 6) | (4 << 3) | 4, 0),
    'stratum 16': (bytes) => bytes.writeUInt8(16, 1),
    'root delay': (bytes) => bytes.writeInt32BE(40 * 65536, 4),
    'negative root delay': (bytes) => bytes.writeInt32BE(-65536, 4),
    'root dispersion': (bytes) => bytes.writeUInt32BE(16 * 65536, 8),
    'no receive time': (bytes) => bytes.fill(0, 32, 40),
    'no transmit time': (bytes) => bytes.fill(0, 40, 48),
    'stratum 0 without a kiss, as of chrony without a source': (bytes) => {
      bytes[0] = 0xe4
      bytes[1] = 0
      bytes.fill(0, 12, 16)
    },
    'sent before received': (bytes) => writeTimestamp(bytes, 40, NOW - 1000),
  }
  for (const [name, spoil] of Object.entries(lies)) {
    assert.throws(() => readAnswer(answer(spoil), NONCE), ParseError, name)
  }
  assert.throws(() => readAnswer(answer().subarray(0, 47), NONCE), ParseError)
})

test('a kiss of death is told by its letters, but not if it answers another request', () => {
  const kiss = answer((bytes) => {
    bytes[1] = 0
    bytes.write('DENY', 12, 'latin1')
  })
  assert.deepEqual(readAnswer(kiss, NONCE), { kiss: 'DENY' })
  assert.throws(() => readAnswer(kiss, Buffer.alloc(8)), ParseError)
})

test('whatever comes, only ParseError escapes', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
      // The nonce is often right, so that what stands behind it is looked at too.
      bytes.set(NONCE.subarray(0, Math.max(0, bytes.length - 24)), Math.min(24, bytes.length))
      try {
        readAnswer(bytes, NONCE)
      } catch (error) {
        assert.ok(error instanceof ParseError)
      }
    }),
  )
})
