/** The camera's own diary for its owner: who logged in, what was changed, what went wrong (Guide §3.1.23). */
import type { Log } from '../base/log.ts'

/** Kinds of entries (Guide §3.1.23). */
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

export class DeviceLog {
  readonly #log: Log

  constructor(log: Log) {
    this.#log = log
  }

  /** Notes an event. Never throws. */
  write(event: LogEvent): void {
    this.#log.info(event, 'event')
  }
}
