/**
 * Slows down guessing, over all transports together. Failures are counted per address and user, per address,
 * and per user over all addresses. Only failures count, and a user who is guessed from everywhere goes on from
 * known addresses: nobody can lock an owner out by guessing.
 */
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { KnownLogin, Lock } from '../store/throttle.ts'
import { networkOf } from './network.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Failures that lead to a lock. */
const MAX_OF_PAIR = 5
const MAX_OF_ADDRESS = 20
/** OWASP ASVS 4.0 §2.2.1: no more than 100 failures of one account in an hour. */
const MAX_OF_USER_PER_HOUR = 100
const FIRST_LOCK_MS = 5 * MINUTE_MS
const LONGEST_LOCK_MS = HOUR_MS
/** An address from which a user logged in within this time is known. */
const KNOWN_FOR_MS = 30 * DAY_MS
/** Bound of the memory: the oldest entries go first. */
const MAX_ENTRIES = 10_000

/** Stands for all addresses in keys. */
const EVERYWHERE = '*'

/** Where locks and known addresses outlive a restart; times are of the wall clock. */
interface Memory {
  locks(): readonly Lock[]
  saveLock(lock: Lock, nowMs: number): void
  removeLock(key: string): void
  known(): readonly KnownLogin[]
  saveKnown(login: KnownLogin): void
}

interface Count {
  failures: number
  /** Monotonic. */
  lockedUntilMs: number
  lastLockMs: number
}

interface ThrottleOptions {
  readonly clock: Clock
  readonly memory: Memory
  readonly log: Log
  /** Told of every lock; `address` is undefined if it concerns a user, from wherever. */
  readonly locked?: (address: string | undefined, minutes: number) => void
}

export class Throttle {
  readonly #clock: Clock
  readonly #memory: Memory
  readonly #log: Log
  readonly #locked: (address: string | undefined, minutes: number) => void
  readonly #counts = new Map<string, Count>()
  /** Monotonic times of a user's failures in the last hour. */
  readonly #userFailures = new Map<string, readonly number[]>()
  /** Monotonic time of a success by address and user, at most a day old if there was one since. */
  readonly #known = new Map<string, number>()

  constructor({ clock, memory, log, locked = () => undefined }: ThrottleOptions) {
    this.#clock = clock
    this.#memory = memory
    this.#log = log
    this.#locked = locked
    const now = clock.monotonicMs()
    const toMonotonicMs = now - clock.wallMs()
    for (const { key, untilMs, lastedMs } of memory.locks()) {
      // A clock that was set back must not lock for longer than a lock can last.
      const lockedUntilMs = Math.min(untilMs + toMonotonicMs, now + LONGEST_LOCK_MS)
      remember(this.#counts, key, { failures: 0, lockedUntilMs, lastLockMs: lastedMs })
    }
    for (const { key, seenMs } of memory.known()) {
      remember(this.#known, key, Math.min(seenMs + toMonotonicMs, now))
    }
  }

  /** Nobody gets in as `user` from `address` at present, not even with the right password. */
  isLocked(address: string, user: string): boolean {
    const { pair, network, everywhere } = keysOf(address, user)
    if (this.#isActive(pair) || this.#isActive(network)) return true
    return this.#isActive(everywhere) && !this.#isKnown(pair)
  }

  failed(address: string, user: string): void {
    const { pair, network, everywhere } = keysOf(address, user)
    this.#count(pair, MAX_OF_PAIR)
    this.#count(network, MAX_OF_ADDRESS)
    const now = this.#clock.monotonicMs()
    const recent = (this.#userFailures.get(user) ?? []).filter((timeMs) => timeMs > now - HOUR_MS)
    recent.push(now)
    const isAttacked = recent.length > MAX_OF_USER_PER_HOUR
    remember(this.#userFailures, user, isAttacked ? [] : recent)
    if (isAttacked) this.#lock(everywhere, HOUR_MS)
  }

  succeeded(address: string, user: string): void {
    const { pair, network } = keysOf(address, user)
    for (const key of [pair, network]) {
      const count = this.#counts.get(key)
      this.#counts.delete(key)
      if (count !== undefined && count.lastLockMs > 0) this.#keep(() => this.#memory.removeLock(key))
    }
    const now = this.#clock.monotonicMs()
    // Clients that poll succeed once a minute; the disk is told once a day.
    if (now - (this.#known.get(pair) ?? Number.NEGATIVE_INFINITY) < DAY_MS) return
    remember(this.#known, pair, now)
    this.#keep(() => this.#memory.saveKnown({ key: pair, seenMs: this.#clock.wallMs() }))
  }

  #count(key: string, limit: number): void {
    const count = this.#counts.get(key) ?? { failures: 0, lockedUntilMs: 0, lastLockMs: 0 }
    count.failures += 1
    remember(this.#counts, key, count)
    if (count.failures < limit) return
    this.#lock(key, Math.min(count.lastLockMs * 2 || FIRST_LOCK_MS, LONGEST_LOCK_MS))
  }

  #lock(key: string, lastedMs: number): void {
    const lockedUntilMs = this.#clock.monotonicMs() + lastedMs
    remember(this.#counts, key, { failures: 0, lockedUntilMs, lastLockMs: lastedMs })
    const wallMs = this.#clock.wallMs()
    this.#keep(() => this.#memory.saveLock({ key, untilMs: wallMs + lastedMs, lastedMs }, wallMs))
    // Without the user's name: people type passwords there.
    const [address] = key.split(' ')
    const minutes = lastedMs / MINUTE_MS
    this.#log.warn({ address, minutes }, 'Login has been locked')
    this.#locked(address === EVERYWHERE ? undefined : address, minutes)
  }

  #isActive(key: string): boolean {
    return (this.#counts.get(key)?.lockedUntilMs ?? Number.NEGATIVE_INFINITY) > this.#clock.monotonicMs()
  }

  #isKnown(pair: string): boolean {
    const seenMs = this.#known.get(pair)
    return seenMs !== undefined && this.#clock.monotonicMs() - seenMs < KNOWN_FOR_MS
  }

  /** A full disk must not keep the throttle from working: it works from memory until the restart. */
  #keep(save: () => void): void {
    try {
      save()
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'a lock of logins could not be stored')
    }
  }
}

/** Addresses hold no blank and no asterisk, so keys of different kinds cannot meet. */
function keysOf(address: string, user: string) {
  const network = networkOf(address)
  return { pair: `${network} ${user}`, network, everywhere: `${EVERYWHERE} ${user}` }
}

/** Sets an entry and keeps the map bounded. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > MAX_ENTRIES) map.delete(map.keys().next().value!)
}
