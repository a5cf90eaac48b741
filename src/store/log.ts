/** The rows of the device log: written in batches, bounded, read newest first. Times are of the wall clock. */
import { CameraError, messageOf } from '../base/errors.ts'
import type { Database } from './database.ts'

/** Older rows go. With 200 characters each they are some megabytes. */
const MAX_ROWS = 10_000

export interface NewLogRow {
  readonly timeMs: number
  readonly type: string
  /** '' for what the camera did by itself, as is `address`. */
  readonly userName: string
  readonly address: string
  readonly detail: string
  /** How often it happened within a second, at least 1. */
  readonly count: number
}

export interface LogRow extends NewLogRow {
  /** Grows with every row; never used twice. */
  readonly id: number
}

export interface LogFilter {
  /** Undefined: all of them. */
  readonly type?: string | undefined
  /** Both included. */
  readonly fromMs?: number | undefined
  readonly toMs?: number | undefined
  /** Rows that are given; `total` counts all that match. */
  readonly max: number
}

export interface LogPage {
  readonly rows: readonly LogRow[]
  readonly total: number
}

export class LogStore {
  readonly #database: Database
  readonly #maxRows: number

  constructor(database: Database, maxRows = MAX_ROWS) {
    this.#database = database
    this.#maxRows = maxRows
  }

  /** Adds rows in their order and lets the oldest go. On the disk when this returns. Errors: CameraError `write-failed`. */
  append(rows: readonly NewLogRow[]): void {
    this.#database.transaction(() => this.#insert(rows), { copySoon: false })
  }

  /** Empties the list but for `last`. On the disk when this returns. Errors: CameraError `write-failed`. */
  clear(last: NewLogRow): void {
    this.#database.transaction(() => {
      this.#database.sql.exec('delete from event_log')
      this.#insert([last])
    })
  }

  /** Newest first, in the order of writing whatever the clock did. Errors: CameraError `get-failed`. */
  find({ type, fromMs, toMs, max }: LogFilter): LogPage {
    const condition = `${type === undefined ? '' : 'type = :type and '}time_ms between :from and :to`
    const values = {
      from: fromMs ?? Number.MIN_SAFE_INTEGER,
      to: toMs ?? Number.MAX_SAFE_INTEGER,
      ...(type === undefined ? {} : { type }),
    }
    const { sql } = this.#database
    try {
      const total = sql.prepare(`select count(*) as total from event_log where ${condition}`).get(values)
      const rows = sql
        .prepare(`select * from event_log where ${condition} order by id desc limit :max`)
        .all({ ...values, max })
      return { rows: rows.map(rowOf), total: Number(total?.total) }
    } catch (error) {
      throw new CameraError('get-failed', `the device log could not be read: ${messageOf(error)}`, error)
    }
  }

  #insert(rows: readonly NewLogRow[]): void {
    const { sql } = this.#database
    const insert = sql.prepare(
      'insert into event_log (time_ms, type, user_name, address, detail, count) values (?, ?, ?, ?, ?, ?)',
    )
    for (const { timeMs, type, userName, address, detail, count } of rows) {
      insert.run(Math.round(timeMs), type, userName, address, detail, count)
    }
    sql.prepare('delete from event_log where id <= (select max(id) from event_log) - ?').run(this.#maxRows)
  }
}

function rowOf(row: Readonly<Record<string, unknown>>): LogRow {
  return {
    id: Number(row.id),
    timeMs: Number(row.time_ms),
    type: String(row.type),
    userName: String(row.user_name),
    address: String(row.address),
    detail: String(row.detail),
    count: Number(row.count),
  }
}
