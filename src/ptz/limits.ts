/** The numbers that commands and heads agree on. */

/** Speeds. */
export const MIN_SPEED = 1
export const MAX_SPEED = 64
export const NORMAL_SPEED = 32

export { MAX_ZOOM } from '../engine/head/motion.ts'

/** Presets of a head, numbered from 1 (Guide §3.7.1). */
export const PRESETS = 64

/** Numbers under which heads that store places themselves keep those that are no presets of their own; tracks have 65 to 70. */
export const GUARD_SLOT = 71
export const PRESET_0_SLOT = 72

/** Seconds without an order until the head goes back to its guard place. */
export const MIN_GUARD_SECONDS = 10
export const MAX_GUARD_SECONDS = 300

/** Stops of a patrol, and the rest at each (Guide §3.7.3). */
export const MAX_STOPS = 16
export const MAX_DWELL_SECONDS = 30

/** Tracks of a head, numbered from 1. */
export const TRACKS = 6
