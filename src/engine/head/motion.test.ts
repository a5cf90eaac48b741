import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { durationMs, type Leg, legAt } from './leg.ts'
import { lensOf, marginAt, poseAt, sharpAt, WIDE, windowOf } from './motion.ts'

const real = (min: number, max: number) => fc.double({ min, max, noNaN: true })
const legs: fc.Arbitrary<Leg> = fc.record({
  from: real(-3, 3),
  to: real(-3, 3),
  velocity: real(-2, 2),
  speed: real(0.01, 2),
  acceleration: real(0.05, 10),
  atMs: real(0, 1e6),
})

test('a leg never jumps, is never faster than it may be, and ends where it should', () => {
  fc.assert(
    fc.property(legs, (leg) => {
      const duration = durationMs(leg)
      const limit = Math.max(leg.speed, Math.abs(leg.velocity)) + 1e-6
      const stepMs = Math.max(1, duration / 500)
      let last = legAt(leg, leg.atMs)
      assert.equal(last.place, leg.from)
      for (let ms = stepMs; ms < duration + 3 * stepMs; ms += stepMs) {
        const next = legAt(leg, leg.atMs + ms)
        assert.ok(Math.abs(next.velocity) <= limit)
        assert.ok(Math.abs(next.place - last.place) <= (limit * stepMs) / 1000 + 1e-6)
        const change = Math.abs(next.velocity - last.velocity)
        assert.ok(change <= (leg.acceleration * stepMs) / 1000 + 1e-6)
        last = next
      }
      assert.deepEqual(last, { place: leg.to, velocity: 0 })
    }),
  )
})

test('a leg begins to brake just in time', () => {
  const leg = { from: 0, to: 1, velocity: 0, speed: 0.5, acceleration: 1, atMs: 1000 }
  assert.equal(durationMs(leg), 2500)
  assert.deepEqual(legAt(leg, 1500), { place: 0.125, velocity: 0.5 })
  assert.deepEqual(legAt(leg, 3000), { place: 0.875, velocity: 0.5 })
  assert.deepEqual(legAt(leg, 3500), { place: 1, velocity: 0 })
})

test('a pose never looks beyond the picture, also while zooming out at its edge', () => {
  const motion = {
    pose: { ...WIDE, pan: 0.95, tilt: 0.05, zoom: 8 },
    legs: { zoom: [{ from: 3, to: 0, velocity: 0, speed: 2, acceleration: 6, atMs: 0 }] },
  }
  for (let ms = 0; ms < 3000; ms += 20) {
    const pose = poseAt(motion, ms)
    const margin = marginAt(pose.zoom)
    assert.ok(pose.pan <= 1 - margin + 1e-9 && pose.tilt >= margin - 1e-9)
    const { x, y, width, height } = windowOf(pose)
    assert.ok(x >= 0 && y >= 0 && x + width <= 1 + 1e-9 && y + height <= 1 + 1e-9)
  }
  assert.equal(poseAt(motion, 3000).zoom, 1)
})

test('with auto focus the lens follows the zoom, without it the picture blurs', () => {
  const zoom = [{ from: 0, to: 2, velocity: 0, speed: 2, acceleration: 6, atMs: 0 }]
  const blurAt = (tracksFocus: boolean) =>
    lensOf(poseAt({ pose: WIDE, legs: { zoom }, tracksFocus }, 5000)).blur
  assert.equal(blurAt(true), 0)
  assert.ok(blurAt(false) > 0.2)
})

test('an iris close to normal is normal, and a lens close to sharp is sharp', () => {
  assert.deepEqual(lensOf({ ...WIDE, iris: 0.03, focus: sharpAt(1) + 0.015 }), { blur: 0, iris: 0 })
})
