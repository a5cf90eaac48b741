/** What the owner's log is told of logins. Names of users who don't exist are left out: people type passwords there. */
import type { Clock } from '../base/clock.ts'
import type { LogEvent } from '../system/log-event.ts'

/** A user without session who goes on from the same address is told once in this time. */
const AGAIN_AFTER_MS = 3_600_000
/** Bound of the memory: the oldest entries go first. */
const MAX_REMEMBERED = 1000

interface LoginNotesOptions {
  readonly clock: Clock
  readonly write: (event: LogEvent) => void
}

export class LoginNotes {
  readonly #options: LoginNotesOptions
  /** Monotonic time of the last entry by user and address. */
  readonly #told = new Map<string, number>()

  constructor(options: LoginNotesOptions) {
    this.#options = options
  }

  loggedIn(userName: string, address: string): void {
    this.#options.write({ type: 'login', detail: 'login', userName, address })
  }

  /** User and password came with a request or a stream. Clients that poll do so several times a second. */
  cameWithoutSession(userName: string, address: string): void {
    const key = `${address} ${userName}`
    const now = this.#options.clock.monotonicMs()
    if (now - (this.#told.get(key) ?? Number.NEGATIVE_INFINITY) < AGAIN_AFTER_MS) return
    this.#told.delete(key)
    this.#told.set(key, now)
    if (this.#told.size > MAX_REMEMBERED) this.#told.delete(this.#told.keys().next().value!)
    this.#options.write({ type: 'login', detail: 'login without a session', userName, address })
  }

  /** `userName` is undefined if there is no such user. */
  failed(userName: string | undefined, address: string): void {
    this.#options.write(
      userName === undefined
        ? { type: 'login', detail: 'login failed: no such user', address }
        : { type: 'login', detail: 'login failed', userName, address },
    )
  }

  /** `address` is undefined if a user is locked for all addresses that are not known. */
  locked(address: string | undefined, minutes: number): void {
    this.#options.write(
      address === undefined
        ? { type: 'login', detail: `login of a user locked for ${minutes} min: guessed from many addresses` }
        : { type: 'login', detail: `login locked for ${minutes} min`, address },
    )
  }
}
