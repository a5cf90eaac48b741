import assert from 'node:assert/strict'
import { test } from 'node:test'
import { SoundRing } from './sound-ring.ts'

const ones = (length: number) => new Float32Array(length).fill(1)

function read(ring: SoundRing, firstSample: number, length: number): number[] {
  const samples = new Float32Array(length).fill(9)
  ring.read(firstSample, samples)
  return [...samples]
}

test('gives sound back where it was written and silence elsewhere', () => {
  const ring = new SoundRing()
  ring.write(10_002, Float32Array.of(1, 2, 3))
  assert.deepEqual(read(ring, 10_000, 8), [0, 0, 1, 2, 3, 0, 0, 0])
})

test('joins pieces whose times are rounded', () => {
  const ring = new SoundRing()
  ring.write(1000, ones(1024))
  ring.write(1000 + 1024 + 100, ones(1024))
  assert.deepEqual(new Set(read(ring, 1000, 2048)), new Set([1]))
})

test('gives nothing twice, not even a ring length later', () => {
  const ring = new SoundRing()
  ring.write(0, ones(100))
  read(ring, 0, 100)
  assert.deepEqual(new Set(read(ring, 65_536, 100)), new Set([0]))
})

test('drops what comes too late or is too far ahead', () => {
  const ring = new SoundRing()
  read(ring, 100_000, 1000)
  ring.write(100_500, ones(1000))
  ring.write(300_000, ones(1000))
  assert.deepEqual(read(ring, 101_000, 1000), [...ones(500), ...new Float32Array(500)])
  assert.deepEqual(new Set(read(ring, 102_000, 60_000)), new Set([0]))
})

test('forgets what lay in it when nobody listened for long', () => {
  const ring = new SoundRing()
  ring.write(0, ones(1000))
  assert.deepEqual(new Set(read(ring, 65_536 * 3, 1000)), new Set([0]))
})
