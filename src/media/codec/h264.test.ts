import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import { joinAnnexB, joinAvcc, nalType, readAccessUnit, splitAnnexB, splitAvcc } from './h264.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** A NAL unit as an encoder writes it: not empty, no start code inside, no zero at the end. */
const nalUnit = fc
  .tuple(fc.integer({ min: 1, max: 31 }), fc.array(fc.integer({ min: 0, max: 255 }), { maxLength: 60 }))
  .map(([type, body]) => Uint8Array.from([type, ...escaped(body), 0x80]))

/** Inserts emulation prevention bytes (H.264 §7.4.1). */
function escaped(body: number[]): number[] {
  const bytes: number[] = []
  for (const byte of body) {
    if (byte <= 3 && bytes.at(-1) === 0 && bytes.at(-2) === 0) bytes.push(3)
    bytes.push(byte)
  }
  return bytes
}

test('splits a byte stream at short and long start codes and drops trailing zeros', () => {
  const nals = splitAnnexB(hex('00000001 09f0 000001 6742 0000 00000001 6588 0000'))
  assert.deepEqual(
    nals.map((nal) => Buffer.from(nal).toString('hex')),
    ['09f0', '6742', '6588'],
  )
})

test('refuses bytes before the first start code', () => {
  assert.throws(() => splitAnnexB(hex('41 000001 65')), ParseError)
})

test('gives the parameter sets of an access unit besides, and drops delimiters', () => {
  const unit = readAccessUnit(
    hex('00000001 09f0 00000001 6742c0 00000001 68ce3c80 000001 0605 000001 658884'),
  )
  assert.equal(unit.isKey, true)
  assert.deepEqual(unit.sps, hex('6742c0'))
  assert.deepEqual(unit.pps, hex('68ce3c80'))
  assert.deepEqual(unit.data, hex('00000003 6742c0 00000004 68ce3c80 00000002 0605 00000003 658884'))
})

test('marks an access unit without IDR slice as no key picture', () => {
  assert.equal(readAccessUnit(hex('00000001 419a')).isKey, false)
})

test('gives NAL units back after a round trip through either byte form', () => {
  fc.assert(
    fc.property(fc.array(nalUnit), (nals) => {
      assert.deepEqual(splitAnnexB(joinAnnexB(nals)), nals)
      assert.deepEqual(splitAvcc(joinAvcc(nals)), nals)
    }),
  )
})

test('lets only ParseError escape from any bytes', () => {
  const readers = [splitAnnexB, splitAvcc, readAccessUnit, (bytes: Uint8Array) => nalType(bytes)]
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const read of readers) {
        try {
          read(bytes)
        } catch (error) {
          assert.ok(error instanceof ParseError)
        }
      }
    }),
  )
})
