/** The one door of all transports: credentials in, a principal out (Guide §4). */
import { createHmac, randomBytes } from 'node:crypto'
import { isLoopback } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Accounts } from './accounts.ts'
import type { Passwords } from './passwords.ts'
import { LEASE_SECONDS, type Sessions } from './sessions.ts'
import type { Throttle } from './throttle.ts'
import type { Credentials, Guard, Principal, Session, User } from './types.ts'

/** How long a good password need not be hashed again: clients that poll pictures send it with every request. */
const REMEMBER_MS = 60_000

interface GuardOptions {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly passwords: Passwords
  readonly throttle: Throttle
  readonly clock: Clock
  readonly log: Log
}

interface Remembered {
  readonly proof: string
  readonly untilMs: number
}

export class CameraGuard implements Guard {
  readonly #options: GuardOptions
  readonly #key = randomBytes(32)
  /** The last good credentials of each user. */
  readonly #remembered = new Map<string, Remembered>()
  /** Checks that are running: many streams opened at once with the same credentials are one check. */
  readonly #running = new Map<string, Promise<User>>()
  /** Those who are concerned when the rights of a user without session end. */
  readonly #shortConnections = new Map<string, Set<() => void>>()

  constructor(options: GuardOptions) {
    this.#options = options
  }

  byToken(token: string): Principal | undefined {
    return this.#options.sessions.byToken(token)
  }

  async authenticate({ token, user, passwords }: Credentials, address: string): Promise<Principal> {
    const bySession = token === undefined ? undefined : this.byToken(token)
    if (bySession !== undefined) return bySession
    if (user === undefined) throw new CameraError('login-required', 'no valid token and no credentials')
    return this.#shortConnection(await this.#check(user, passwords ?? [''], address))
  }

  /** Opens a session. Errors: CameraError `login-failed`, `session-limit`, `timeout`. */
  async login(
    name: string,
    passwords: readonly string[],
    address: string,
  ): Promise<{ token: string; leaseSeconds: number; session: Session }> {
    const user = await this.#check(name, passwords, address)
    const opened = this.#options.sessions.open(user, address)
    this.#options.log.info({ user: user.name, address, session: opened.session.id }, 'login')
    return { ...opened, leaseSeconds: LEASE_SECONDS }
  }

  /** Ends a session and everything opened with it. */
  logout(session: Session): void {
    this.#options.sessions.end(session)
    this.#options.log.info({ user: session.user.name, session: session.id }, 'logout')
  }

  sessions(): Session[] {
    return this.#options.sessions.list()
  }

  /** The password of a user changed, or the user is gone: only the session `except` goes on. */
  endUser(name: string, except: Session | undefined): void {
    this.#remembered.delete(name)
    this.#options.sessions.endUser(name, except)
    const concerned = this.#shortConnections.get(name)
    this.#shortConnections.delete(name)
    for (const listener of concerned ?? []) listener()
  }

  async #check(name: string, passwords: readonly string[], address: string): Promise<User> {
    const { throttle, log } = this.#options
    if (throttle.isLocked(address, name)) {
      log.debug({ address }, 'a locked address tried to log in')
      throw new CameraError('login-failed', 'wrong user name or password')
    }
    const proof = this.#proofOf(name, passwords)
    const remembered = this.#remembered.get(name)
    const user = this.#options.accounts.find(name)
    if (
      user !== undefined &&
      remembered?.proof === proof &&
      remembered.untilMs > this.#options.clock.monotonicMs()
    ) {
      return user
    }
    const key = `${proof} ${address}`
    const check =
      this.#running.get(key) ??
      this.#verify(name, passwords, address, proof).finally(() => this.#running.delete(key))
    this.#running.set(key, check)
    return await check
  }

  async #verify(name: string, passwords: readonly string[], address: string, proof: string): Promise<User> {
    const { accounts, throttle, log, clock } = this.#options
    const stored = accounts.hashOf(name)
    const password = await this.#passwordAmong(passwords, stored, address)
    const user = accounts.find(name)
    // The account may have changed while the hash was computed.
    if (password === undefined || user === undefined || accounts.hashOf(name) !== stored) {
      throttle.failed(address, name)
      log.warn({ address }, 'a login failed')
      throw new CameraError('login-failed', 'wrong user name or password')
    }
    throttle.succeeded(address, name)
    if (stored && this.#options.passwords.isOutdated(stored)) await accounts.renewHash(name, password)
    // No password is no secret: where it comes from is checked every time.
    if (stored !== '') this.#remembered.set(name, { proof, untilMs: clock.monotonicMs() + REMEMBER_MS })
    return user
  }

  async #passwordAmong(
    passwords: readonly string[],
    stored: string | undefined,
    address: string,
  ): Promise<string | undefined> {
    // The factory account has no password, and is for this machine alone.
    if (stored === '') return passwords.includes('') && isLoopback(address) ? '' : undefined
    return await this.#options.passwords.verify(passwords, stored)
  }

  #shortConnection(user: User): Principal {
    return {
      user,
      session: undefined,
      onEnd: (listener) => {
        const listeners = this.#shortConnections.get(user.name) ?? new Set()
        this.#shortConnections.set(user.name, listeners)
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    }
  }

  #proofOf(name: string, passwords: readonly string[]): string {
    return createHmac('sha256', this.#key)
      .update(JSON.stringify([name, passwords]))
      .digest('base64')
  }
}
