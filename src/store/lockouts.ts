/** The rows of addresses that are locked out. */
import type { Database } from './database.ts'

export interface Lockout {
  readonly key: string
  /** Wall clock. */
  readonly untilMs: number
  readonly lastedMs: number
}

export class LockoutStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  all(): Lockout[] {
    const rows = this.#database.sql.prepare('select key, until_ms, lasted_ms from lockout').all()
    return rows.map((row) => ({
      key: String(row.key),
      untilMs: Number(row.until_ms),
      lastedMs: Number(row.lasted_ms),
    }))
  }

  save({ key, untilMs, lastedMs }: Lockout): void {
    this.#database.transaction(() => {
      this.#database.sql
        .prepare('insert or replace into lockout (key, until_ms, lasted_ms) values (?, ?, ?)')
        .run(key, Math.round(untilMs), lastedMs)
    })
  }

  remove(key: string): void {
    this.#database.transaction(() => {
      this.#database.sql.prepare('delete from lockout where key = ?').run(key)
    })
  }
}
