/**
 * Slows down guessing, over all transports together: failures are counted per address, and per address and
 * user. Only failures count, so an owner with the right password is not locked out by somebody else's guesses.
 */
import { isIPv4, isIPv6 } from 'node:net'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS
const DAY_MS = 24 * HOUR_MS
/** Failures that lead to a lock. */
const MAX_OF_PAIR = 5
const MAX_OF_ADDRESS = 20
const MAX_OF_USER_PER_HOUR = 100
const FIRST_LOCK_MS = 5 * MINUTE_MS
const LONGEST_LOCK_MS = HOUR_MS
/** An address from which a user logged in within this time is known. */
const KNOWN_FOR_MS = 30 * DAY_MS
/** Bound of the memory: the oldest entries go first. */
const MAX_ENTRIES = 10_000

/** Where locks outlive a restart; times are of the wall clock. */
interface LockStore {
  all(): readonly { readonly key: string; readonly untilMs: number; readonly lastedMs: number }[]
  save(lock: { key: string; untilMs: number; lastedMs: number }): void
  remove(key: string): void
}

interface Record {
  failures: number
  /** Monotonic. */
  lockedUntilMs: number
  lastLockMs: number
}

interface ThrottleOptions {
  readonly clock: Clock
  readonly store: LockStore
  readonly log: Log
}

export class Throttle {
  readonly #clock: Clock
  readonly #store: LockStore
  readonly #log: Log
  readonly #records = new Map<string, Record>()
  /** Monotonic times of a user's failures in the last hour. */
  readonly #userFailures = new Map<string, number[]>()
  /** Monotonic time of the last success by user and address. */
  readonly #known = new Map<string, number>()

  constructor({ clock, store, log }: ThrottleOptions) {
    this.#clock = clock
    this.#store = store
    this.#log = log
    const toMonotonicMs = clock.monotonicMs() - clock.wallMs()
    for (const { key, untilMs, lastedMs } of store.all()) {
      // A clock that was set back must not lock for longer than a lock can last.
      const lockedUntilMs = Math.min(untilMs + toMonotonicMs, clock.monotonicMs() + LONGEST_LOCK_MS)
      if (lockedUntilMs > clock.monotonicMs()) {
        this.#records.set(key, { failures: 0, lockedUntilMs, lastLockMs: lastedMs })
      } else store.remove(key)
    }
  }

  /** Nobody gets in as `user` from `address` at present, not even with the right password. */
  isLocked(address: string, user: string): boolean {
    const now = this.#clock.monotonicMs()
    if (keysOf(address, user).some((key) => (this.#records.get(key)?.lockedUntilMs ?? 0) > now)) return true
    const isAttacked = this.#recentFailures(user).length > MAX_OF_USER_PER_HOUR
    return isAttacked && !this.#isKnown(address, user)
  }

  failed(address: string, user: string): void {
    const [pair, all] = keysOf(address, user)
    this.#count(pair, MAX_OF_PAIR)
    this.#count(all, MAX_OF_ADDRESS)
    const failures = this.#recentFailures(user)
    failures.push(this.#clock.monotonicMs())
    remember(this.#userFailures, user, failures.slice(-MAX_OF_USER_PER_HOUR - 1))
  }

  succeeded(address: string, user: string): void {
    const [pair, all] = keysOf(address, user)
    for (const key of [pair, all]) {
      if (this.#records.delete(key)) this.#store.remove(key)
    }
    remember(this.#known, pair, this.#clock.monotonicMs())
  }

  #count(key: string, limit: number): void {
    const record = this.#records.get(key) ?? { failures: 0, lockedUntilMs: 0, lastLockMs: 0 }
    record.failures += 1
    if (record.failures >= limit) this.#lock(key, record)
    remember(this.#records, key, record)
  }

  #lock(key: string, record: Record): void {
    const lastedMs = Math.min(
      record.lastLockMs === 0 ? FIRST_LOCK_MS : record.lastLockMs * 2,
      LONGEST_LOCK_MS,
    )
    record.failures = 0
    record.lastLockMs = lastedMs
    record.lockedUntilMs = this.#clock.monotonicMs() + lastedMs
    this.#store.save({ key, untilMs: this.#clock.wallMs() + lastedMs, lastedMs })
    this.#log.warn({ who: key, minutes: lastedMs / MINUTE_MS }, 'Login has been locked')
  }

  #recentFailures(user: string): number[] {
    const since = this.#clock.monotonicMs() - HOUR_MS
    return (this.#userFailures.get(user) ?? []).filter((time) => time > since)
  }

  #isKnown(address: string, user: string): boolean {
    const [pair] = keysOf(address, user)
    const time = this.#known.get(pair)
    return time !== undefined && this.#clock.monotonicMs() - time < KNOWN_FOR_MS
  }
}

/** Keys of an address with a user, and of the address alone. */
function keysOf(address: string, user: string): [pair: string, all: string] {
  const network = networkOf(address)
  return [`${network} ${user}`, network]
}

/** What counts as one address: an IPv4 address, or the /64 network of an IPv6 address. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (mapped !== undefined && isIPv4(mapped)) return mapped
  const [plain = ''] = address.split('%')
  if (!isIPv6(plain)) return plain
  const [head = '', tail] = plain.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? [] : Array<string>(Math.max(0, 8 - left.length - right.length)).fill('0')
  const groups = [...left, ...zeros, ...right].slice(0, 4)
  return `${groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')}::/64`
}

/** Sets an entry and keeps the map bounded. */
function remember<V>(map: Map<string, V>, key: string, value: V): void {
  map.delete(key)
  map.set(key, value)
  if (map.size > MAX_ENTRIES) map.delete(map.keys().next().value!)
}
