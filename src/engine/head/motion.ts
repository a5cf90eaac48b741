/**
 * Where a head looks, as a pure function of time: the camera's process decides on a motion, and the engine finds out
 * the pose of each picture by itself, so that a turn is as smooth as the pictures come (docs/design/ptz.md).
 */
import { durationMs, type Leg, legAt } from './leg.ts'

export interface Pose {
  /** Middle of the view, from 0 (left edge of the source's picture) to 1. */
  readonly pan: number
  /** The same from 0 (upper edge) to 1. */
  readonly tilt: number
  /** 1 shows as much as possible, 2 half of its width. */
  readonly zoom: number
  /** Position of the lens, from 0 to 1. */
  readonly focus: number
  /** Brightness from -1 to 1; 0 is the normal one. */
  readonly iris: number
}

export const AXES = ['pan', 'tilt', 'zoom', 'focus', 'iris'] as const
export type Axis = (typeof AXES)[number]

/** A head at rest has no legs. Places of legs have the units of a pose, but zoom counts octaves: 2 is a factor of 4. */
export interface HeadMotion {
  /** Where an axis is that has no legs. */
  readonly pose: Pose
  /** The latest that has begun counts. */
  readonly legs?: Readonly<Partial<Record<Axis, readonly Leg[]>>>
  /** Auto focus: places on the axis of focus are distances from the sharp point, wherever zoom moves it. */
  readonly tracksFocus?: boolean
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

/** What the glass does to a picture. */
export interface Lens {
  /** 0 is sharp, 1 as far out of focus as it can be. */
  readonly blur: number
  /** From -1 to 1; 0 is the normal brightness. */
  readonly iris: number
}

export const MAX_ZOOM = 8
/** Distance from the sharp point that makes no difference. */
const DEPTH_OF_FIELD = 0.02
/** Iris positions that count as normal, so that one can come back to it by hand. */
const NORMAL_IRIS = 0.04

/** Sees everything. */
export const WIDE: Pose = { pan: 0.5, tilt: 0.5, zoom: 1, focus: sharpAt(1), iris: 0 }

/** The street of the painted scene, which lies in the lower middle of its picture. */
const STREET: Pose = { pan: 0.5, tilt: 0.625, zoom: 4 / 3, focus: sharpAt(4 / 3), iris: 0 }

/** Where the head of a new camera looks. `source` is a specification as on the command line. */
export function homeOf(source: string): Pose {
  return source.startsWith('scene:') ? STREET : WIDE
}

/** The position of the lens that gives a sharp picture. */
export function sharpAt(zoom: number): number {
  return 0.3 + 0.12 * Math.log2(zoom)
}

/** The pose at a time of the monotonic clock; it never looks beyond the picture. */
export function poseAt(motion: HeadMotion, monotonicMs: number): Pose {
  const { pose, legs, tracksFocus = false } = motion
  if (legs === undefined && !tracksFocus) return withinPicture(pose)
  const at = (axis: Axis) => {
    const leg = currentLeg(legs?.[axis], monotonicMs)
    return leg === undefined ? undefined : legAt(leg, monotonicMs).place
  }
  const octaves = at('zoom')
  const zoom = octaves === undefined ? pose.zoom : 2 ** octaves
  const focus = tracksFocus ? sharpAt(zoom) + (at('focus') ?? 0) : (at('focus') ?? pose.focus)
  const iris = at('iris') ?? pose.iris
  return withinPicture({ pan: at('pan') ?? pose.pan, tilt: at('tilt') ?? pose.tilt, zoom, focus, iris })
}

/** Velocity of an axis, units of its legs per second. */
export function velocityAt({ legs }: HeadMotion, axis: Axis, monotonicMs: number): number {
  const leg = currentLeg(legs?.[axis], monotonicMs)
  return leg === undefined ? 0 : legAt(leg, monotonicMs).velocity
}

/** When the last axis comes to rest, on the monotonic clock; 0 if none moves. */
export function restsAtMs({ legs = {} }: HeadMotion): number {
  const ends = Object.values(legs).flatMap((list) => list.slice(-1).map((leg) => leg.atMs + durationMs(leg)))
  return Math.max(0, ...ends)
}

/** How the picture stands in front of people. */
export interface Facing {
  readonly mirror: boolean
  /** By 180°. */
  readonly rotate: boolean
}

export const UPRIGHT: Facing = { mirror: false, rotate: false }

/** Left and right exchanged, up and down exchanged. Turned by 180° is both; mirrored and turned leaves up and down. */
export function flipsOf({ mirror, rotate }: Facing): { horizontal: boolean; vertical: boolean } {
  return { horizontal: mirror !== rotate, vertical: rotate }
}

/** Where people see a place of the source's picture, or the other way round. */
export function facedAs<T extends Pick<Pose, 'pan' | 'tilt'>>(place: T, facing: Facing): T {
  const { horizontal, vertical } = flipsOf(facing)
  const { pan, tilt } = place
  return { ...place, pan: horizontal ? 1 - pan : pan, tilt: vertical ? 1 - tilt : tilt }
}

/** What is seen from a pose; it never reaches beyond the picture. */
export function windowOf(pose: Pick<Pose, 'pan' | 'tilt' | 'zoom'>, facing = UPRIGHT): ViewWindow {
  const { pan, tilt, zoom } = facedAs(pose, facing)
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

export function lensOf({ zoom, focus, iris }: Pose): Lens {
  return {
    blur: clamp(Math.abs(focus - sharpAt(zoom)) - DEPTH_OF_FIELD, 0, 1),
    iris: Math.abs(iris) <= NORMAL_IRIS ? 0 : clamp(iris, -1, 1),
  }
}

/** How far the middle of the view can be from the edges of the picture. */
export function marginAt(zoom: number): number {
  return 0.5 / Math.max(1, zoom)
}

function withinPicture(pose: Pose): Pose {
  const zoom = clamp(pose.zoom, 1, MAX_ZOOM)
  const margin = marginAt(zoom)
  return {
    pan: clamp(pose.pan, margin, 1 - margin),
    tilt: clamp(pose.tilt, margin, 1 - margin),
    zoom,
    focus: clamp(pose.focus, 0, 1),
    iris: clamp(pose.iris, -1, 1),
  }
}

function currentLeg(legs: readonly Leg[] | undefined, monotonicMs: number): Leg | undefined {
  return legs?.findLast(({ atMs }) => atMs <= monotonicMs) ?? legs?.[0]
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value))
}
