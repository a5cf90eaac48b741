/**
 * Where a head looks, as a pure function of time: the camera's process decides on a motion, and the engine finds out
 * the pose of each picture by itself, so that a turn is as smooth as the pictures come.
 */

export interface Pose {
  /** Middle of the view, from 0 (left edge of the source's picture) to 1. */
  readonly pan: number
  /** The same from 0 (upper edge) to 1. */
  readonly tilt: number
  /** 1 shows as much as possible, 2 half of its width. */
  readonly zoom: number
}

/** The head rests. */
export interface HeadMotion {
  readonly pose: Pose
}

/** A part of a picture as people see it, mirrored and turned, in fractions of its width and height. */
export interface ViewWindow {
  readonly x: number
  readonly y: number
  readonly width: number
  readonly height: number
}

/** All of it. */
export const WHOLE: ViewWindow = { x: 0, y: 0, width: 1, height: 1 }

/** Sees everything. */
export const WIDE: Pose = { pan: 0.5, tilt: 0.5, zoom: 1 }

/** The pose at a time of the monotonic clock. */
export function poseAt({ pose }: HeadMotion, _monotonicMs: number): Pose {
  return pose
}

/** What is seen from a pose; it never reaches beyond the picture. */
export function windowOf({ pan, tilt, zoom }: Pose): ViewWindow {
  const size = 1 / Math.max(1, zoom)
  const edge = (middle: number) => Math.min(1 - size, Math.max(0, middle - size / 2))
  return { x: edge(pan), y: edge(tilt), width: size, height: size }
}

/** A part of a part, in fractions of the whole. */
export function within(outer: ViewWindow, inner: ViewWindow): ViewWindow {
  return {
    x: outer.x + outer.width * inner.x,
    y: outer.y + outer.height * inner.y,
    width: outer.width * inner.width,
    height: outer.height * inner.height,
  }
}
