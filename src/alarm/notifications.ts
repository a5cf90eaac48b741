/** Tells every notifier what happens, and puts into the outbox what it wants to send. */
import { messageOf } from '../base/errors.ts'
import type { Timers } from '../base/timers.ts'
import type { LogEvent } from '../system/log-event.ts'
import type { AlarmEvent, EventListener } from './event.ts'
import type { DeliveryOrder, Notifier, Occasion } from './notifier.ts'

const TICK_MS = 1000
/** The program has to be down within three seconds. */
const STOP_LIMIT_MS = 1500

interface NotificationsOptions {
  readonly notifiers: readonly Notifier[]
  readonly outbox: { add(notifier: string, order: DeliveryOrder): void }
  readonly timers: Timers
  readonly note: (event: LogEvent) => void
}

/** What one notifier is told of one event: one thing after the other, in their order. */
interface Conversation {
  readonly notifier: Notifier
  last: Promise<void>
  isBusy: boolean
}

export class Notifications implements EventListener {
  readonly #options: NotificationsOptions
  /** By id of the event. */
  readonly #running = new Map<
    number,
    { readonly event: AlarmEvent; readonly talks: readonly Conversation[] }
  >()
  readonly #pending = new Set<Promise<void>>()
  #cancel: (() => void) | undefined

  constructor(options: NotificationsOptions) {
    this.#options = options
  }

  began(event: AlarmEvent): void {
    const talks = this.#options.notifiers.map((notifier) => ({
      notifier,
      last: Promise.resolve(),
      isBusy: false,
    }))
    this.#running.set(event.id, { event, talks })
    for (const talk of talks) this.#tell(talk, event, 'began')
    this.#schedule()
  }

  ended(event: AlarmEvent): void {
    const talks = this.#running.get(event.id)?.talks ?? []
    this.#running.delete(event.id)
    for (const talk of talks) this.#tell(talk, event, 'ended')
  }

  /** Waits a moment for what is being planned. */
  async stop(): Promise<void> {
    this.#cancel?.()
    this.#cancel = undefined
    this.#running.clear()
    const limit = new Promise<void>((done) => setTimeout(done, STOP_LIMIT_MS).unref())
    await Promise.race([Promise.all(this.#pending), limit])
  }

  #schedule(): void {
    this.#cancel ??= this.#options.timers.after(TICK_MS, () => {
      this.#cancel = undefined
      for (const { event, talks } of this.#running.values()) {
        // Who is still busy with the second before is told of the next one.
        for (const talk of talks) if (!talk.isBusy) this.#tell(talk, event, 'lasts')
      }
      if (this.#running.size > 0) this.#schedule()
    })
  }

  #tell(talk: Conversation, event: AlarmEvent, occasion: Occasion): void {
    // The beginning is told at once: pictures of it are taken then.
    const told = occasion === 'began' ? this.#plan(talk, event, occasion) : this.#after(talk, event, occasion)
    talk.last = told
    this.#pending.add(told)
    told.finally(() => this.#pending.delete(told))
  }

  async #after(talk: Conversation, event: AlarmEvent, occasion: Occasion): Promise<void> {
    await talk.last
    await this.#plan(talk, event, occasion)
  }

  /** Never throws. */
  async #plan(talk: Conversation, event: AlarmEvent, occasion: Occasion): Promise<void> {
    const { outbox, note } = this.#options
    const { notifier } = talk
    talk.isBusy = true
    try {
      for (const order of await notifier.plan(event, occasion)) outbox.add(notifier.name, order)
    } catch (error) {
      note({
        type: 'network',
        detail: `${notifier.name}: a message could not be prepared: ${messageOf(error)}`,
      })
    } finally {
      talk.isBusy = false
    }
  }
}
