/** The one door of all transports: credentials in, a principal out (Guide §4). */
import { createHmac, randomBytes } from 'node:crypto'
import { isLoopback } from '../base/address.ts'
import type { Clock } from '../base/clock.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import { type Log, summarise } from '../base/log.ts'
import type { Accounts } from './accounts.ts'
import type { DigestKeys } from './digest-keys.ts'
import type { LoginNotes } from './login-notes.ts'
import type { Passwords } from './passwords.ts'
import { Rights } from './rights.ts'
import { LEASE_SECONDS, type Sessions } from './sessions.ts'
import type { Throttle } from './throttle.ts'
import type {
  Credentials,
  DigestAlgorithm,
  DigestDoor,
  Guard,
  PasswordDoor,
  PasswordProof,
  Principal,
  Session,
  User,
} from './types.ts'

/** How long a good password need not be hashed again: clients that poll pictures send it with every request. */
const REMEMBER_MS = 60_000
/** Longer names are cut: nobody has one, 31 code points being the limit (Guide §4.4), and they cost memory. */
const MAX_NAME_LENGTH = 64
/** Stands for the key of a user who has none. */
const UNKNOWN_SECRET = randomBytes(16).toString('hex')

interface GuardOptions {
  readonly accounts: Accounts
  readonly sessions: Sessions
  readonly passwords: Passwords
  readonly throttle: Throttle
  readonly clock: Clock
  readonly notes: LoginNotes
  readonly digestKeys: DigestKeys
  /** A password has proved right. */
  readonly passwordKnown: (name: string, password: string) => void
  readonly log: Log
}

interface Remembered {
  /** HMAC of user and password. */
  readonly proof: string
  /** Monotonic. */
  readonly untilMs: number
}

export class CameraGuard implements Guard {
  readonly #options: GuardOptions
  readonly #key = randomBytes(32)
  /** The last good credentials of each user. */
  readonly #remembered = new Map<string, Remembered>()
  /** Checks that are running: many streams opened at once with the same credentials are one check. */
  readonly #running = new Map<string, Promise<User>>()
  /** What users without session were let in with. */
  readonly #shortConnections = new Map<string, Rights>()
  readonly #logFailure: () => void
  #lastFailure: { readonly address: string } | undefined

  constructor(options: GuardOptions) {
    this.#options = options
    this.#logFailure = summarise((count) => options.log.warn({ ...this.#lastFailure, count }, 'login failed'))
  }

  byToken(token: string): Principal | undefined {
    return this.#options.sessions.byToken(token)
  }

  async authenticate({ token, user, passwords }: Credentials, address: string): Promise<Principal> {
    const bySession = token === undefined ? undefined : this.byToken(token)
    if (bySession !== undefined) return bySession
    if (user === undefined) throw new CameraError('login-required', 'no valid token and no credentials')
    const known = await this.#check(user, passwords ?? [''], address)
    this.#options.notes.cameWithoutSession(known.name, address)
    return this.#shortConnection(known)
  }

  /** For transports that know Digest. */
  get digest(): DigestDoor {
    const { accounts, digestKeys } = this.#options
    return {
      realm: digestKeys.realm,
      isOffered: () => {
        const all = accounts.accounts()
        return all.length > 0 && all.every((account) => digestKeys.find(account, 'MD5') !== undefined)
      },
      authenticate: (proof, address) => this.#prove(proof, proof.algorithm, address),
    }
  }

