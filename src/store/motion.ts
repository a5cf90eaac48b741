/** How much moved, by second, in the index of recordings (docs/design/recordings.md). */
import type { Database } from './database.ts'

export const MINUTE_MS = 60_000
export const SECONDS = 60

/** Sixty levels. */
export interface MotionMinute {
  readonly channel: number
  /** Minutes since 1970. */
  readonly minute: number
  readonly levels: Uint8Array
}

export class MotionStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Adds to what is there; of each second the greater level stays. Errors: CameraError `write-failed`. */
  save(minutes: readonly MotionMinute[]): void {
    const { sql } = this.#database
    this.#database.transaction(() => {
      const find = sql.prepare('select levels from motion where channel = ? and minute = ?')
      const put = sql.prepare('insert or replace into motion (channel, minute, levels) values (?, ?, ?)')
      for (const { channel, minute, levels } of minutes) {
        const before = find.get(channel, minute)?.levels as Uint8Array | undefined
        put.run(
          channel,
          minute,
          before ? levels.map((level, at) => Math.max(level, before[at] ?? 0)) : levels,
        )
      }
    })
  }

  /** Minutes from the one to before the other. */
  between(channel: number, fromMinute: number, toMinute: number): MotionMinute[] {
    return this.#database.sql
      .prepare(
        'select minute, levels from motion where channel = ? and minute >= ? and minute < ? order by minute',
      )
      .all(channel, fromMinute, toMinute)
      .map(({ minute, levels }) => ({ channel, minute: Number(minute), levels: levels as Uint8Array }))
  }

  /** Deletes a channel's minutes before that one, and the earliest of more than `keep`. Errors: CameraError `write-failed`. */
  forget(channel: number, beforeMinute: number, keep: number): void {
    this.#database.transaction(() => {
      const { sql } = this.#database
      sql.prepare('delete from motion where channel = ? and minute < ?').run(channel, beforeMinute)
      sql
        .prepare(
          `delete from motion where channel = ? and minute <=
             (select minute from motion where channel = ? order by minute desc limit 1 offset ?)`,
        )
        .run(channel, channel, keep)
    })
  }
}
