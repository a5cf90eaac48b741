/** Messages that are to be delivered, with the names of their files (docs/design/alarms.md). */
import type { Database } from './database.ts'

export interface DeliveryFile {
  /** As the receiver sees it. */
  readonly name: string
  readonly type: string
  /** In the outbox folder. */
  readonly file: string
}

export interface NewDeliveryRow {
  readonly notifier: string
  readonly content: unknown
  readonly createdMs: number
  readonly expiresMs: number
  readonly files: readonly DeliveryFile[]
}

export interface DeliveryRow extends NewDeliveryRow {
  readonly id: number
  readonly attempts: number
  /** Not to be tried before. */
  readonly nextMs: number
}

export class DeliveryStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Stores a delivery that is due at once; gives its id. On the disk when this returns. Errors: CameraError `write-failed`. */
  insert({ notifier, content, createdMs, expiresMs, files }: NewDeliveryRow): number {
    const { sql } = this.#database
    let id = 0
    this.#change(() => {
      const { lastInsertRowid } = sql
        .prepare(
          `insert into delivery (notifier, content, created_ms, expires_ms, attempts, next_ms)
             values (?, ?, ?, ?, 0, 0)`,
        )
        .run(notifier, JSON.stringify(content ?? null), Math.round(createdMs), Math.round(expiresMs))
      id = Number(lastInsertRowid)
      const insert = sql.prepare(
        'insert into delivery_file (delivery, place, name, type, file) values (?, ?, ?, ?, ?)',
      )
      for (const [place, { name, type, file }] of files.entries()) insert.run(id, place, name, type, file)
    })
    return id
  }

  /** It was tried in vain. Errors: CameraError `write-failed`. */
  postpone(id: number, attempts: number, nextMs: number): void {
    this.#change(() => {
      this.#database.sql
        .prepare('update delivery set attempts = ?, next_ms = ? where id = ?')
        .run(attempts, Math.round(nextMs), id)
    })
  }

  /** All of a notifier are due now. Errors: CameraError `write-failed`. */
  hasten(notifier: string): void {
    this.#change(() => {
      this.#database.sql.prepare('update delivery set next_ms = 0 where notifier = ?').run(notifier)
    })
  }

  /** It is delivered, or given up. Errors: CameraError `write-failed`. */
  remove(id: number): void {
    this.#change(() => {
      this.#database.sql.prepare('delete from delivery_file where delivery = ?').run(id)
      this.#database.sql.prepare('delete from delivery where id = ?').run(id)
    })
  }

  /** In the order of making. */
  all(): DeliveryRow[] {
    const files = Map.groupBy(
      this.#database.sql.prepare('select * from delivery_file order by delivery, place').all(),
      ({ delivery }) => Number(delivery),
    )
    const rows = this.#database.sql.prepare('select * from delivery order by id').all()
    return rows.map((row) => ({
      id: Number(row.id),
      notifier: String(row.notifier),
      content: JSON.parse(String(row.content)) as unknown,
      createdMs: Number(row.created_ms),
      expiresMs: Number(row.expires_ms),
      attempts: Number(row.attempts),
      nextMs: Number(row.next_ms),
      files: (files.get(Number(row.id)) ?? []).map(({ name, type, file }) => ({
        name: String(name),
        type: String(type),
        file: String(file),
      })),
    }))
  }

  /** An old copy of the database would bring back what was delivered, so copies may lag behind. */
  #change(write: () => void): void {
    this.#database.transaction(write, { copySoon: false })
  }
}
