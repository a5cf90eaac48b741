import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Font } from './font.ts'
import { FONT_COUNT, FONT_FILE, fontAt } from './font-stack.ts'
import { typeset } from './typeset.ts'

/** Texts of the runs with the begin of their font's name. */
const runsOf = (text: string) =>
  typeset(text).runs.map(({ text: part, fontFile }) => [part, basename(fontFile).slice(0, 8)])

test('draws each script in the first font that has it', () => {
  for (const [text, font] of [
    ['Café №1', 'DejaVuSa'],
    ['Κάμερα', 'DejaVuSa'],
    ['Камера', 'DejaVuSa'],
    ['前门摄像头', 'NotoSans'],
    ['正面玄関カメラ', 'NotoSans'],
    ['현관', 'NotoSans'],
    ['กล้อง', 'unifonte'],
  ] as const)
    assert.deepEqual(runsOf(text), [[text, font]])
})

test('cuts a mixed name where the font changes, and keeps digits and blanks with their neighbours', () => {
  assert.deepEqual(
    runsOf('Hof 前门 1号 2').map(([text]) => text),
    ['Hof ', '前门 1号 2'],
  )
})

test('keeps letters together with what stands on them', () => {
  assert.deepEqual(runsOf('e\u0301'), [['é', 'DejaVuSa']])
  assert.equal(runsOf('✈\ufe0f').length, 1)
})

test('shows a sign in place of what no font has', () => {
  assert.deepEqual(runsOf('a\u{10fffd}b\ud800'), [['a\ufffdb\ufffd', 'DejaVuSa']])
})

test('draws a name that changes its script with each letter from one font', () => {
  assert.equal(runsOf('a前b한c門d글e中f한g国h글').length, 1)
})

test('keeps line breaks out', () => {
  assert.deepEqual(runsOf('a\r\nb\u0000\u2028c'), [['a b c', 'DejaVuSa']])
})

test('any text becomes few runs with sound measures', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 31 }), (text) => {
      const { runs, width } = typeset(text)
      assert.ok(runs.length <= 8 && width >= 0 && width < 200)
      for (const [index, run] of runs.entries()) {
        assert.ok(run.text.length > 0 && !/[\n\r\0]/.test(run.text))
        assert.ok(index === 0 ? run.x === 0 : run.x >= runs[index - 1]!.x)
      }
    }),
  )
})

test('reads what a font tells of itself, in each of the forms that the stack has', () => {
  const dejavu = fontAt(0)!
  assert.equal(dejavu.has(0x41), true)
  assert.equal(dejavu.has(0x4e2d), false)
  // DejaVu Sans: the advance of A is 1401 of 2048 units.
  assert.equal(dejavu.advance(0x41), 1401 / 2048)
  assert.equal(fontAt(1)!.advance(0x4e2d), 1)
  assert.equal(fontAt(3)!.has(0xe01), true)
  assert.equal(fontAt(FONT_COUNT), undefined)
})

test('a file that is no font is refused', () => {
  assert.throws(() => new Font(import.meta.filename), { kind: 'internal' })
  assert.throws(() => new Font(`${FONT_FILE}x`), { kind: 'internal' })
})
