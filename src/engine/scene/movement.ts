/**
 * What moves in the scene and where: the truth that the painter paints and that tests compare motion alarms
 * with. Pure. In every period the street is still first; the moving thing comes in its last seconds.
 */
import type { Area, Size } from '../picture/size.ts'
import type { SceneSpecification } from '../source/specification.ts'

/** The painted world in pixels. */
export const PANORAMA: Size = { width: 2560, height: 1440 }

export type MoverKind = 'car' | 'pedestrian' | 'cyclist'

export interface Mover {
  readonly kind: MoverKind
  /** Counts the appearances from 0. */
  readonly index: number
  /** Everything it paints lies in here. Pixels of the panorama; parts may lie outside of it. */
  readonly box: Area
  /** 1 if it looks to the right, -1 to the left. */
  readonly direction: 1 | -1
  /** Way since it appeared, pixels: turns wheels and moves legs. */
  readonly travelled: number
}

interface Lane extends Size {
  readonly kind: MoverKind
  /** Top of the box. */
  readonly y: number
  readonly direction: 1 | -1
  /** A pedestrian walks at this pace and turns round if the time is too short for the whole street. */
  readonly pixelsPerSecond?: number
}

/** In this order they come. */
const LANES: readonly [Lane, ...Lane[]] = [
  { kind: 'car', y: 1118, width: 420, height: 150, direction: 1 },
  { kind: 'pedestrian', y: 1166, width: 96, height: 210, direction: 1, pixelsPerSecond: 140 },
  { kind: 'car', y: 1008, width: 384, height: 136, direction: -1 },
  { kind: 'cyclist', y: 1096, width: 196, height: 196, direction: 1 },
]

/** What moves `atMs` after the start of the channel's timeline; undefined while the street is still. */
export function moverAt(scene: SceneSpecification, atMs: number): Mover | undefined {
  const everyMs = scene.everySeconds * 1000
  const forMs = Math.min(scene.forSeconds * 1000, everyMs)
  if (forMs <= 0 || atMs < 0) return undefined
  const index = Math.floor(atMs / everyMs)
  const sinceMs = atMs - index * everyMs - (everyMs - forMs)
  if (sinceMs < 0) return undefined
  const lane = LANES[(index + scene.seed) % LANES.length] ?? LANES[0]
  return place(lane, index, sinceMs / forMs, forMs / 1000)
}

/** The part of its box that lies in the panorama; undefined if it is outside. */
export function visibleArea({ box }: Mover): Area | undefined {
  const x = Math.max(0, box.x)
  const width = Math.min(PANORAMA.width, box.x + box.width) - x
  return width > 0 ? { ...box, x, width } : undefined
}

function place(lane: Lane, index: number, share: number, seconds: number): Mover {
  const street = PANORAMA.width + lane.width
  const way = Math.min(street, lane.pixelsPerSecond === undefined ? street : lane.pixelsPerSecond * seconds)
  const travelled = share * way
  // Too short for the whole street: half way out and back again.
  const back = way < street && share > 0.5
  const reached = back ? way - travelled : travelled
  const x = lane.direction === 1 ? reached - lane.width : PANORAMA.width - reached
  const direction = back ? (-lane.direction as 1 | -1) : lane.direction
  const box = { x: Math.round(x), y: lane.y, width: lane.width, height: lane.height }
  return { kind: lane.kind, index, box, direction, travelled }
}
