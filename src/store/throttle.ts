/** What the throttle of logins remembers beyond a restart. All times are of the wall clock. */
import type { Database } from './database.ts'

/** Rows are forgotten when they are over for so long. */
const LOCK_KEPT_MS = 3_600_000
const KNOWN_KEPT_MS = 30 * 24 * 3_600_000

export interface Lock {
  /** Who is locked out, in the throttle's words. */
  readonly key: string
  readonly untilMs: number
  readonly lastedMs: number
}

export interface KnownLogin {
  /** An address with the user who logged in from there, in the throttle's words. */
  readonly key: string
  readonly seenMs: number
}

export class ThrottleStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  locks(): Lock[] {
    const rows = this.#database.sql.prepare('select key, until_ms, lasted_ms from lockout').all()
    return rows.map((row) => ({
      key: String(row.key),
      untilMs: Number(row.until_ms),
      lastedMs: Number(row.lasted_ms),
    }))
  }

  /** `nowMs` lets old rows go. Errors: CameraError `write-failed`. */
  saveLock({ key, untilMs, lastedMs }: Lock, nowMs: number): void {
    const { sql } = this.#database
    this.#database.transaction(() => {
      sql.prepare('delete from lockout where until_ms < ?').run(Math.round(nowMs - LOCK_KEPT_MS))
      sql
        .prepare('insert or replace into lockout (key, until_ms, lasted_ms) values (?, ?, ?)')
        .run(key, Math.round(untilMs), Math.round(lastedMs))
    })
  }

  /** Errors: CameraError `write-failed`. */
  removeLock(key: string): void {
    this.#database.transaction(() => {
      this.#database.sql.prepare('delete from lockout where key = ?').run(key)
    })
  }

  known(): KnownLogin[] {
    const rows = this.#database.sql.prepare('select key, seen_ms from known_login').all()
    return rows.map((row) => ({ key: String(row.key), seenMs: Number(row.seen_ms) }))
  }

  /** Lets rows go that are older by 30 days. Errors: CameraError `write-failed`. */
  saveKnown({ key, seenMs }: KnownLogin): void {
    const { sql } = this.#database
    this.#database.transaction(() => {
      sql.prepare('delete from known_login where seen_ms < ?').run(Math.round(seenMs - KNOWN_KEPT_MS))
      sql
        .prepare('insert or replace into known_login (key, seen_ms) values (?, ?)')
        .run(key, Math.round(seenMs))
    })
  }
}
