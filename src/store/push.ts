/** Browsers that want messages (RFC 8030). */
import type { Database } from './database.ts'

/** More are not taken: each event is sent to all of them. */
const MAX_ROWS = 100

export interface PushSubscription {
  readonly endpoint: string
  /** Keys of the browser as in RFC 8291, base64url. */
  readonly p256dh: string
  readonly auth: string
  readonly userName: string
  readonly createdMs: number
}

export class PushStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  all(): PushSubscription[] {
    return this.#database.sql
      .prepare(
        'select endpoint, p256dh, auth, user_name, created_ms from push_subscription order by created_ms',
      )
      .all()
      .map((row) => ({
        endpoint: String(row.endpoint),
        p256dh: String(row.p256dh),
        auth: String(row.auth),
        userName: String(row.user_name),
        createdMs: Number(row.created_ms),
      }))
  }

  /** On the disk when this returns; the oldest one goes when there are too many. Errors: CameraError `write-failed`. */
  add({ endpoint, p256dh, auth, userName, createdMs }: PushSubscription): void {
    this.#database.transaction(() => {
      this.#database.sql
        .prepare(
          `insert or replace into push_subscription (endpoint, p256dh, auth, user_name, created_ms)
             values (?, ?, ?, ?, ?)`,
        )
        .run(endpoint, p256dh, auth, userName, Math.round(createdMs))
      this.#database.sql
        .prepare(
          `delete from push_subscription where endpoint not in
             (select endpoint from push_subscription order by created_ms desc limit ?)`,
        )
        .run(MAX_ROWS)
    })
  }

  /** Errors: CameraError `write-failed`. */
  remove(endpoint: string): void {
    this.#database.transaction(() => {
      this.#database.sql.prepare('delete from push_subscription where endpoint = ?').run(endpoint)
    })
  }
}
