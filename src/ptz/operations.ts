/** The operations of PtzCtrl (Guide §3.7.5) and those of them that simply drive a head. */
import type { Direction, Head } from './head.ts'

export const OPERATIONS = [
  'Stop',
  'Left',
  'Right',
  'Up',
  'Down',
  'LeftUp',
  'LeftDown',
  'RightUp',
  'RightDown',
  'IrisDec',
  'IrisInc',
  'ZoomDec',
  'ZoomInc',
  'FocusDec',
  'FocusInc',
  'Auto',
  'StartPatrol',
  'StopPatrol',
  'ToPos',
] as const
export type Operation = (typeof OPERATIONS)[number]

const turn = (pan: Direction['pan'], tilt: Direction['tilt']) => (head: Head, speed: number) =>
  head.turn({ pan, tilt }, speed)

/** What drives the head until it is told otherwise. */
const DRIVES = {
  Left: turn(-1, 0),
  Right: turn(1, 0),
  Up: turn(0, -1),
  Down: turn(0, 1),
  LeftUp: turn(-1, -1),
  LeftDown: turn(-1, 1),
  RightUp: turn(1, -1),
  RightDown: turn(1, 1),
  IrisDec: (head: Head, speed: number) => head.iris(-1, speed),
  IrisInc: (head: Head, speed: number) => head.iris(1, speed),
  ZoomDec: (head: Head, speed: number) => head.zoom(-1, speed),
  ZoomInc: (head: Head, speed: number) => head.zoom(1, speed),
  FocusDec: (head: Head, speed: number) => head.focus(-1, speed),
  FocusInc: (head: Head, speed: number) => head.focus(1, speed),
} satisfies Partial<Record<Operation, (head: Head, speed: number) => Promise<unknown>>>
export type Drive = keyof typeof DRIVES

export function isDrive(operation: Operation): operation is Drive {
  return Object.hasOwn(DRIVES, operation)
}

/** Errors: CameraError of the head. */
export async function drive(head: Head, operation: Drive, speed: number): Promise<void> {
  await DRIVES[operation](head, speed)
}
