/**
 * Keeps a name at the public address of the network (Guide §3.3.3). The service hears of changes and nothing else; what it refuses is
 * not sent again before the account is changed (docs/design/network.md).
 */
import { messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Timers } from '../../base/timers.ts'
import type { LogEvent } from '../../system/log-event.ts'
import type { DdnsAccount, UpdateResult } from './dyndns2.ts'

interface Memory {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

interface DdnsOptions {
  /** Errors: CameraError. */
  readonly publicAddress: (account: DdnsAccount) => Promise<string>
  readonly update: (account: DdnsAccount, address: string) => Promise<UpdateResult>
  readonly memory: Memory
  readonly clock: { wallMs(): number }
  readonly timers: Timers
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

/** What the service knows, or why it does not want to hear from us. */
interface Told {
  readonly name: string
  readonly address: string
  readonly atMs: number
  readonly refusedBy?: string
}

const TOLD_KEY = 'ddns.told'
const MINUTE_MS = 60_000
const LOOK_EVERY_MS = 5 * MINUTE_MS
/** The first look after a start; the network may come up later than the camera. */
const FIRST_LOOK_MS = MINUTE_MS
const MAX_RETRY_MS = 60 * MINUTE_MS
/** dyndns2: after `911` and `dnserr` nobody may ask earlier. */
const LATER_MS = 30 * MINUTE_MS
/** Names that are not heard of for 30 days are given up by the service; more often is abuse. */
const REFRESH_MS = 28 * 24 * 60 * MINUTE_MS

export class Ddns {
  readonly #options: DdnsOptions
  #account: DdnsAccount | undefined
  #told: Told | undefined
  #isRunning = false
  #cancel: (() => void) | undefined
  #retryMs = LOOK_EVERY_MS
  #isFailing = false
  /** Number of the look whose result counts. */
  #current = 0

  constructor(options: DdnsOptions) {
    this.#options = options
    this.#told = toldIn(options.memory.load(TOLD_KEY))
  }

  start(): void {
    this.#isRunning = true
    if (this.#account !== undefined) this.#schedule(FIRST_LOOK_MS)
  }

  stop(): void {
    this.#isRunning = false
    this.#current += 1
    this.#cancel?.()
  }

  /** Undefined is off. A new account is told to the service at once. Errors: CameraError `write-failed`. */
  configure(account: DdnsAccount | undefined): void {
    const isSame = JSON.stringify(account) === JSON.stringify(this.#account)
    this.#account = account
    if (isSame || !this.#isRunning) return
    this.#current += 1
    this.#cancel?.()
    this.#isFailing = false
    this.#retryMs = LOOK_EVERY_MS
    // What was refused may be right now.
    this.#remember(undefined)
    if (account !== undefined) void this.#look()
  }

  #schedule(ms: number): void {
    this.#cancel?.()
    this.#cancel = this.#options.timers.after(ms, () => void this.#look())
  }

  /** Never rejects. */
  async #look(): Promise<void> {
    const account = this.#account
    if (account === undefined) return
    this.#current += 1
    const mine = this.#current
    let nextMs: number | undefined
    try {
      nextMs = await this.#tell(account, () => mine === this.#current)
    } catch (error) {
      if (mine !== this.#current) return
      this.#complain(`DDNS: ${messageOf(error)}`)
      nextMs = this.#retryMs
      this.#retryMs = Math.min(2 * nextMs, MAX_RETRY_MS)
    }
    if (mine === this.#current && nextMs !== undefined) this.#schedule(nextMs)
  }

  /** Milliseconds until the next look; undefined for none. */
  async #tell(account: DdnsAccount, counts: () => boolean): Promise<number | undefined> {
    const { publicAddress, update, clock, note, log } = this.#options
    const name = `${account.type} ${account.domain}`
    const told = this.#told?.name === name ? this.#told : undefined
    if (told?.refusedBy !== undefined) return undefined
    const address = await publicAddress(account)
    if (!counts()) return undefined
    const ageMs = told === undefined ? 0 : clock.wallMs() - told.atMs
    if (told?.address === address && ageMs >= 0 && ageMs < REFRESH_MS) return this.#succeed()
    const { outcome, word } = await update(account, address)
    if (!counts()) return undefined
    log.info({ domain: account.domain, address, word }, 'DDNS service answered')
    if (outcome === 'later') {
      this.#complain(`DDNS: the service has a fault of its own (${word})`)
      return LATER_MS
    }
    const atMs = clock.wallMs()
    if (outcome === 'refused') {
      this.#remember({ name, address: '', atMs, refusedBy: word })
      note({
        type: 'network',
        detail: `DDNS: ${account.domain} was refused (${word}); it is not tried again`,
      })
      return undefined
    }
    this.#remember({ name, address, atMs })
    note({ type: 'network', detail: `DDNS: ${account.domain} leads to ${address}` })
    return this.#succeed()
  }

  #succeed(): number {
    this.#isFailing = false
    this.#retryMs = LOOK_EVERY_MS
    return LOOK_EVERY_MS
  }

  /** The owner hears of the first of several failures. */
  #complain(detail: string): void {
    this.#options.log.debug({ reason: detail }, 'DDNS failed')
    if (!this.#isFailing) this.#options.note({ type: 'network', detail })
    this.#isFailing = true
  }

  #remember(told: Told | undefined): void {
    this.#told = told
    this.#options.memory.save({ [TOLD_KEY]: told })
  }
}

function toldIn(stored: unknown): Told | undefined {
  const { name, address, atMs, refusedBy } = Object(stored) as Partial<Told>
  if (typeof name !== 'string' || typeof address !== 'string' || typeof atMs !== 'number') return undefined
  return { name, address, atMs, ...(typeof refusedBy === 'string' ? { refusedBy } : {}) }
}
