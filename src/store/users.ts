/** The rows of the accounts. */
import type { Database } from './database.ts'

export interface UserRow {
  readonly name: string
  readonly level: 'guest' | 'admin'
  /** '' for the factory account until it has a password. */
  readonly passwordHash: string
  readonly builtIn: boolean
}

export class UserStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** All accounts, the built-in one first. */
  all(): UserRow[] {
    const rows = this.#database.sql
      .prepare('select name, level, password_hash, built_in from user order by built_in desc, name')
      .all()
    return rows.map((row) => ({
      name: String(row.name),
      level: row.level === 'admin' ? 'admin' : 'guest',
      passwordHash: String(row.password_hash),
      builtIn: row.built_in === 1,
    }))
  }

  /** Adds an account or replaces the one of that name. */
  save({ name, level, passwordHash, builtIn }: UserRow): void {
    this.#database.transaction(() => {
      this.#database.sql
        .prepare('insert or replace into user (name, level, password_hash, built_in) values (?, ?, ?, ?)')
        .run(name, level, passwordHash, builtIn ? 1 : 0)
    })
  }

  /** Puts these accounts in place of all. */
  replaceAll(rows: readonly UserRow[]): void {
    this.#database.transaction(() => {
      this.#database.sql.exec('delete from user')
      for (const row of rows) this.save(row)
    })
  }

  remove(name: string): void {
    this.#database.transaction(() => {
      this.#database.sql.prepare('delete from user where name = ?').run(name)
    })
  }
}
