/**
 * A head behind a picture that may be mirrored or turned: directions and positions are those people see, whatever the
 * motors or the window do. Places are those of the head: one that was stored shows the same things in any picture.
 */
import { type Facing, facedAs, flipsOf, type Pose, UPRIGHT } from '../engine/head/motion.ts'
import type { Direction, Head, LensGoal, Place, Velocity } from './head.ts'

export class FacedHead implements Head {
  readonly #head: Head
  #facing = UPRIGHT
  readonly drive: Head['drive']
  readonly placeAt: Head['placeAt']

  constructor(head: Head) {
    this.#head = head
    if (head.drive) this.drive = (velocity) => head.drive!(this.#turned(velocity))
    if (head.placeAt) this.placeAt = (pose) => head.placeAt!(facedAs(pose, this.#facing))
  }

  /** How the picture stands from now on; what moves goes on as it does. */
  face(facing: Facing): void {
    this.#facing = facing
  }

  /** A pose of the head as people see it. */
  seen(pose: Pose): Pose {
    return facedAs(pose, this.#facing)
  }

  pose(): Pose | undefined {
    const pose = this.#head.pose()
    return pose && this.seen(pose)
  }

  turn(direction: Direction, speed: number): Promise<number | undefined> {
    return this.#head.turn(this.#turned(direction), speed)
  }

  zoom(way: 1 | -1, speed: number): Promise<void> {
    return this.#head.zoom(way, speed)
  }

  focus(way: 1 | -1, speed: number): Promise<void> {
    return this.#head.focus(way, speed)
  }

  iris(way: 1 | -1, speed: number): Promise<void> {
    return this.#head.iris(way, speed)
  }

  stop(): Promise<void> {
    return this.#head.stop()
  }

  lensTo(goal: LensGoal): Promise<void> {
    return this.#head.lensTo(goal)
  }

  remember(slot: number): Promise<Place> {
    return this.#head.remember(slot)
  }

  forget(place: Place): Promise<void> {
    return this.#head.forget(place)
  }

  goTo(place: Place, speed: number): Promise<number> {
    return this.#head.goTo(place, speed)
  }

  setAutoFocus(enabled: boolean): Promise<void> {
    return this.#head.setAutoFocus(enabled)
  }

  isMoving(): boolean {
    return this.#head.isMoving?.() ?? false
  }

  close(): Promise<void> {
    return this.#head.close()
  }

  #turned<T extends Direction | Velocity>(way: T): T {
    const { horizontal, vertical } = flipsOf(this.#facing)
    return { ...way, pan: signed(way.pan, horizontal), tilt: signed(way.tilt, vertical) }
  }
}

const signed = <N extends number>(value: N, isOpposite: boolean) => (isOpposite ? -value : value) as N