  /** For transports whose clients send what only the password itself can check. */
  get password(): PasswordDoor {
    return { authenticate: (proof, address) => this.#prove(proof, 'password', address) }
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
    this.#options.notes.loggedIn(user.name, address)
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
    const rights = this.#shortConnections.get(name)
    this.#shortConnections.delete(name)
    rights?.end()
  }

  async #check(givenName: string, passwords: readonly string[], address: string): Promise<User> {
    const name = givenName.slice(0, MAX_NAME_LENGTH)
    this.#requireUnlocked(name, address)
    const user = this.#options.accounts.find(name)
    if (user !== undefined && this.#isRemembered(name, passwords)) return user
    const key = this.#proofOf([name, ...passwords, address])
    const check =
      this.#running.get(key) ??
      this.#verify(name, passwords, address).finally(() => this.#running.delete(key))
    this.#running.set(key, check)
    return await check
  }

  async #prove(
    { user: name, isRight }: PasswordProof,
    kind: DigestAlgorithm | 'password',
    address: string,
  ): Promise<Principal> {
    const { accounts, digestKeys, notes, throttle } = this.#options
    const cut = name.slice(0, MAX_NAME_LENGTH)
    this.#requireUnlocked(cut, address)
    const account = accounts.accounts().find((one) => one.name === cut)
    const secret = account && digestKeys.find(account, kind)
    // Where no password is known nothing can be guessed, and a client that has the right one shall not be locked.
    if (kind === 'password' && account !== undefined && secret === undefined) throw loginFailed()
    // An unknown user takes the same steps.
    const isGood = isRight(secret ?? UNKNOWN_SECRET) && secret !== undefined
    if (account === undefined || !isGood) throw this.#failed(cut, account?.name, address)
    throttle.succeeded(address, cut)
    notes.cameWithoutSession(account.name, address)
    return this.#shortConnection({ name: account.name, level: account.level })
  }

  async #verify(name: string, passwords: readonly string[], address: string): Promise<User> {
    const { accounts, clock, throttle } = this.#options
    const stored = accounts.hashOf(name)
    const password = await this.#passwordAmong(passwords, stored, address)
    // Guesses that were on the way together count as if they had come one after the other.
    this.#requireUnlocked(name, address)
    const user = accounts.find(name)
    // The account may have changed while the hash was computed.
    if (password === undefined || user === undefined || accounts.hashOf(name) !== stored) {
      throw this.#failed(name, user?.name, address)
    }
    throttle.succeeded(address, name)
    // No password is no secret: where it comes from is checked every time.
    if (stored) {
      const proof = this.#proofOf([name, password])
      this.#remembered.set(name, { proof, untilMs: clock.monotonicMs() + REMEMBER_MS })
      this.#renewHash(name, password, stored)
      this.#options.passwordKnown(name, password)
    }
    return user
  }

  /** Counts a wrong guess. `known` is undefined if there is no such user. */
  #failed(name: string, known: string | undefined, address: string): CameraError {
    this.#options.throttle.failed(address, name)
    this.#lastFailure = { address }
    this.#logFailure()
    this.#options.notes.failed(known, address)
    return loginFailed()
  }

  /** In passing: the login does not wait for it, and the next one tries again. */
  #renewHash(name: string, password: string, stored: string): void {
    const { accounts, log, passwords } = this.#options
    if (!passwords.isOutdated(stored)) return
    accounts.renewHash(name, password, stored).catch((error) => {
      log.warn({ reason: messageOf(error) }, 'a password hash could not be renewed')
    })
  }

  /** A locked address gets the answer of a wrong password; only the log knows. */
  #requireUnlocked(name: string, address: string): void {
    if (!this.#options.throttle.isLocked(address, name)) return
    this.#options.log.debug({ address }, 'a locked address tried to log in')
    throw loginFailed()
  }

  #isRemembered(name: string, passwords: readonly string[]): boolean {
    const remembered = this.#remembered.get(name)
    if (remembered === undefined || remembered.untilMs <= this.#options.clock.monotonicMs()) return false
    return passwords.some((password) => this.#proofOf([name, password]) === remembered.proof)
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
    const rights = this.#shortConnections.get(user.name) ?? new Rights()
    this.#shortConnections.set(user.name, rights)
    return { user, session: undefined, onEnd: (listener) => rights.onEnd(listener) }
  }

  #proofOf(texts: readonly string[]): string {
    return createHmac('sha256', this.#key).update(JSON.stringify(texts)).digest('base64')
  }
}

function loginFailed(): CameraError {
  return new CameraError('login-failed', 'wrong user name or password')
}
