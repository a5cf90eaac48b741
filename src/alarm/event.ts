/** What the camera noticed by itself, from its beginning to its end (docs/design/alarms.md). */

/** What an event is about. Motion obeys Guide §3.8; the others tell that the camera cannot see, or cannot record. */
export const EVENT_KINDS = ['motion', 'covered', 'frozen', 'defocused', 'disk'] as const
export type EventKind = (typeof EVENT_KINDS)[number]

export const CELL_COLUMNS = 80
export const CELL_ROWS = 45

/** One event. */
export interface AlarmEvent {
  /** Grows with every event and never begins anew. */
  readonly id: number
  readonly channel: number
  readonly kind: EventKind
  /** On the camera's clock, milliseconds since 1970-01-01 UTC. */
  readonly startMs: number
  /** Undefined while it goes on. */
  readonly endMs: number | undefined
  /** Greatest share of armed cells that moved, 0 to 1. */
  readonly peakScore: number
  /** All cells that moved, a bit for each, row by row, the first one the highest bit of the first byte: 450 bytes. */
  readonly cells: Uint8Array
}

/** Who wants to know of events. Neither call may throw or wait. */
export interface EventListener {
  began(event: AlarmEvent): void
  ended(event: AlarmEvent): void
}
