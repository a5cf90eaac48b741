/** The rows of what the camera noticed: bounded, the oldest go first (docs/design/alarms.md). */
import type { Database } from './database.ts'

/** Older ones go. With 450 bytes of cells each they are some megabytes. */
const MAX_ROWS = 10_000

export interface AlarmEventRow {
  readonly id: number
  readonly channel: number
  readonly kind: string
  /** On the camera's clock, milliseconds since 1970-01-01 UTC. */
  readonly startMs: number
  /** Undefined while it goes on. */
  readonly endMs: number | undefined
  readonly peakScore: number
  readonly cells: Uint8Array
}

export class AlarmEventStore {
  readonly #database: Database
  readonly #maxRows: number

  constructor(database: Database, maxRows = MAX_ROWS) {
    this.#database = database
    this.#maxRows = maxRows
  }

  /** The largest id that was ever given; 0 before the first. */
  get lastId(): number {
    const row = this.#database.sql.prepare("select seq from sqlite_sequence where name = 'alarm_event'").get()
    return Number(row?.seq ?? 0)
  }

  /** Adds an event and lets the oldest go. On the disk when this returns. Errors: CameraError `write-failed`. */
  insert({ id, channel, kind, startMs, endMs, peakScore, cells }: AlarmEventRow): void {
    const { sql } = this.#database
    const insert = sql.prepare(
      'insert into alarm_event (id, channel, kind, start_ms, end_ms, peak_score, cells) values (?, ?, ?, ?, ?, ?, ?)',
    )
    const drop = sql.prepare('delete from alarm_event where id <= ?')
    this.#write(() => {
      insert.run(id, channel, kind, Math.round(startMs), endMs ?? null, peakScore, cells)
      drop.run(id - this.#maxRows)
    })
  }

  /** How an event ended. On the disk when this returns. Errors: CameraError `write-failed`. */
  end({ id, endMs, peakScore, cells }: AlarmEventRow): void {
    const update = this.#database.sql.prepare(
      'update alarm_event set end_ms = ?, peak_score = ?, cells = ? where id = ?',
    )
    this.#write(() => update.run(endMs === undefined ? null : Math.round(endMs), peakScore, cells, id))
  }

  /** Ends what a crash cut off: when the camera is back, but not later than `longestMs` after it began. Errors: CameraError `write-failed`. */
  endCutOff(nowMs: number, longestMs: number): void {
    const update = this.#database.sql.prepare(
      'update alarm_event set end_ms = max(start_ms, min(?, start_ms + ?)) where end_ms is null',
    )
    this.#write(() => update.run(Math.round(nowMs), longestMs))
  }

  find(id: number): AlarmEventRow | undefined {
    const row = this.#database.sql.prepare('select * from alarm_event where id = ?').get(id)
    return row && rowOf(row)
  }

  /** Events that overlap a time, the first ones first. */
  between(channel: number, fromMs: number, toMs: number, limit: number): AlarmEventRow[] {
    const rows = this.#database.sql
      .prepare(
        `select * from alarm_event where channel = ? and start_ms < ? and coalesce(end_ms, ?) >= ?
         order by start_ms, id limit ?`,
      )
      .all(channel, toMs, toMs, fromMs, limit)
    return rows.map(rowOf)
  }

  #write(write: () => void): void {
    this.#database.transaction(write, { copySoon: false })
  }
}

function rowOf(row: Readonly<Record<string, unknown>>): AlarmEventRow {
  return {
    id: Number(row.id),
    channel: Number(row.channel),
    kind: String(row.kind),
    startMs: Number(row.start_ms),
    endMs: row.end_ms === null ? undefined : Number(row.end_ms),
    peakScore: Number(row.peak_score),
    cells: row.cells as Uint8Array,
  }
}
