import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Frozen } from './frozen.ts'

/** Shows seconds of pictures at 7 a second; `changedAt` tells the share of tiles that changed. Gives when it was frozen. */
function show(seconds: number, changedAt: (atS: number, index: number) => number): number[] {
  const frozen = new Frozen()
  const at: number[] = []
  for (let index = 0; index < seconds * 7; index += 1)
    if (frozen.look(changedAt(index / 7, index), (index * 1000) / 7)) at.push(index / 7)
  return at
}

test('a source with noise that stands still is frozen after ten to twenty seconds, until it moves on', () => {
  // An encoder renews its pictures every two seconds.
  for (const renewed of [0, 14]) {
    const at = show(90, (atS, index) => {
      if (atS < 30 || atS > 60) return 1
      return renewed > 0 && index % renewed === 0 ? 1 : 0
    })
    assert.ok(at[0]! > 39 && at[0]! < 51, `${at[0]}`)
    assert.ok(at.at(-1)! > 59.5 && at.at(-1)! < 62, `${at.at(-1)}`)
  }
})

test('what never has noise is not frozen: a painted scene, a slide, a file of still pictures', () => {
  assert.deepEqual(
    show(300, (atS) => (atS % 20 > 15 ? 0.2 : 0)),
    [],
  )
  assert.deepEqual(
    show(300, () => 0),
    [],
  )
})

test('a source that is still now and then is not frozen, though it was busy before', () => {
  // Its encoder leaves out what did not change; somebody is in the picture for ten seconds of each twenty.
  assert.deepEqual(
    show(300, (atS) => (atS % 20 < 10 ? 1 : 0)),
    [],
  )
})
