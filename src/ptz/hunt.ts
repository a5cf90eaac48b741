/** Auto focus at work: past the sharp point, back past it, and locked. */
import { durationMs, type Leg } from '../engine/head/leg.ts'

/** Turning points, distances from the sharp point; the first on the far side of where it comes from. */
const OVERSHOOT = 0.1
const SECOND_OVERSHOOT = 0.05
/** With it the longest hunt, from one end of the lens to the other, takes less than 1.3 s. */
const ACCELERATION = 6
/** Faster than the lens ever gets. */
const SPEED = 10

/** The legs from `distance` off the sharp point to it, beginning at `atMs`. */
export function hunt(distance: number, atMs: number): readonly Leg[] {
  const side = distance > 0 ? -1 : 1
  const legs: Leg[] = []
  let from = distance
  let startMs = atMs
  for (const to of [side * OVERSHOOT, -side * SECOND_OVERSHOOT, 0]) {
    const leg = { from, to, velocity: 0, speed: SPEED, acceleration: ACCELERATION, atMs: startMs }
    legs.push(leg)
    startMs += durationMs(leg)
    from = to
  }
  return legs
}
