/**
 * The camera's own diary for its owner: who logged in, what was changed, what went wrong (Guide §3.1.23). Entries are
 * kept for a second and stored together; the same thing happening again within it is one entry with a count. See
 * docs/design/store.md.
 */
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { LogFilter, LogPage, NewLogRow } from '../store/log.ts'
import type { LogEvent } from './log-event.ts'

const STORE_AFTER_MS = 1000
/** After a failure, such as a full disk. */
const RETRY_AFTER_MS = 10_000
/** Entries in memory; what comes beyond is counted only. */
const MAX_WAITING = 500
/** Characters. */
const MAX_DETAIL = 200
const MAX_NAME = 64

/** C0 and C1 controls, halves of surrogates, separators of lines, and the marks that reorder or hide text. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu

interface Rows {
  append(rows: readonly NewLogRow[]): void
  clear(last: NewLogRow): void
  find(filter: LogFilter): LogPage
}

interface DeviceLogOptions {
  readonly rows: Rows
  /** Its wall time is that of the entries. */
  readonly clock: Pick<Clock, 'wallMs'>
  readonly log: Log
}

interface Waiting {
  readonly event: Required<LogEvent>
  readonly timeMs: number
  count: number
}

export class DeviceLog {
  readonly #options: DeviceLogOptions
  readonly #waiting = new Map<string, Waiting>()
  #leftOut = 0
  #timer: NodeJS.Timeout | undefined
  #isFailing = false

  constructor(options: DeviceLogOptions) {
    this.#options = options
  }

  /** Notes an event; it is stored within a second. Never throws. */
  write(given: LogEvent): void {
    const event = cleaned(given)
    const key = JSON.stringify(event)
    const known = this.#waiting.get(key)
    if (known !== undefined) known.count += 1
    else if (this.#waiting.size >= MAX_WAITING) this.#leftOut += 1
    else {
      this.#options.log.info(event, 'event')
      this.#waiting.set(key, { event, timeMs: this.#options.clock.wallMs(), count: 1 })
    }
    this.#schedule(STORE_AFTER_MS)
  }

  /** Also what was noted just now. Errors: CameraError `get-failed`. */
  read(filter: LogFilter): LogPage {
    this.flush()
    return this.#options.rows.find(filter)
  }

  /** Empties the log but for an entry that says who did it. On the disk when this returns. Errors: CameraError `write-failed`. */
  clear(by: Pick<LogEvent, 'userName' | 'address'>): void {
    const event = cleaned({ ...by, type: 'system', detail: 'log cleared' })
    this.#options.rows.clear(rowOf({ event, timeMs: this.#options.clock.wallMs(), count: 1 }))
    this.#forgetWaiting()
    this.#options.log.info(event, 'event')
  }

  /** Stores what is waiting. Never throws: what cannot be stored goes on waiting. */
  flush(): void {
    if (this.#waiting.size === 0) return
    const waiting = [...this.#waiting.values()]
    try {
      this.#options.rows.append([...waiting.map(rowOf), ...this.#leftOutRow()])
    } catch (error) {
      if (!this.#isFailing) {
        this.#options.log.error({ reason: messageOf(error) }, 'the device log cannot be stored')
      }
      this.#isFailing = true
      this.#forgetTimer()
      this.#schedule(RETRY_AFTER_MS)
      return
    }
    this.#isFailing = false
    for (const { event, count } of waiting) {
      if (count > 1) this.#options.log.info({ ...event, count }, 'event')
    }
    this.#forgetWaiting()
  }

  #leftOutRow(): NewLogRow[] {
    if (this.#leftOut === 0) return []
    const event = cleaned({ type: 'system', detail: `${this.#leftOut} more entries were left out` })
    return [rowOf({ event, timeMs: this.#options.clock.wallMs(), count: 1 })]
  }

  #schedule(afterMs: number): void {
    this.#timer ??= setTimeout(() => this.flush(), afterMs).unref()
  }

  #forgetTimer(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
  }

  #forgetWaiting(): void {
    this.#forgetTimer()
    this.#waiting.clear()
    this.#leftOut = 0
  }
}

function rowOf({ event, timeMs, count }: Waiting): NewLogRow {
  return { ...event, timeMs, count }
}

/** Members in a fixed order, bounded, with nothing in them that could pass for another line or hide something. */
function cleaned({ type, detail, userName = '', address = '' }: LogEvent): Required<LogEvent> {
  return {
    type,
    detail: bounded(detail, MAX_DETAIL),
    userName: bounded(userName, MAX_NAME),
    address: bounded(address, MAX_NAME),
  }
}

function bounded(text: string, max: number): string {
  const characters = [...text.slice(0, 2 * max).replaceAll(UNPRINTABLE, escaped)]
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : characters.join('')
}

function escaped(char: string): string {
  return `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`
}
