/** The index of recorded files (docs/design/recordings.md). */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Database, DatabaseKind } from './database.ts'

const read = (name: string) => readFileSync(join(import.meta.dirname, name), 'utf8')
const STEPS = [read('recordings.sql'), read('motion.sql')]

export const RECORDINGS: DatabaseKind = {
  name: 'recordings.db',
  schema: STEPS.join(''),
  steps: STEPS,
  isPrecious: false,
}

/** No file is longer; it bounds how far before a time a file may begin that still holds it. */
export const MAX_RECORDING_MS = 3600_000

export interface RecordingRow {
  /** Counts up in the order of making. */
  readonly id: number
  readonly name: string
  readonly channel: number
  readonly stream: 'main' | 'sub'
  /** Milliseconds since 1970 UTC on the camera's clock. */
  readonly startMs: number
  readonly endMs: number
  readonly sizeBytes: number
  readonly width: number
  readonly height: number
  readonly frameRate: number
  readonly runUpMs: number
  readonly state: 'open' | 'closed' | 'garbage'
}

type Span = Pick<RecordingRow, 'channel' | 'stream'>

const COLUMNS =
  'id, name, channel, stream, start_ms, end_ms, size_bytes, width, height, frame_rate, run_up_ms, state'

export class RecordingStore {
  readonly #database: Database

  constructor(database: Database) {
    this.#database = database
  }

