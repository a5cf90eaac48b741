/** One axis on its way: a trapezoid of velocity from any place and speed to rest at another place. Pure. */

export interface Leg {
  /** Place at the start, in the unit of the axis. */
  readonly from: number
  /** Where it comes to rest. */
  readonly to: number
  /** Velocity at the start, units/s. */
  readonly velocity: number
  /** Greatest speed, units/s, above 0. */
  readonly speed: number
  /** Units/s², above 0. */
  readonly acceleration: number
  /** Start on the monotonic clock. */
  readonly atMs: number
}

export interface AxisState {
  readonly place: number
  /** Units/s. */
  readonly velocity: number
}

/** A stretch of constant acceleration, seen in the direction of the way. */
interface Phase {
  readonly seconds: number
  readonly velocity: number
  readonly acceleration: number
}

/** Where braking from `velocity` ends. */
export function brakedAt({ place, velocity }: AxisState, acceleration: number): number {
  return place + (velocity * Math.abs(velocity)) / (2 * acceleration)
}

/** Where the axis is and how fast, at a time of the monotonic clock. */
export function legAt(leg: Leg, monotonicMs: number): AxisState {
  let seconds = (monotonicMs - leg.atMs) / 1000
  if (seconds <= 0) return { place: leg.from, velocity: leg.velocity }
  const sign = directionOf(leg)
  let way = 0
  for (const phase of phasesOf(leg, sign)) {
    const spent = Math.min(seconds, phase.seconds)
    way += phase.velocity * spent + (phase.acceleration * spent * spent) / 2
    if (seconds < phase.seconds) {
      return { place: leg.from + sign * way, velocity: sign * (phase.velocity + phase.acceleration * spent) }
    }
    seconds -= spent
  }
  return { place: leg.to, velocity: 0 }
}

/** Time from start to rest, milliseconds. */
export function durationMs(leg: Leg): number {
  return phasesOf(leg, directionOf(leg)).reduce((sum, { seconds }) => sum + seconds, 0) * 1000
}

/** The side on which the end lies once the axis has braked. */
function directionOf({ from, to, velocity, acceleration }: Leg): 1 | -1 {
  return to >= brakedAt({ place: from, velocity }, acceleration) ? 1 : -1
}

/** Up (or down) to the greatest speed, on at that speed, braking. */
function phasesOf(leg: Leg, sign: 1 | -1): readonly Phase[] {
  const { acceleration: a, speed } = leg
  const start = leg.velocity * sign
  const way = (leg.to - leg.from) * sign
  // v² = v0² + 2as, once for speeding up and once for braking.
  const peak = Math.sqrt(Math.max(0, a * way + (start * start) / 2))
  const top = Math.max(0, start > speed ? speed : Math.min(peak, speed))
  const change = Math.abs(top - start) / a
  const changeWay = ((start + top) / 2) * change
  const brakeWay = (top * top) / (2 * a)
  const even = top > 0 ? Math.max(0, (way - changeWay - brakeWay) / top) : 0
  return [
    { seconds: change, velocity: start, acceleration: top < start ? -a : a },
    { seconds: even, velocity: top, acceleration: 0 },
    { seconds: top / a, velocity: top, acceleration: -a },
  ]
}
