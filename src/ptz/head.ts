/** What everything that can be turned has in common: the window in a picture, a motor on a serial line, another camera. */
import type { Pose } from '../engine/head/motion.ts'

export type Way = -1 | 0 | 1

/** Pan 1 is right, tilt 1 is down. */
export interface Direction {
  readonly pan: Way
  readonly tilt: Way
}

export interface LensGoal {
  readonly zoom?: number
  readonly focus?: number
}

/** Parts of the greatest speed, -1 to 1; signs as in `Direction`, zoom 1 comes nearer. */
export interface Velocity {
  readonly pan: number
  readonly tilt: number
  readonly zoom: number
}

/** Where a head can go back to; what stands in it is known to the head that made it. */
export type Place =
  | {
      readonly kind: 'pose'
      readonly pan: number
      readonly tilt: number
      readonly zoom: number
      readonly focus: number
    }
  | { readonly kind: 'pelco'; readonly preset: number }
  | { readonly kind: 'onvif'; readonly token: string }

/**
 * A head. Speeds are 1..64; every operation ends the one before, and a motion goes on until `stop` or an end
 * position. Errors of all functions: CameraError `not-supported`, or `connect-failed`, `send-failed`, `timeout`,
 * `receive-failed`, `set-failed` where there is something to be reached.
 */
export interface Head {
  /** Gives the milliseconds until the end position; undefined if the head doesn't know. */
  turn(direction: Direction, speed: number): Promise<number | undefined>
  /** 1 comes nearer. */
  zoom(way: 1 | -1, speed: number): Promise<void>
  /** 1 moves the lens to what is far. */
  focus(way: 1 | -1, speed: number): Promise<void>
  /** 1 lets more light in. */
  iris(way: 1 | -1, speed: number): Promise<void>
  /** Several axes at once; heads without it do one after another. */
  drive?(velocity: Velocity): Promise<void>
  stop(): Promise<void>
  /** Moves the lens to a position; what is left out stays. `zoom` is a factor, `focus` as in `Pose`. */
  lensTo(goal: LensGoal): Promise<void>
  /** Makes a place of where it looks now. `slot` 1..72 is a number for heads that store places themselves. */
  remember(slot: number): Promise<Place>
  /** A place of which only the pose is known. */
  placeAt?(pose: Pose): Place
  /** Lets a place be forgotten. */
  forget(place: Place): Promise<void>
  /**
   * Goes to a place; gives the milliseconds it will take, as far as that is known.
   * Errors: also CameraError `not-exist` for a place of another kind of head.
   */
  goTo(place: Place, speed: number): Promise<number>
  setAutoFocus(enabled: boolean): Promise<void>
  /** Where it looks now; undefined if the head doesn't tell. */
  pose(): Pose | undefined
  /** On its way; heads that don't tell where they look don't tell this either. */
  isMoving?(): boolean
  close(): Promise<void>
}