  /** Gives the new row's id. On the disk when this returns. Errors: CameraError `write-failed`. */
  insert(row: Omit<RecordingRow, 'id'>): number {
    let id = 0
    this.#database.transaction(() => {
      const { lastInsertRowid } = this.#database.sql
        .prepare(
          `insert into recording
             (name, channel, stream, start_ms, end_ms, size_bytes, width, height, frame_rate, run_up_ms, state)
           values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
        )
        .run(
          row.name,
          row.channel,
          row.stream,
          row.startMs,
          row.endMs,
          row.sizeBytes,
          row.width,
          row.height,
          row.frameRate,
          row.runUpMs,
          row.state,
        )
      id = Number(lastInsertRowid)
    })
    return id
  }

  /** What became of a file. Errors: CameraError `write-failed`. */
  update(id: number, { endMs, sizeBytes, state }: Pick<RecordingRow, 'endMs' | 'sizeBytes' | 'state'>): void {
    this.#database.transaction(() => {
      this.#database.sql
        .prepare('update recording set end_ms = ?, size_bytes = ?, state = ? where id = ?')
        .run(endMs, sizeBytes, state, id)
    })
  }

  /** The file will be deleted: it is not found any more. */
  discard(ids: readonly number[]): void {
    this.#database.transaction(() => {
      const mark = this.#database.sql.prepare("update recording set state = 'garbage' where id = ?")
      for (const id of ids) mark.run(id)
    })
  }

  remove(ids: readonly number[]): void {
    this.#database.transaction(() => {
      const remove = this.#database.sql.prepare('delete from recording where id = ?')
      for (const id of ids) remove.run(id)
    })
  }

  removeAll(): void {
    this.#database.transaction(() => this.#database.sql.exec('delete from recording'))
  }

  /** The file of that name that can be had. */
  find(name: string): RecordingRow | undefined {
    const row = this.#database.sql
      .prepare(`select ${COLUMNS} from recording where name = ? and state <> 'garbage'`)
      .get(name)
    return row && rowOf(row)
  }

  /** There is a row of that name, in whatever state. */
  isKnown(name: string): boolean {
    return this.#database.sql.prepare('select 1 from recording where name = ?').get(name) !== undefined
  }

  /** Rows that are not complete. By their own index: left alone, SQLite goes through all rows for the sake of the order. */
  unfinished(): RecordingRow[] {
    return this.#rows(
      `select ${COLUMNS} from recording indexed by recording_by_state where state <> 'closed' order by id`,
    )
  }

  /** Id of the first one that is being written; undefined if none is. */
  firstOpen(): number | undefined {
    return this.unfinished().find(({ state }) => state === 'open')?.id
  }

  setThumbnail(id: number, jpeg: Uint8Array): void {
    this.#database.transaction(() => {
      this.#database.sql
        .prepare('insert or replace into thumbnail (recording, jpeg) values (?, ?)')
        .run(id, jpeg)
    })
  }

  /** Ids of those that have one. */
  withThumbnail(ids: readonly number[]): Set<number> {
    const has = this.#database.sql.prepare('select 1 from thumbnail where recording = ?')
    return new Set(ids.filter((id) => has.get(id) !== undefined))
  }

  thumbnail(id: number): Uint8Array | undefined {
    const row = this.#database.sql.prepare('select jpeg from thumbnail where recording = ?').get(id)
    return row?.jpeg as Uint8Array | undefined
  }

  /** Files that overlap the time from `fromMs` to `toMs`, the first ones first. */
  between({ channel, stream }: Span, fromMs: number, toMs: number, limit: number): RecordingRow[] {
    return this.#rows(
      `select ${COLUMNS} from recording
         where channel = ? and stream = ? and start_ms > ? and start_ms <= ? and end_ms >= ? and state <> 'garbage'
         order by start_ms limit ?`,
      channel,
      stream,
      fromMs - MAX_RECORDING_MS,
      toMs,
      fromMs,
      limit,
    )
  }

  /** Tells whether there is anything of that time. */
  hasAny({ channel, stream }: Span, fromMs: number, toMs: number): boolean {
    const row = this.#database.sql
      .prepare(
        `select 1 from recording
           where channel = ? and stream = ? and start_ms > ? and start_ms < ? and end_ms > ? and state <> 'garbage'
           limit 1`,
      )
      .get(channel, stream, fromMs - MAX_RECORDING_MS, toMs, fromMs)
    return row !== undefined
  }

  /** Beginning of the earliest recording of all; undefined if there is none. */
  earliestMs(): number | undefined {
    const starts = this.#database.sql.prepare(
      'select min(start_ms) as first from recording where channel = ? and stream = ?',
    )
    const found = (['main', 'sub'] as const).map((stream) => starts.get(0, stream)?.first)
    const times = found.filter((first) => typeof first === 'number')
    return times.length === 0 ? undefined : Math.min(...times)
  }

  /** From the first recording's beginning to the last one's end; undefined if there is none. */
  extent({ channel, stream }: Span): { readonly startMs: number; readonly endMs: number } | undefined {
    const edge = (order: 'asc' | 'desc') =>
      this.#rows(
        `select ${COLUMNS} from recording where channel = ? and stream = ? and state <> 'garbage'
           order by start_ms ${order} limit 1`,
        channel,
        stream,
      )[0]
    const first = edge('asc')
    const last = edge('desc')
    return first && last && { startMs: first.startMs, endMs: last.endMs }
  }

  /** Complete files after a place in the order of making. */
  closedAfter(id: number, limit: number): RecordingRow[] {
    return this.#rows(
      `select ${COLUMNS} from recording where state = 'closed' and id > ? order by id limit ?`,
      id,
      limit,
    )
  }

  /** Complete files, and those of which the deletion was not finished, in the order of making. */
  oldest(limit: number): RecordingRow[] {
    return this.#rows(`select ${COLUMNS} from recording where state <> 'open' order by id limit ?`, limit)
  }

  /** Names of all files whose names begin so. */
  namesLike(prefix: string): Map<string, number> {
    const rows = this.#database.sql
      .prepare("select id, name from recording where name >= ? and name < ? and state = 'closed'")
      .all(prefix, `${prefix}~`)
    return new Map(rows.map(({ id, name }) => [String(name), Number(id)]))
  }

  /** `Rec_YYYYMMDD` of all days that have files. */
  days(): string[] {
    const next = this.#database.sql.prepare(
      'select substr(name, 1, 12) as day from recording where name > ? order by name limit 1',
    )
    const days: string[] = []
    for (let row = next.get(''); row !== undefined; row = next.get(`${days.at(-1)}~`))
      days.push(String(row.day))
    return days
  }

  #rows(sql: string, ...values: (string | number)[]): RecordingRow[] {
    return this.#database.sql
      .prepare(sql)
      .all(...values)
      .map(rowOf)
  }
}

function rowOf(row: Readonly<Record<string, unknown>>): RecordingRow {
  return {
    id: Number(row.id),
    name: String(row.name),
    channel: Number(row.channel),
    stream: row.stream === 'sub' ? 'sub' : 'main',
    startMs: Number(row.start_ms),
    endMs: Number(row.end_ms),
    sizeBytes: Number(row.size_bytes),
    width: Number(row.width),
    height: Number(row.height),
    frameRate: Number(row.frame_rate),
    runUpMs: Number(row.run_up_ms),
    state: row.state as RecordingRow['state'],
  }
}
