/** What the device log holds (Guide §3.1.23, Q-111). */

/** Kinds of entries. */
export const LOG_TYPES = [
  'system',
  'login',
  'config',
  'alarm',
  'record',
  'disk',
  'network',
  'upgrade',
] as const
export type LogType = (typeof LOG_TYPES)[number]

/** One thing that happened. Never holds a secret: of a setting the keys that changed, not their values. */
export interface LogEvent {
  readonly type: LogType
  /** One sentence without a full stop. */
  readonly detail: string
  /** Who did it; absent for what the camera did by itself. */
  readonly userName?: string
  /** Remote address of that user. */
  readonly address?: string
}
