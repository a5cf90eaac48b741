/** Whether to record now: the weekly schedule, events with what comes after them, and the owner's hand. Pure. */
import { isScheduled, type LocalTime } from '../base/local-time.ts'

export interface RecordingPlan {
  /** 168 characters, Sunday 00:00 first; '1' is an hour in which recordings are made (Guide §3.6.1, Q-63). */
  readonly hours: string
  readonly isEnabled: boolean
  readonly preRecord: boolean
  readonly postRecordMs: number
  /** Old recordings may go when there is no space. */
  readonly overwrite: boolean
}

/** What is recorded in the scheduled hours. */
export type RecordOn = 'schedule' | 'motion'

/** At least so much of what was before an event is recorded. */
export const RUN_UP_MS = 5000

export interface Situation {
  readonly plan: RecordingPlan
  readonly recordOn: RecordOn
  readonly local: LocalTime
  /** Monotonic. */
  readonly nowMs: number
  /** An event goes on. */
  readonly isEvent: boolean
  /** Monotonic end of the last event; undefined if there was none. */
  readonly lastEventMs: number | undefined
  /** The owner records by hand. */
  readonly isManual: boolean
}

export interface Decision {
  readonly record: boolean
  /** How much of what was before belongs to it, if it begins now. */
  readonly runUpMs: number
}

export function decide(situation: Situation): Decision {
  const { plan, recordOn, isManual, isEvent, lastEventMs, nowMs } = situation
  if (isManual) return { record: true, runUpMs: 0 }
  if (!plan.isEnabled || !isScheduled(plan.hours, situation.local)) return { record: false, runUpMs: 0 }
  if (recordOn === 'schedule') return { record: true, runUpMs: 0 }
  const isAfter = lastEventMs !== undefined && nowMs - lastEventMs < plan.postRecordMs
  return { record: isEvent || isAfter, runUpMs: plan.preRecord ? RUN_UP_MS : 0 }
}
