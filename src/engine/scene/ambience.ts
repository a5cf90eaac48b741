/**
 * The sound of the street: a quiet hiss of a town far away and the engines of the cars that pass. A pure
 * function of the sample's number, so that a new engine goes on where the old one ended.
 */
import { SAMPLE_RATE } from '../sound-rate.ts'
import type { SceneSpecification } from '../source/specification.ts'
import { moverAt, PANORAMA } from './movement.ts'

const HISS = 0.006
const ENGINE = 0.16
/** Firing frequency of an idle four-cylinder engine, Hz. */
const ENGINE_HZ = 58

/** Fills `samples` (from -1 to 1, 16 kHz mono); the first is number `firstSample` since the timeline's start. */
export function streetSound(scene: SceneSpecification, firstSample: number, samples: Float32Array): void {
  const loudnessFrom = engineLoudness(scene, firstSample)
  const loudnessTo = engineLoudness(scene, firstSample + samples.length)
  for (let index = 0; index < samples.length; index += 1) {
    const number = firstSample + index
    const loudness = loudnessFrom + (loudnessTo - loudnessFrom) * (index / samples.length)
    samples[index] = HISS * softNoise(number) + (loudness > 0 ? loudness * engine(number) : 0)
  }
}

/** From 0 without a car to ENGINE with one in the middle of the picture. */
function engineLoudness(scene: SceneSpecification, sample: number): number {
  const mover = moverAt(scene, (sample / SAMPLE_RATE) * 1000)
  if (mover?.kind !== 'car') return 0
  const distance = (mover.box.x + mover.box.width / 2) / (PANORAMA.width / 2) - 1
  return ENGINE * Math.exp(-4 * distance * distance)
}

/** Three harmonics and the noise of the tyres. */
function engine(sample: number): number {
  const phase = (2 * Math.PI * ENGINE_HZ * (sample % SAMPLE_RATE)) / SAMPLE_RATE
  return (
    0.5 * Math.sin(phase) + 0.25 * Math.sin(2 * phase) + 0.1 * Math.sin(3 * phase) + 0.3 * softNoise(sample)
  )
}

/** White noise, averaged over four neighbours to take its edge off. */
function softNoise(sample: number): number {
  return (noise(sample) + noise(sample + 1) + noise(sample + 2) + noise(sample + 3)) / 2
}

/** From -1 to 1, by a hash of the number. */
function noise(sample: number): number {
  let word = Math.imul(sample | 0, 0x9e3779b1)
  word = Math.imul(word ^ (word >>> 15), 0x85ebca6b)
  return (word ^ (word >>> 13)) / 2 ** 31
}
