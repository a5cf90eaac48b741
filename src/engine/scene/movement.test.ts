import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SceneSpecification } from '../source/specification.ts'
import { moverAt, PANORAMA, visibleArea } from './movement.ts'

const scene: SceneSpecification = { kind: 'scene', everySeconds: 20, forSeconds: 8, seed: 1, light: 'day' }

test('is still first and moves in the last seconds of every period', () => {
  for (const period of [0, 1, 7]) {
    const at = (seconds: number) => moverAt(scene, (period * 20 + seconds) * 1000)
    assert.equal(at(0), undefined)
    assert.equal(at(11.9), undefined)
    assert.equal(at(12.1)?.index, period)
    assert.equal(at(19.9)?.index, period)
  }
})

test('never moves with every=0 or for=0', () => {
  for (const change of [{ everySeconds: 0 }, { forSeconds: 0 }]) {
    for (let atMs = 0; atMs < 60_000; atMs += 500)
      assert.equal(moverAt({ ...scene, ...change }, atMs), undefined)
  }
})

test('moves all the time when the motion fills the period', () => {
  const busy = { ...scene, everySeconds: 8 }
  for (let atMs = 0; atMs < 64_000; atMs += 250) assert.ok(moverAt(busy, atMs))
})

test('sends cars, pedestrians and cyclists in turn', () => {
  const kinds = [0, 1, 2, 3].map((period) => moverAt(scene, period * 20_000 + 16_000)?.kind)
  assert.deepEqual(new Set(kinds), new Set(['car', 'pedestrian', 'cyclist']))
})

test('shows something within the first and until the last half second of a motion', () => {
  for (let period = 0; period < 4; period += 1) {
    for (const seconds of [12.5, 14, 16, 18, 19.5]) {
      const mover = moverAt(scene, (period * 20 + seconds) * 1000)
      const area = mover && visibleArea(mover)
      assert.ok(area && area.width > 20, `${mover?.kind} at ${seconds} s`)
      assert.ok(
        area.x >= 0 && area.x + area.width <= PANORAMA.width && area.y + area.height <= PANORAMA.height,
      )
    }
  }
})

test('moves from picture to picture', () => {
  for (let period = 0; period < 4; period += 1) {
    const x = [14, 14.1, 14.2].map((seconds) => moverAt(scene, (period * 20 + seconds) * 1000)!.box.x)
    assert.equal(new Set(x).size, 3)
  }
})
