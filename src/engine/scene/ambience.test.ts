import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SceneSpecification } from '../source/specification.ts'
import { streetSound } from './ambience.ts'

const scene: SceneSpecification = { kind: 'scene', everySeconds: 20, forSeconds: 8, seed: 0, light: 'day' }

function sound(atSeconds: number, length = 1600): Float32Array {
  const samples = new Float32Array(length)
  streetSound(scene, atSeconds * 16_000, samples)
  return samples
}

const loudness = (samples: Float32Array) =>
  Math.sqrt(samples.reduce((sum, value) => sum + value ** 2, 0) / samples.length)

test('is quiet while nothing moves and loudest when a car is in the middle', () => {
  const [still, coming, middle, gone] = [5, 13, 16, 19.5].map((at) => loudness(sound(at)))
  assert.ok(still! > 0.001 && still! < 0.02)
  assert.ok(middle! > 5 * still! && middle! > coming! && middle! > gone!)
})

test('never clips', () => {
  for (let at = 10; at < 20; at += 1) assert.ok(sound(at, 16_000).every((value) => Math.abs(value) < 1))
})

test('is the same whatever pieces it is asked for in', () => {
  const whole = sound(5, 3200)
  assert.deepEqual(Float32Array.of(...sound(5, 1600), ...sound(5.1, 1600)), whole)
})
