/**
 * The one path of events: what the camera notices begins and ends here, is stored, noted for the owner and told to
 * whoever listens (docs/design/alarms.md).
 */
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { AlarmEventRow } from '../store/alarm-events.ts'
import type { LogEvent } from '../system/log-event.ts'
import type { AlarmEvent, EventKind, EventListener } from './event.ts'
import { CELL_COLUMNS, CELL_ROWS } from './event.ts'

/** A crash does not last longer: what it cut off is taken to have gone on until the camera was back, but no more. */
const LONGEST_CUT_OFF_MS = 60_000

/** What the owner's log says of a beginning. */
const SENTENCES: Readonly<Record<EventKind, string>> = {
  motion: 'motion detected',
  covered: 'the camera is covered',
  frozen: 'the picture is frozen',
  defocused: 'the picture is out of focus',
  disk: 'recordings cannot be written',
}

/** Where events are kept; errors of both: CameraError `write-failed`. */
export interface EventRows {
  readonly lastId: number
  insert(row: AlarmEventRow): void
  end(row: AlarmEventRow): void
  endCutOff(nowMs: number, longestMs: number): void
}

interface AlarmEventsOptions {
  readonly rows: EventRows
  /** Its wall time is that of the events. */
  readonly clock: Pick<Clock, 'wallMs'>
  /** Notes for the owner. */
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

/** What is known of an event when it begins. */
export interface Beginning {
  /** How long ago that was. */
  readonly sinceMs?: number
  readonly score?: number
  readonly cells?: Uint8Array
}

const NO_CELLS = new Uint8Array((CELL_COLUMNS * CELL_ROWS) / 8)

type Ongoing = { -readonly [K in keyof AlarmEvent]: AlarmEvent[K] }

export class AlarmEvents {
  readonly #options: AlarmEventsOptions
  readonly #listeners = new Set<EventListener>()
  readonly #ongoing = new Map<string, Ongoing>()
  #lastId = 0

  constructor(options: AlarmEventsOptions) {
    this.#options = options
    this.#lastId = options.rows.lastId
  }

  /** Ends what a crash cut off. */
  start(): void {
    const { rows, clock } = this.#options
    this.#store(() => rows.endCutOff(clock.wallMs(), LONGEST_CUT_OFF_MS))
  }

  /** Ends everything that goes on. */
  stop(): void {
    for (const { channel, kind } of [...this.#ongoing.values()]) this.end(channel, kind)
  }

  /** Tells `listener` of every event from now on, until the function that comes back is called. */
  listen(listener: EventListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /** The event of that kind that goes on, as it stands; undefined if none does. */
  ongoing(channel: number, kind: EventKind): AlarmEvent | undefined {
    const event = this.#ongoing.get(`${channel} ${kind}`)
    return event && snapshot(event)
  }

  /** Begins an event, unless it goes on already. Never throws. */
  begin(channel: number, kind: EventKind, { sinceMs = 0, score = 0, cells }: Beginning = {}): void {
    const key = `${channel} ${kind}`
    if (this.#ongoing.has(key)) return
    const { clock, rows, note } = this.#options
    this.#lastId += 1
    const event: Ongoing = {
      ...{ id: this.#lastId, channel, kind, peakScore: score, endMs: undefined },
      startMs: Math.round(clock.wallMs() - sinceMs),
      cells: Uint8Array.from(cells ?? NO_CELLS),
    }
    this.#ongoing.set(key, event)
    this.#store(() => rows.insert(event))
    note({ type: 'alarm', detail: SENTENCES[kind] })
    this.#tell((listener) => listener.began(snapshot(event)))
  }

  /** Adds what one picture showed to an event that goes on. */
  add(channel: number, kind: EventKind, score: number, cells: Uint8Array): void {
    const event = this.#ongoing.get(`${channel} ${kind}`)
    if (event === undefined) return
    event.peakScore = Math.max(event.peakScore, score)
    for (let byte = 0; byte < event.cells.length; byte += 1) event.cells[byte]! |= cells[byte]!
  }

  /** Ends an event if it goes on. Never throws. */
  end(channel: number, kind: EventKind): void {
    const key = `${channel} ${kind}`
    const event = this.#ongoing.get(key)
    if (event === undefined) return
    this.#ongoing.delete(key)
    // The clock may have been set back.
    event.endMs = Math.max(event.startMs, Math.round(this.#options.clock.wallMs()))
    this.#store(() => this.#options.rows.end(event))
    this.#tell((listener) => listener.ended(snapshot(event)))
  }

  /** An event that cannot be stored is told all the same. */
  #store(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#options.log.error({ reason: messageOf(error) }, 'an event could not be stored')
    }
  }

  #tell(tell: (listener: EventListener) => void): void {
    for (const listener of this.#listeners) {
      try {
        tell(listener)
      } catch (error) {
        this.#options.log.error({ err: error }, 'a listener failed at an event')
      }
    }
  }
}

/** As it is now: what goes on changes. */
function snapshot(event: Ongoing): AlarmEvent {
  return { ...event, cells: Uint8Array.from(event.cells) }
}
