/** The sessions: tokens, leases, and telling those concerned when one ends (Guide §4.1–4.2). */
import { hash, randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { Rights } from './rights.ts'
import type { Principal, Session, User } from './types.ts'

/** A token is void when it has not been used for so long. */
export const LEASE_SECONDS = 3600
const FIRST_ID = 1000
const MAX_SESSIONS = 64
const MAX_PER_USER = 16
/** Places that only administrators get, so that guests cannot shut them out. */
const RESERVED_FOR_ADMINS = 8
/** 96 bits; below the 32 characters that the guide allows. */
const TOKEN_BYTES = 12
const MAX_TOKEN_LENGTH = 31

interface Held {
  readonly session: Session
  readonly principal: Principal
  readonly rights: Rights
  usedMs: number
}

export class Sessions {
  readonly #clock: Clock
  /** By SHA-256 of the token: the memory of the process does not hold what would let somebody in. */
  readonly #held = new Map<string, Held>()
  #nextId = FIRST_ID

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Errors: CameraError `session-limit`. */
  open(user: User, address: string): { token: string; session: Session } {
    this.#sweep()
    const ofUser = [...this.#held.values()].filter(({ session }) => session.user.name === user.name).length
    const places = user.level === 'admin' ? MAX_SESSIONS : MAX_SESSIONS - RESERVED_FOR_ADMINS
    if (ofUser >= MAX_PER_USER || this.#held.size >= places) {
      throw new CameraError('session-limit', 'all sessions are taken')
    }
    const token = randomBytes(TOKEN_BYTES).toString('hex')
    const session: Session = { id: this.#nextId, user, address }
    this.#nextId += 1
    this.#held.set(digest(token), this.#hold(session))
    return { token, session }
  }

  /** Who holds the token; undefined if nobody does any more. Renews the lease. */
  byToken(token: string): Principal | undefined {
    if (token === '' || token.length > MAX_TOKEN_LENGTH) return undefined
    const held = this.#held.get(digest(token))
    if (held === undefined) return undefined
    if (this.#isOver(held)) {
      this.end(held.session)
      return undefined
    }
    held.usedMs = this.#clock.monotonicMs()
    return held.principal
  }

  list(): Session[] {
    this.#sweep()
    return [...this.#held.values()].map(({ session }) => session)
  }

  end(session: Session): void {
    for (const [key, held] of this.#held) {
      if (held.session !== session) continue
      this.#held.delete(key)
      held.rights.end()
    }
  }

  /** Ends all sessions of a user but one. */
  endUser(name: string, except?: Session): void {
    for (const { session } of [...this.#held.values()]) {
      if (session.user.name === name && session !== except) this.end(session)
    }
  }

  #hold(session: Session): Held {
    const rights = new Rights()
    const onEnd = (listener: () => void) => {
      const takeBack = rights.onEnd(listener)
      return () => {
        takeBack()
        held.usedMs = this.#clock.monotonicMs()
      }
    }
    const principal: Principal = { user: session.user, session, onEnd }
    const held: Held = { session, principal, rights, usedMs: this.#clock.monotonicMs() }
    return held
  }

  /** Whoever watches a stream uses the session: its lease starts when the last stream has closed. */
  #isOver({ rights, usedMs }: Held): boolean {
    return !rights.isInUse && this.#clock.monotonicMs() - usedMs >= LEASE_SECONDS * 1000
  }

  #sweep(): void {
    for (const held of [...this.#held.values()]) if (this.#isOver(held)) this.end(held.session)
  }
}

function digest(token: string): string {
  return hash('sha256', token, 'base64')
}
