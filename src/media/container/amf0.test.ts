import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ParseError } from '../../base/errors.ts'
import { type AmfValue, readAmf0, writeAmf0, writeEcmaArray } from './amf0.ts'

const CASES: readonly (readonly [AmfValue, string])[] = [
  [1.5, '003ff8000000000000'],
  [true, '0101'],
  ['bcs', '0200036263 73'],
  [null, '05'],
  [undefined, '06'],
  [{ a: false }, '03 0001 61 0100 000009'],
  [[1, 'x'], '0a 00000002 003ff0000000000000 0200 0178'],
  [new Date(0), '0b 0000000000000000 0000'],
]

/** Objects that were read have no prototype. */
function plain(value: AmfValue): unknown {
  if (value === null || typeof value !== 'object' || value instanceof Date) return value
  if (Array.isArray(value)) return value.map(plain)
  return Object.entries(value).map(([name, field]) => [name, plain(field)])
}

for (const [value, hex] of CASES) {
  test(`writes and reads ${hex}`, () => {
    const bytes = Buffer.from(hex.replaceAll(' ', ''), 'hex')
    assert.deepEqual(writeAmf0(value), bytes)
    assert.deepEqual(readAmf0(bytes).map(plain), [plain(value)])
  })
}

test('reads an ECMA array and a typed object as an object', () => {
  assert.deepEqual(readAmf0(writeEcmaArray({ width: 640 })).map(plain), [[['width', 640]]])
  const typed = Buffer.concat([Buffer.from('10000141', 'hex'), writeAmf0({ b: 1 }).subarray(1)])
  assert.deepEqual(readAmf0(typed).map(plain), [[['b', 1]]])
})

test('a field named __proto__ is a field and nothing more', () => {
  const bytes = Buffer.from('0300095f5f70726f746f5f5f 0101 000009'.replaceAll(' ', ''), 'hex')
  const [value] = readAmf0(bytes)
  assert.deepEqual(plain(value), [['__proto__', true]])
})

test('refuses nesting without end, arrays without content, and cut values', () => {
  assert.throws(() => readAmf0(Buffer.from('0a00000001'.repeat(8000), 'hex')), ParseError)
  assert.throws(() => readAmf0(Buffer.from('0affffffff', 'hex')), ParseError)
  assert.throws(() => readAmf0(Buffer.alloc(60_000, 5)), ParseError)
  assert.throws(() => readAmf0(Buffer.from('02000461', 'hex')), ParseError)
  assert.throws(() => readAmf0(Buffer.from('11', 'hex')), ParseError)
})

const values = fc.letrec<{ value: AmfValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.double(),
    fc.boolean(),
    fc.string({ unit: 'grapheme' }),
    fc.constant(null),
    fc.constant(undefined),
    fc.array(tie('value'), { maxLength: 4 }),
    fc.dictionary(fc.string(), tie('value'), { maxKeys: 4 }),
  ),
})).value

test('reads what it wrote', () => {
  fc.assert(
    fc.property(fc.array(values, { maxLength: 5 }), (list) => {
      assert.deepEqual(readAmf0(writeAmf0(...list)).map(plain), list.map(plain))
    }),
    { numRuns: 200 },
  )
})

test('only ParseError escapes, whatever the bytes', () => {
  const markers = fc.integer({ min: 0, max: 18 })
  const bytes = fc.array(fc.oneof(markers, fc.integer({ min: 0, max: 255 })), { maxLength: 200 })
  fc.assert(
    fc.property(bytes, (list) => {
      try {
        readAmf0(Uint8Array.from(list))
      } catch (error) {
        assert.ok(error instanceof ParseError, String(error))
      }
    }),
    { numRuns: 1000 },
  )
})
