/** A head without motors: it moves a window over the source's picture (docs/design/ptz.md). */
import type { Clock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import type { Timers } from '../base/timers.ts'
import { brakedAt, durationMs, type Leg } from '../engine/head/leg.ts'
import {
  AXES,
  type Axis,
  clamp,
  type HeadMotion,
  MAX_ZOOM,
  marginAt,
  type Pose,
  poseAt,
  restsAtMs,
  sharpAt,
  velocityAt,
} from '../engine/head/motion.ts'
import type { Direction, Head, LensGoal, Place, Velocity } from './head.ts'
import { hunt } from './hunt.ts'
import { MAX_SPEED } from './limits.ts'

/** Greatest speeds, units per second; pan and tilt in shares of what is seen. */
const RATES: Readonly<Record<Axis, number>> = { pan: 0.5, tilt: 0.5, zoom: 2, focus: 0.5, iris: 1 }
/** Time from rest to the greatest speed. */
const RUN_UP_SECONDS = 0.3
/** Less is no reason to focus anew. */
const SAME = 1e-6

/** A way of one axis that is to be begun. */
interface Goal {
  readonly to: number
  readonly speed: number
  readonly acceleration: number
}
type Goals = Partial<Record<Axis, Goal>>

interface DigitalHeadOptions {
  readonly clock: Clock
  readonly timers: Timers
  /** Where it looks at first. */
  readonly pose: Pose
  /** Hands a motion to the engine. */
  readonly show: (motion: HeadMotion) => void
  /** It came to rest there. */
  readonly rested: (pose: Pose) => void
}

export class DigitalHead implements Head {
  readonly #options: DigitalHeadOptions
  #motion: HeadMotion
  #autoFocus = false
  /** Where the lens was locked last. */
  #lockedAt: Pose
  #cancelRest: () => void = () => undefined

  constructor(options: DigitalHeadOptions) {
    this.#options = options
    this.#motion = { pose: options.pose }
    this.#lockedAt = options.pose
    options.show(this.#motion)
  }

  pose(): Pose {
    return poseAt(this.#motion, this.#now())
  }

  async turn({ pan, tilt }: Direction, speed: number): Promise<number> {
    const { zoom } = this.pose()
    const margin = marginAt(zoom)
    const goal = (axis: 'pan' | 'tilt', way: number): Goals =>
      way === 0 ? {} : { [axis]: goalOf(axis, way < 0 ? margin : 1 - margin, speed, zoom) }
    return this.#begin({ ...goal('pan', pan), ...goal('tilt', tilt) })
  }

  async zoom(way: 1 | -1, speed: number): Promise<void> {
    this.#begin({ zoom: goalOf('zoom', way > 0 ? Math.log2(MAX_ZOOM) : 0, speed) })
  }

  async focus(way: 1 | -1, speed: number): Promise<void> {
    this.#holdFocus()
    this.#begin({ focus: goalOf('focus', way > 0 ? 1 : 0, speed) })
  }

  async iris(way: 1 | -1, speed: number): Promise<void> {
    this.#begin({ iris: goalOf('iris', way, speed) })
  }

  async drive({ pan, tilt, zoom }: Velocity): Promise<void> {
    const { zoom: now } = this.pose()
    // Zooming in makes room on the way: the end is where nobody can get.
    const margin = marginAt(zoom > 0 ? MAX_ZOOM : now)
    const goals: Goals = {}
    if (pan !== 0) goals.pan = goalOf('pan', pan < 0 ? margin : 1 - margin, speedOf(pan), now)
    if (tilt !== 0) goals.tilt = goalOf('tilt', tilt < 0 ? margin : 1 - margin, speedOf(tilt), now)
    if (zoom !== 0) goals.zoom = goalOf('zoom', zoom > 0 ? Math.log2(MAX_ZOOM) : 0, speedOf(zoom))
    this.#begin(goals)
  }

  isMoving(): boolean {
    return restsAtMs(this.#motion) > this.#now()
  }

  async stop(): Promise<void> {
    this.#begin({})
  }

  async lensTo({ zoom, focus }: LensGoal): Promise<void> {
    if (focus !== undefined) this.#holdFocus()
    this.#begin({
      ...(zoom === undefined ? {} : { zoom: goalOf('zoom', Math.log2(zoom), MAX_SPEED) }),
      ...(focus === undefined ? {} : { focus: goalOf('focus', focus, MAX_SPEED) }),
    })
  }

  async remember(): Promise<Place> {
    return this.placeAt(this.pose())
  }

  placeAt({ pan, tilt, zoom, focus }: Pose): Place {
    return { kind: 'pose', pan, tilt, zoom, focus }
  }

  async forget(): Promise<void> {}

  /** The axes arrive together, unless they are under way already. */
  async goTo(place: Place, speed: number): Promise<number> {
    if (place.kind !== 'pose') throw new CameraError('not-exist', 'the place belongs to another kind of head')
    const now = this.pose()
    const zoom = Math.min(now.zoom, place.zoom)
    const goals: Goals = {
      pan: goalOf('pan', place.pan, speed, zoom),
      tilt: goalOf('tilt', place.tilt, speed, zoom),
      zoom: goalOf('zoom', Math.log2(place.zoom), speed),
      ...(this.#motion.tracksFocus ? {} : { focus: goalOf('focus', place.focus, speed) }),
    }
    const times = new Map<Axis, number>()
    for (const axis of AXES) {
      const goal = goals[axis]
      if (goal !== undefined) times.set(axis, durationMs(this.#legTo(axis, goal, now)))
    }
    const longest = Math.max(...times.values())
    for (const [axis, time] of times) goals[axis] = slowed(goals[axis]!, time / longest)
    return this.#begin(goals)
  }

  /** Switched on it focuses at once, unless it is sharp; switched off the lens stays where it is. */
  async setAutoFocus(enabled: boolean): Promise<void> {
    if (enabled === this.#autoFocus) return
    this.#autoFocus = enabled
    const { focus, zoom } = this.pose()
    if (!enabled) {
      this.#holdFocus()
      this.#set(this.#motion)
    } else if (Math.abs(focus - sharpAt(zoom)) > SAME) this.#hunt()
    else this.#set({ ...this.#motion, tracksFocus: true })
  }

  async close(): Promise<void> {
    this.#cancelRest()
  }

  /** Begins the goals and brakes all other axes; gives the milliseconds until all are at rest. */
  #begin(goals: Goals): number {
    const now = this.#now()
    const pose = this.pose()
    const legs: Partial<Record<Axis, readonly Leg[]>> = {}
    for (const axis of AXES) {
      const goal = goals[axis]
      if (goal !== undefined) legs[axis] = [this.#legTo(axis, goal, pose)]
      else if (axis === 'focus' && this.#motion.tracksFocus) this.#keepFocus(legs)
      else if (velocityAt(this.#motion, axis, now) !== 0) legs[axis] = [this.#brake(axis, pose)]
    }
    this.#set({ ...this.#motion, pose, legs })
    return Math.max(0, restsAtMs(this.#motion) - now)
  }

  /** A hunt is not disturbed by what other axes do. */
  #keepFocus(legs: Partial<Record<Axis, readonly Leg[]>>): void {
    const current = this.#motion.legs?.focus
    if (current !== undefined) legs.focus = current
  }

  #legTo(axis: Axis, { to, speed, acceleration }: Goal, pose: Pose): Leg {
    const from = axis === 'zoom' ? Math.log2(pose.zoom) : pose[axis]
    return { from, to, velocity: this.#velocity(axis, pose), speed, acceleration, atMs: this.#now() }
  }

  #brake(axis: Axis, pose: Pose): Leg {
    const goal = goalOf(axis, 0, MAX_SPEED, pose.zoom)
    const { from, velocity } = this.#legTo(axis, goal, pose)
    const to = brakedAt({ place: from, velocity }, goal.acceleration)
    return this.#legTo(axis, { ...goal, to: clamp(to, ...limitsOf(axis, pose.zoom)) }, pose)
  }

  /** Where the zoom leaves no room the window stands still, whatever its leg says. */
  #velocity(axis: Axis, pose: Pose): number {
    const velocity = velocityAt(this.#motion, axis, this.#now())
    const [least, most] = limitsOf(axis, pose.zoom)
    const place = axis === 'zoom' ? Math.log2(pose.zoom) : pose[axis]
    return (velocity < 0 && place <= least) || (velocity > 0 && place >= most) ? 0 : velocity
  }

  /** From now on the lens stays where it is, whatever zoom does. */
  #holdFocus(): void {
    const { focus: _, ...legs } = this.#motion.legs ?? {}
    if (!this.#motion.tracksFocus) return
    const { focus } = this.pose()
    this.#motion = { pose: { ...this.#motion.pose, focus }, legs }
  }

  #hunt(): void {
    const pose = this.pose()
    const legs = hunt(pose.focus - sharpAt(pose.zoom), this.#now())
    this.#lockedAt = pose
    this.#set({ ...this.#motion, legs: { ...this.#motion.legs, focus: legs }, tracksFocus: true })
  }

  #set(motion: HeadMotion): void {
    this.#motion = motion
    this.#cancelRest()
    this.#options.show(motion)
    const restMs = Math.max(0, restsAtMs(motion) - this.#now())
    this.#cancelRest = this.#options.timers.after(restMs, () => this.#rested())
  }

  #rested(): void {
    const pose = this.pose()
    this.#options.rested(pose)
    const { pan, tilt, zoom } = this.#lockedAt
    const moved = Math.max(Math.abs(pose.pan - pan), Math.abs(pose.tilt - tilt), Math.abs(pose.zoom - zoom))
    if (this.#autoFocus && moved > SAME) this.#hunt()
  }

  #now(): number {
    return this.#options.clock.monotonicMs()
  }
}

/** Pan and tilt are slower the nearer things are, so that they pass at the same pace. */
function goalOf(axis: Axis, to: number, speed: number, zoom = 1): Goal {
  const rate = RATES[axis] / (axis === 'pan' || axis === 'tilt' ? zoom : 1)
  return { to, speed: (rate * speed) / MAX_SPEED, acceleration: rate / RUN_UP_SECONDS }
}

function speedOf(velocity: number): number {
  return Math.min(1, Math.abs(velocity)) * MAX_SPEED
}

/** The same way in 1/`share` of the time. */
function slowed(goal: Goal, share: number): Goal {
  if (!(share > 0 && share < 1)) return goal
  return { ...goal, speed: goal.speed * share, acceleration: goal.acceleration * share * share }
}

function limitsOf(axis: Axis, zoom: number): [least: number, most: number] {
  const margin = marginAt(zoom)
  switch (axis) {
    case 'pan':
    case 'tilt':
      return [margin, 1 - margin]
    case 'zoom':
      return [0, Math.log2(MAX_ZOOM)]
    case 'focus':
      return [0, 1]
    case 'iris':
      return [-1, 1]
  }
}
