import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DayNight, firstLook, lookAgain } from './day-night.ts'

/** The state after measurements once a second. */
function after(first: number, ...more: number[]): DayNight {
  return more.reduce(
    (state, brightness, index) => lookAgain(state, brightness, index * 1000),
    firstLook(first),
  )
}

test('the first look decides at once', () => {
  assert.equal(firstLook(30).isNight, true)
  assert.equal(firstLook(150).isNight, false)
})

test('a change needs two seconds of agreement', () => {
  assert.equal(after(150, 20, 20).isNight, false)
  assert.equal(after(150, 20, 20, 20).isNight, true)
  assert.equal(after(20, 150, 150).isNight, true)
  assert.equal(after(20, 150, 150, 150).isNight, false)
})

test('a lightning or a shadow changes nothing, however often', () => {
  assert.equal(after(20, 200, 200, 20, 200, 200, 20, 200, 200).isNight, true)
  assert.equal(after(150, 20, 20, 150, 20, 20, 150, 20, 20).isNight, false)
})

test('between the two bounds everything stays as it is', () => {
  const dusk = Array.from({ length: 100 }, () => 60)
  assert.equal(after(150, ...dusk).isNight, false)
  assert.equal(after(20, ...dusk).isNight, true)
})

test('is the same object while nothing happens', () => {
  const state = firstLook(150)
  assert.equal(lookAgain(state, 140, 1000), state)
})
