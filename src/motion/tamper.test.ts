import assert from 'node:assert/strict'
import { test } from 'node:test'
import { edgesOf, layoutOf } from './features.ts'
import { LOOK_HEIGHT, LOOK_POINTS, LOOK_WIDTH } from './grid.ts'
import { Tamper } from './tamper.ts'
import { TestPlace } from './test-pictures.ts'

const place = new TestPlace(3)
const clear = () => place.picture({ noise: 1 })
const dark = () => place.picture({ noise: 1, light: 0 })
const night = () => place.picture({ noise: 3, light: 0.35 })
const hand = () => {
  const picture = new Uint8Array(LOOK_POINTS)
  for (let at = 0; at < LOOK_POINTS; at += 1) picture[at] = 60 + 30 * ((at % LOOK_WIDTH) / LOOK_WIDTH)
  return picture
}

/** As a lens out of focus shows it: each point the mean of those around it. */
function blurred(picture: Uint8Array, radius: number): Uint8Array {
  const output = new Uint8Array(LOOK_POINTS)
  for (let y = 0; y < LOOK_HEIGHT; y += 1) {
    for (let x = 0; x < LOOK_WIDTH; x += 1) {
      let [sum, count] = [0, 0]
      for (
        let column = Math.max(0, x - radius);
        column <= Math.min(LOOK_WIDTH - 1, x + radius);
        column += 1
      ) {
        sum += picture[y * LOOK_WIDTH + column]!
        count += 1
      }
      output[y * LOOK_WIDTH + x] = sum / count
    }
  }
  return output
}

/** Shows one picture a second, and gives what was told after each. */
function show(tamper: Tamper, seconds: number, picture: () => Uint8Array) {
  return Array.from({ length: seconds }, () => {
    const gray = picture()
    const layout = layoutOf(gray)
    const luma = { luma: gray, width: LOOK_WIDTH, height: LOOK_HEIGHT, stride: LOOK_WIDTH }
    return tamper.look({ layout, edges: edgesOf(luma, layout) })
  })
}

test('a covered lens is told after five seconds, dark or not, and over when it is over', () => {
  for (const cover of [dark, hand]) {
    const tamper = new Tamper()
    assert.ok(show(tamper, 20, clear).every((told) => told === undefined))
    const told = show(tamper, 20, cover)
    assert.deepEqual(told.slice(3, 6), [undefined, 'covered', 'covered'])
    assert.equal(told.at(-1), 'covered')
    assert.equal(show(tamper, 3, clear).at(-1), undefined)
  }
})

test('a lens out of focus is told apart from a covered one', () => {
  const tamper = new Tamper()
  show(tamper, 20, clear)
  assert.equal(show(tamper, 6, () => blurred(clear(), 4)).at(-1), 'defocused')
  assert.equal(show(tamper, 3, clear).at(-1), undefined)
})

test('night, a switch to it and back, and an arm before the lens for a moment are nothing', () => {
  const tamper = new Tamper()
  const told = [
    ...show(tamper, 20, clear),
    ...show(tamper, 60, night),
    ...show(tamper, 20, clear),
    ...show(tamper, 4, hand),
    ...show(tamper, 20, clear),
  ]
  assert.ok(told.every((one) => one === undefined))
})

test('a source that begins dark is covered; a head that is turned to a wall is not', () => {
  assert.equal(show(new Tamper(), 6, dark).at(-1), 'covered')
  const tamper = new Tamper()
  show(tamper, 20, clear)
  tamper.lookElsewhere()
  assert.ok(show(tamper, 60, hand).every((told) => told === undefined))
})
