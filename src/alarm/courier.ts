/** Sends the deliveries of one notifier, one at a time, and again after a growing pause when it fails. */
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Timers } from '../base/timers.ts'
import type { LogEvent } from '../system/log-event.ts'
import { type Delivery, type Notifier, Refused } from './notifier.ts'

const FIRST_PAUSE_MS = 5000
const LONGEST_PAUSE_MS = 15 * 60_000
const GROWTH = 3
/** A delivery that takes longer hangs. */
const LIMIT_MS = 30 * 60_000

export interface Waiting {
  readonly delivery: Delivery
  /** Wall clock. */
  readonly nextMs: number
  /** It cannot have expired, whatever the clock says. */
  readonly isFresh: boolean
}

interface CourierOptions {
  readonly notifier: Notifier
  readonly clock: Clock
  readonly timers: Timers
  readonly note: (event: LogEvent) => void
  readonly log: Log
  /** In the order of making. */
  readonly waiting: () => readonly Waiting[]
  /** Delivered or given up. */
  readonly delivered: (id: number) => void
  readonly postponed: (id: number, attempts: number, nextMs: number) => void
  /** All that wait for this notifier are due. */
  readonly hasten: () => void
}

/** 5 s, 15 s, 45 s … 15 min. */
export function pauseAfter(failures: number): number {
  return Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * GROWTH ** Math.min(20, failures - 1))
}

export class Courier {
  readonly #options: CourierOptions
  #isRunning = false
  #sending: { readonly id: number; readonly stop: AbortController; readonly done: Promise<void> } | undefined
  /** In a row. */
  #failures = 0
  /** Monotonic. */
  #restUntilMs = 0
  #cancel: (() => void) | undefined

  constructor(options: CourierOptions) {
    this.#options = options
  }

  isSending(id: number): boolean {
    return this.#sending?.id === id
  }

  start(): void {
    this.#isRunning = true
    this.wake()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#cancel?.()
    this.#sending?.stop.abort(new Error('the camera stops'))
    await this.#sending?.done
  }

  /** Looks for something to send. */
  wake(): void {
    this.#cancel?.()
    if (!this.#isRunning || this.#sending !== undefined) return
    const { clock, timers, waiting } = this.#options
    const restMs = this.#restUntilMs - clock.monotonicMs()
    if (restMs > 0) {
      this.#cancel = timers.after(restMs, () => this.wake())
      return
    }
    this.#dropExpired()
    const next = waiting()
      .map((entry) => ({ ...entry, inMs: this.#pauseOf(entry) }))
      .reduce<(Waiting & { inMs: number }) | undefined>(
        (first, entry) => (first === undefined || entry.inMs < first.inMs ? entry : first),
        undefined,
      )
    if (next === undefined) return
    if (next.inMs > 0) this.#cancel = timers.after(next.inMs, () => this.wake())
    else this.#send(next.delivery)
  }

  /** A time that lies further ahead than any pause was written by another clock. */
  #pauseOf({ nextMs }: Waiting): number {
    const inMs = nextMs - this.#options.clock.wallMs()
    return inMs > LONGEST_PAUSE_MS ? 0 : Math.max(0, inMs)
  }

  #dropExpired(): void {
    const { clock, waiting, delivered } = this.#options
    const expired = waiting().filter(
      ({ delivery, isFresh }) => !isFresh && delivery.expiresMs <= clock.wallMs(),
    )
    if (expired.length === 0) return
    for (const { delivery } of expired) delivered(delivery.id)
    const what = expired.length === 1 ? 'a message' : `${expired.length} messages`
    this.#note(`${what} could not be delivered in time and will not be sent any more`)
  }

  #send(delivery: Delivery): void {
    const stop = new AbortController()
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(LIMIT_MS)])
    const done = this.#deliver(delivery, signal).finally(() => {
      this.#sending = undefined
      this.wake()
    })
    this.#sending = { id: delivery.id, stop, done }
  }

  /** Never throws. */
  async #deliver(delivery: Delivery, signal: AbortSignal): Promise<void> {
    const { notifier, delivered } = this.#options
    try {
      await notifier.deliver(delivery, signal)
    } catch (error) {
      if (!this.#isRunning) return
      if (error instanceof Refused) {
        this.#note(`a message is refused and will not be sent: ${error.message}`)
        delivered(delivery.id)
      } else this.#failed(delivery, messageOf(error))
      return
    }
    delivered(delivery.id)
    if (this.#failures === 0) return
    this.#failures = 0
    this.#note('messages are delivered again')
    this.#options.hasten()
  }

  #failed({ id, attempts }: Delivery, reason: string): void {
    const { clock, postponed, log, notifier } = this.#options
    this.#failures += 1
    this.#restUntilMs = clock.monotonicMs() + pauseAfter(this.#failures)
    postponed(id, attempts + 1, clock.wallMs() + pauseAfter(attempts + 1))
    log.warn({ notifier: notifier.name, attempts: attempts + 1, reason }, 'a message could not be delivered')
    if (this.#failures === 1) this.#note(`a message could not be delivered and is tried again: ${reason}`)
  }

  #note(detail: string): void {
    const { note, notifier } = this.#options
    note({ type: 'network', detail: `${notifier.name}: ${detail}` })
  }
}
