/** Tells every notifier what happens, and puts into the outbox what it wants to send. */
import { messageOf } from '../base/errors.ts'
import type { Timers } from '../base/timers.ts'
import type { LogEvent } from '../system/log-event.ts'
import type { AlarmEvent, EventListener } from './event.ts'
import type { DeliveryOrder, Notifier, Occasion } from './notifier.ts'

const TICK_MS = 1000
/** The program has to be down within three seconds. */
const STOP_LIMIT_MS = 1500

/** What is still to be told of events; errors are CameraError `write-failed`. */
export interface EventNotices {
  owe(event: number, notifiers: readonly string[]): void
  told(event: number, notifier: string, occasion: 'began' | 'ended'): void
  owed(): readonly { readonly event: number; readonly notifier: string; readonly state: 'began' | 'ended' }[]
}

interface NotificationsOptions {
  readonly notifiers: readonly Notifier[]
  readonly notices: EventNotices
  /** An event that is over; undefined if it is known no more. */
  readonly find: (id: number) => AlarmEvent | undefined
  /** Stores all that `write` does, or nothing. */
  readonly atomically: (write: () => void) => void
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

  /** Tells what a kill left untold. To be called when events that it cut off have been ended. */
  start(): void {
    const { notifiers, notices, find } = this.#options
    for (const notifier of notifiers) this.#await(this.#rescue(notifier))
    for (const { event: id, notifier: name, state } of notices.owed()) {
      const notifier = notifiers.find((one) => one.name === name)
      const event = find(id)
      if (notifier === undefined || event === undefined) {
        this.#store(() => notices.told(id, name, 'ended'))
        continue
      }
      const talk = talkWith(notifier)
      if (state === 'began') this.#tell(talk, event, 'began')
      this.#tell(talk, event, 'ended')
    }
  }

  began(event: AlarmEvent): void {
    const { notifiers, notices } = this.#options
    const talks = notifiers.map(talkWith)
    this.#store(() =>
      notices.owe(
        event.id,
        notifiers.map(({ name }) => name),
      ),
    )
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
    this.#await(told)
  }

  #await(work: Promise<void>): void {
    this.#pending.add(work)
    work.finally(() => this.#pending.delete(work))
  }

  /** Never throws. */
  async #rescue(notifier: Notifier): Promise<void> {
    const { outbox } = this.#options
    try {
      for (const order of (await notifier.rescue?.()) ?? []) outbox.add(notifier.name, order)
    } catch (error) {
      this.#noteUnprepared(notifier, error)
    }
  }

  async #after(talk: Conversation, event: AlarmEvent, occasion: Occasion): Promise<void> {
    await talk.last
    await this.#plan(talk, event, occasion)
  }

  /** Never throws. */
  async #plan(talk: Conversation, event: AlarmEvent, occasion: Occasion): Promise<void> {
    const { outbox, atomically, notices } = this.#options
    const { notifier } = talk
    const told = () => {
      if (occasion !== 'lasts') notices.told(event.id, notifier.name, occasion)
    }
    talk.isBusy = true
    try {
      const orders = await notifier.plan(event, occasion)
      // With the messages it is stored that they are: neither without the other.
      atomically(() => {
        for (const order of orders) outbox.add(notifier.name, order)
        told()
      })
    } catch (error) {
      this.#noteUnprepared(notifier, error)
      this.#store(told)
    } finally {
      talk.isBusy = false
    }
  }

  #noteUnprepared({ name }: Notifier, error: unknown): void {
    const detail = `${name}: a message could not be prepared: ${messageOf(error)}`
    this.#options.note({ type: 'network', detail })
  }

  /** Messages go out even if it cannot be stored that they were owed. */
  #store(write: () => void): void {
    try {
      write()
    } catch (error) {
      this.#options.note({ type: 'disk', detail: `an event could not be noted: ${messageOf(error)}` })
    }
  }
}

function talkWith(notifier: Notifier): Conversation {
  return { notifier, last: Promise.resolve(), isBusy: false }
}
