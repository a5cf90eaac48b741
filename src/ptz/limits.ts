/** The numbers that commands and heads agree on. */

/** Speeds. */
export const MIN_SPEED = 1
export const MAX_SPEED = 64
export const NORMAL_SPEED = 32

/** Presets of a head, numbered from 1 (Guide §3.7.1). */
export const PRESETS = 64

/** Stops of a patrol, and the rest at each (Guide §3.7.3). */
export const MAX_STOPS = 16
export const MAX_DWELL_SECONDS = 30

/** Tracks of a head, numbered from 1. */
export const TRACKS = 6
