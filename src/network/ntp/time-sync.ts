/**
 * Keeps the camera's clock right by a time server: once every so many minutes, and when it is asked to. What does not
 * answer is asked less and less often. See docs/design/network.md.
 */
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Timers } from '../../base/timers.ts'
import type { LogEvent } from '../../system/log-event.ts'
import type { KissOfDeath } from './packet.ts'
import type { Measurement, NtpServer } from './query.ts'

export interface TimePlan {
  /** Off: the server is asked only by `syncNow`. */
  readonly isOn: boolean
  readonly server: NtpServer
  readonly intervalMinutes: number
}

interface TimeSyncOptions {
  readonly clock: { wallMs(): number; monotonicMs(): number; correct(byMs: number): void }
  readonly ask: (server: NtpServer) => Promise<Measurement | KissOfDeath>
  readonly timers: Timers
  /** 0 ≤ x < 1. */
  readonly random: () => number
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

const MINUTE_MS = 60_000
/** Cameras that start together after a power cut must not ask together (RFC 4330 §10). */
const FIRST_MIN_MS = MINUTE_MS
const FIRST_SPREAD_MS = 4 * MINUTE_MS
const FIRST_RETRY_MINUTES = 1
/** Two weeks. */
const LONGEST_MINUTES = 20_160
/** Beyond it the clock was set rather than corrected, which the owner shall know. */
const WORTH_A_NOTE_MS = 500
/** The server refuses us for good (RFC 4330 §8). */
const FOR_GOOD: ReadonlySet<string> = new Set(['DENY', 'RSTR'])

export class TimeSync {
  readonly #options: TimeSyncOptions
  #plan: TimePlan | undefined
  #isRunning = false
  #cancel: (() => void) | undefined
  #retryMinutes = FIRST_RETRY_MINUTES
  /** After the last RATE; undefined while the server bears with us. */
  #slowMinutes: number | undefined
  #isFailing = false
  /** Number of the exchange whose answer counts. */
  #current = 0

  constructor(options: TimeSyncOptions) {
    this.#options = options
  }

  /** The first request comes a while later. */
  start(): void {
    this.#isRunning = true
    const { random } = this.#options
    if (this.#plan?.isOn) this.#schedule(FIRST_MIN_MS + random() * FIRST_SPREAD_MS)
  }

  stop(): void {
    this.#isRunning = false
    this.#current += 1
    this.#cancel?.()
  }

  /** A new plan begins with a request. */
  configure(plan: TimePlan): void {
    const isSame = JSON.stringify(plan) === JSON.stringify(this.#plan)
    this.#plan = plan
    if (isSame || !this.#isRunning) return
    this.#cancel?.()
    this.#current += 1
    this.#retryMinutes = FIRST_RETRY_MINUTES
    this.#slowMinutes = undefined
    this.#isFailing = false
    if (plan.isOn) void this.#sync(false)
  }

  /** Asks once, now, whether it is on or not; what comes of it stands in the log. */
  syncNow(): void {
    if (this.#plan === undefined || !this.#isRunning) return
    this.#cancel?.()
    void this.#sync(true)
  }

  #schedule(ms: number): void {
    this.#cancel?.()
    this.#cancel = this.#options.timers.after(ms, () => void this.#sync(false))
  }

  /** Never rejects. */
  async #sync(isAsked: boolean): Promise<void> {
    const { ask, log } = this.#options
    const plan = this.#plan!
    this.#current += 1
    const mine = this.#current
    let nextMinutes: number | undefined
    try {
      const answer = await ask(plan.server)
      if (mine !== this.#current) return
      if ('kiss' in answer) throw new CameraError('receive-failed', `it answered ${answer.kiss}`, answer)
      this.#correct(answer, plan, isAsked)
      nextMinutes = plan.intervalMinutes
    } catch (error) {
      if (mine !== this.#current) return
      nextMinutes = this.#fail(error, plan, isAsked)
    }
    if (!plan.isOn) return
    log.info({ server: plan.server.host, nextMinutes }, 'next look at the time')
    if (nextMinutes !== undefined) this.#schedule(nextMinutes * MINUTE_MS)
  }

  /** Errors: CameraError `receive-failed` if the measurement is too coarse for what it would change. */
  #correct({ utcMs, monotonicMs, delayMs, stratum }: Measurement, plan: TimePlan, isAsked: boolean): void {
    const { clock, note, log } = this.#options
    const { host } = plan.server
    const byMs = Math.round(utcMs + clock.monotonicMs() - monotonicMs - clock.wallMs())
    const isStep = Math.abs(byMs) >= WORTH_A_NOTE_MS
    // All of the delay may have been on one way (RFC 4330 §5).
    if (isStep && Math.abs(byMs) <= delayMs / 2) {
      throw new CameraError('receive-failed', `its answer took ${Math.round(delayMs)} ms`)
    }
    clock.correct(byMs)
    log.info({ server: host, byMs, delayMs: Math.round(delayMs), stratum }, 'the clock follows its server')
    if (isAsked || this.#isFailing || isStep) {
      note({ type: 'system', detail: `clock corrected by ${byMs} ms after ${host}` })
    }
    this.#isFailing = false
    this.#retryMinutes = FIRST_RETRY_MINUTES
    this.#slowMinutes = undefined
  }

  /** Minutes until the next try; undefined for none. */
  #fail(error: unknown, { server, intervalMinutes }: TimePlan, isAsked: boolean): number | undefined {
    const { note, log } = this.#options
    const reason = messageOf(error)
    const isNews = isAsked || !this.#isFailing
    log[isNews ? 'warn' : 'debug']({ server: server.host, reason }, 'the time server cannot be followed')
    if (isNews) note({ type: 'network', detail: `time server ${server.host}: ${reason}` })
    this.#isFailing = true
    const kiss = kissIn(error)
    if (kiss !== undefined && FOR_GOOD.has(kiss)) return undefined
    if (kiss === 'RATE') {
      this.#slowMinutes = Math.min(2 * (this.#slowMinutes ?? intervalMinutes), LONGEST_MINUTES)
      return this.#slowMinutes
    }
    const minutes = Math.min(this.#retryMinutes, intervalMinutes)
    this.#retryMinutes = 2 * minutes
    return minutes
  }
}

function kissIn(error: unknown): string | undefined {
  const cause = error instanceof CameraError ? (error.cause as Partial<KissOfDeath> | undefined) : undefined
  return cause?.kiss
}
