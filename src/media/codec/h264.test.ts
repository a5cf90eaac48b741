import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import { joinAnnexB, joinAvcc, nalType, readAccessUnit, readSpsSize, splitAnnexB, splitAvcc } from './h264.ts'

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))

/** Parameter sets written by x264: Baseline and High, cropped, and interlaced 4:2:2 with scaling matrices. */
const SPS_SIZES = [
  ['6742c01fd9005005bb011000000300100000030320f1832480', 1280, 720],
  ['6764001facd9405005bb011000000300100000030320f1831960', 1280, 720],
  ['6742c028d900780227e5c044000003000400000300c83c60c920', 1920, 1080],
  ['6764001eacd940a02ff97011000003000100000300320f162d96', 640, 360],
  ['677a001ebcd940b424d8088000000300800000190f8a14cb', 720, 576],
] as const

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

test('takes parameter sets and delimiters out of an access unit', () => {
  const unit = readAccessUnit(
    hex('00000001 09f0 00000001 6742c0 00000001 68ce3c80 000001 0605 000001 658884'),
  )
  assert.equal(unit.isKey, true)
  assert.deepEqual(unit.sps, hex('6742c0'))
  assert.deepEqual(unit.pps, hex('68ce3c80'))
  assert.deepEqual(unit.data, hex('00000002 0605 00000003 658884'))
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
  const readers = [splitAnnexB, splitAvcc, readAccessUnit, readSpsSize, (bytes: Uint8Array) => nalType(bytes)]
  const sps = fc.uint8Array({ maxLength: 40 }).map((body) => Uint8Array.from([0x67, 100, ...body]))
  fc.assert(
    fc.property(fc.oneof(fc.uint8Array({ maxLength: 200 }), sps), (bytes) => {
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

for (const [sps, width, height] of SPS_SIZES) {
  test(`reads ${width}x${height} from a sequence parameter set`, () => {
    assert.deepEqual(readSpsSize(hex(sps)), { width, height })
  })
}
