/** Moves that PtzCtrl does not know: several axes at once, and to a place that nobody stored. */
import { CameraError } from '../base/errors.ts'
import { clamp, MAX_ZOOM, marginAt, type Pose } from '../engine/head/motion.ts'
import type { Head, Place, Velocity, Way } from './head.ts'
import { MAX_SPEED, MIN_SPEED } from './limits.ts'

/** Where to look, given where it looks now; what is left out stays. */
export type Target = (pose: Pose) => Partial<Pick<Pose, 'pan' | 'tilt' | 'zoom'>>

/** The nearest place within the picture. Errors: CameraError `not-supported` for heads that don't tell where they look. */
export function targetOf(head: Head, target: Target): Place {
  const pose = head.pose()
  if (pose === undefined || head.placeAt === undefined)
    throw new CameraError('not-supported', 'the head cannot be sent to a place')
  const { pan, tilt, zoom } = { ...pose, ...target(pose) }
  const nearness = clamp(zoom, 1, MAX_ZOOM)
  const margin = marginAt(nearness)
  const within = (value: number) => clamp(value, margin, 1 - margin)
  return head.placeAt({ ...pose, pan: within(pan), tilt: within(tilt), zoom: nearness })
}

/** Heads with one motor at a time move along the axes that are nearly as fast as the fastest. */
export async function driveWith(head: Head, velocity: Velocity): Promise<void> {
  if (head.drive !== undefined) return await head.drive(velocity)
  const { pan, tilt, zoom } = velocity
  const fastest = Math.max(Math.abs(pan), Math.abs(tilt), Math.abs(zoom))
  if (fastest === 0) return await head.stop()
  const speed = clamp(Math.round(fastest * MAX_SPEED), MIN_SPEED, MAX_SPEED)
  if (Math.abs(zoom) === fastest) return await head.zoom(zoom > 0 ? 1 : -1, speed)
  const way = (value: number): Way => (Math.abs(value) < fastest / 2 ? 0 : value > 0 ? 1 : -1)
  await head.turn({ pan: way(pan), tilt: way(tilt) }, speed)
}
