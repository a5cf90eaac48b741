import assert from 'node:assert/strict'
import { test } from 'node:test'
import { addSiren, SIREN_TONES } from './siren.ts'
import { SAMPLE_RATE } from './sound-rate.ts'

/** Share of a tone in samples, 0 to about 1 (Goertzel). */
function shareOf(hz: number, samples: Float32Array): number {
  let [real, imaginary] = [0, 0]
  samples.forEach((value, at) => {
    const angle = (2 * Math.PI * hz * at) / SAMPLE_RATE
    real += value * Math.cos(angle)
    imaginary += value * Math.sin(angle)
  })
  return (2 * Math.hypot(real, imaginary)) / samples.length
}

test('the two tones come in turn, however the samples are cut into frames', () => {
  const whole = new Float32Array(SAMPLE_RATE)
  addSiren(0, whole)
  for (const [half, tone] of SIREN_TONES.entries()) {
    const samples = whole.subarray((half * SAMPLE_RATE) / 2, ((half + 1) * SAMPLE_RATE) / 2)
    assert.ok(shareOf(tone, samples) > 0.45)
    assert.ok(shareOf(SIREN_TONES[1 - half]!, samples) < 0.05)
  }
  const cut = new Float32Array(SAMPLE_RATE)
  for (let at = 0; at < SAMPLE_RATE; at += 1024) addSiren(at, cut.subarray(at, at + 1024))
  assert.deepEqual(cut, whole)
})

test('loud sound stays within its bounds', () => {
  const samples = new Float32Array(4000).fill(1)
  addSiren(12_345, samples)
  assert.ok(samples.every((value) => Math.abs(value) <= 1))
})
