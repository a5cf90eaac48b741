/** Stored values: one JSON text under each key. */
import type { Database } from './database.ts'

export class SettingsStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** The value under `key`; undefined if there is none. */
  load(key: string): unknown {
    const row = this.#database.sql.prepare('select value from setting where key = ?').get(key)
    return row === undefined ? undefined : JSON.parse(String(row.value))
  }

  /** Stores all values or none; `undefined` removes one. On the disk when this returns. */
  save(changes: Readonly<Record<string, unknown>>): void {
    const put = this.#database.sql.prepare('insert or replace into setting (key, value) values (?, ?)')
    const remove = this.#database.sql.prepare('delete from setting where key = ?')
    this.#database.transaction(() => {
      for (const [key, value] of Object.entries(changes)) {
        if (value === undefined) remove.run(key)
        else put.run(key, JSON.stringify(value))
      }
    })
  }
}
