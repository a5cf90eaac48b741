/** Who is told of events, by being asked (PullPoint) or by being told (base notification) (Core §9). */
import { randomBytes } from 'node:crypto'
import type { AlarmEvent, EventListener } from '../../alarm/event.ts'
import type { Principal } from '../../auth/types.ts'
import { messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Timers } from '../../base/timers.ts'
import { Fault, notAuthorized } from './fault.ts'
import { type Change, message, type TOPICS } from './topics.ts'
import type { Xml } from './xml-writer.ts'

/** Of both kinds. */
export const MAX_SUBSCRIPTIONS = 32
const MAX_OF_ADDRESS = 8
/** The oldest go. */
const MAX_WAITING = 100
const MAX_FAILURES = 3
const RETRY_MS = 1000

type Topic = (typeof TOPICS)[number]

/** Where notifications go; the address was checked. */
export interface Consumer {
  readonly url: URL
  /** The only address to connect to. */
  readonly address: string
}

export interface SubscriptionsOptions {
  readonly clock: { wallMs(): number; monotonicMs(): number }
  readonly timers: Timers
  /** Errors: any; the notification is tried again then. */
  readonly notify: (consumer: Consumer, messages: readonly Xml[]) => Promise<void>
  readonly log: Log
}

interface Wish {
  readonly principal: Principal
  readonly address: string
  readonly topics: readonly Topic[]
  readonly lifeMs: number
  /** Undefined for a PullPoint. */
  readonly consumer: Consumer | undefined
}

export class Subscription {
  readonly id = randomBytes(16).toString('hex')
  readonly wish: Wish
  readonly waiting: Xml[] = []
  /** Monotonic. */
  endsMs = 0
  /** Gives somebody who waits what there is. */
  wake: () => void = () => undefined
  cancelEnd: () => void = () => undefined
  forgetRights: () => void = () => undefined
  cancelRetry: (() => void) | undefined
  isSending = false
  failures = 0

  constructor(wish: Wish) {
    this.wish = wish
  }
}

export class Subscriptions implements EventListener {
  readonly #options: SubscriptionsOptions
  readonly #all = new Map<string, Subscription>()
  /** Motions that go on, by event. */
  readonly #motions = new Set<number>()

  constructor(options: SubscriptionsOptions) {
    this.#options = options
  }

  began({ id, kind }: AlarmEvent): void {
    if (kind !== 'motion') return
    const before = this.#motions.size
    this.#motions.add(id)
    if (before === 0) this.#tell()
  }

  ended({ id, kind }: AlarmEvent): void {
    if (kind === 'motion' && this.#motions.delete(id) && this.#motions.size === 0) this.#tell()
  }

  /** Begins with the present state. Errors: Fault. */
  create(wish: Wish): Subscription {
    const ofAddress = [...this.#all.values()].filter((one) => one.wish.address === wish.address)
    if (this.#all.size >= MAX_SUBSCRIPTIONS || ofAddress.length >= MAX_OF_ADDRESS) {
      throw new Fault('Receiver', ['ter:Action', 'ter:MaxSubscriptions'], 'there are too many subscriptions')
    }
    const one = new Subscription(wish)
    this.#all.set(one.id, one)
    this.renew(one, wish.lifeMs)
    one.forgetRights = wish.principal.onEnd(() => this.end(one))
    this.repeat(one)
    return one
  }

  /** That of a request's path. Errors: Fault for one that is over, or of somebody else. */
  find(path: string, principal: Principal): Subscription {
    const one = this.#all.get(path.slice(path.lastIndexOf('/') + 1))
    if (one === undefined) {
      throw new Fault('Sender', ['wsrfr:ResourceUnknownFault'], 'there is no such subscription')
    }
    if (one.wish.principal.user.name !== principal.user.name) throw notAuthorized('it is not yours')
    return one
  }

  /** It ends after that time, from now on. */
  renew(one: Subscription, lifeMs: number): void {
    const { clock, timers } = this.#options
    one.endsMs = clock.monotonicMs() + lifeMs
    one.cancelEnd()
    one.cancelEnd = timers.after(lifeMs, () => this.end(one))
  }

  /** When it ends, on the camera's clock. */
  endOf({ endsMs }: Subscription): number {
    const { clock } = this.#options
    return clock.wallMs() + endsMs - clock.monotonicMs()
  }

  end(one: Subscription): void {
    this.#all.delete(one.id)
    one.cancelEnd()
    one.cancelRetry?.()
    one.forgetRights()
    one.wake()
  }

  /** Tells the state of everything again (Core §9.6.2). */
  repeat(one: Subscription): void {
    this.#add(one, 'Initialized')
  }

  /** At most so many messages; waits for the first one. */
  async pull(
    one: Subscription,
    limit: number,
    timeoutMs: number,
    signal: AbortSignal,
  ): Promise<readonly Xml[]> {
    // Whoever waits already gets nothing more.
    one.wake()
    if (one.waiting.length === 0 && timeoutMs > 0 && this.#all.has(one.id)) {
      await new Promise<void>((resolve) => {
        const cancel = this.#options.timers.after(timeoutMs, resolve)
        const done = () => {
          cancel()
          resolve()
        }
        one.wake = done
        signal.addEventListener('abort', done, { once: true })
      })
    }
    return signal.aborted ? [] : one.waiting.splice(0, limit)
  }

  #tell(): void {
    for (const one of this.#all.values()) this.#add(one, 'Changed')
  }

  #add(one: Subscription, change: Change): void {
    const now = this.#options.clock.wallMs()
    const state = this.#motions.size > 0
    one.waiting.push(...one.wish.topics.map((topic) => message(topic, state, change, now)))
    one.waiting.splice(0, one.waiting.length - MAX_WAITING)
    if (one.wish.consumer !== undefined) void this.#send(one, one.wish.consumer)
    else one.wake()
  }

  /** One notification at a time, with all that waits. */
  async #send(one: Subscription, consumer: Consumer): Promise<void> {
    const { notify, timers, log } = this.#options
    if (one.isSending || one.cancelRetry !== undefined || one.waiting.length === 0) return
    one.isSending = true
    const messages = [...one.waiting]
    try {
      await notify(consumer, messages)
      one.failures = 0
      // New ones may have come, and old ones have gone.
      const sent = new Set(messages)
      one.waiting.splice(0, one.waiting.length, ...one.waiting.filter((each) => !sent.has(each)))
    } catch (error) {
      one.failures += 1
      log.debug({ reason: messageOf(error) }, 'a subscriber could not be notified')
      if (one.failures >= MAX_FAILURES) this.end(one)
      else if (this.#all.has(one.id)) {
        one.cancelRetry = timers.after(RETRY_MS * one.failures, () => {
          one.cancelRetry = undefined
          void this.#send(one, consumer)
        })
      }
    } finally {
      one.isSending = false
    }
    if (this.#all.has(one.id)) void this.#send(one, consumer)
  }
}
