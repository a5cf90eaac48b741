import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { visualOrder } from './bidi.ts'

const shown = (text: string) =>
  visualOrder([...text])
    .map(({ sign }) => sign)
    .join('')

test('leaves alone what runs from left to right', () => {
  for (const text of ['', 'Camera (1)', '前门 2', 'a1 Ω:']) assert.equal(shown(text), text)
})

test('turns passages that run from right to left, but not their numbers', () => {
  for (const [written, stands] of [
    ['אבג', 'גבא'],
    ['אב גד', 'דג בא'],
    ['אבג 12', '12 גבא'],
    ['אב 10:30 ג', 'ג 10:30 בא'],
    ['Hof אבג 5', 'Hof 5 גבא'],
    ['אב Hof 5 ג', 'ג Hof 5 בא'],
    ['(אב)', '(בא)'],
  ] as const)
    assert.equal(shown(written), stands, written)
})

test('loses no letter and adds none', () => {
  const text = fc.string({ unit: fc.constantFrom(...'aΩאבعم15.: ()-') })
  fc.assert(
    fc.property(text, (line) => {
      const letters = (one: string) => [...one].filter((sign) => !'()'.includes(sign)).sort()
      assert.deepEqual(letters(shown(line)), letters(line))
    }),
  )
})
