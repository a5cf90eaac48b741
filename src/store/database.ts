/**
 * The database file: opened with a check, kept with a copy of its last good state beside it, replaced by that
 * copy when it is damaged. One process has it at a time. See docs/design/store.md.
 */
import { copyFileSync, existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../base/clock.ts'
import { createPrivate, replaceFile } from '../base/durable.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { MIGRATIONS, migrate, SCHEMA, versionOf } from './migrations.ts'
import { moveDatabase } from './move-database.ts'
import { isDamage, isSqliteError, warnOfOldSqlite, whyNotOpened } from './sqlite.ts'

/** A copy is made so long after the start, and after the first change that it lacks. */
const COPY_AFTER_MS = 5000
/** The same for what may be missing from a copy: the log, which would have it written over and over. */
const COPY_LATER_MS = 600_000

/** What a database is made from and how it is kept. */
export interface DatabaseKind {
  /** Name in the data folder. */
  readonly name: string
  readonly schema: string
  readonly steps: readonly string[]
  /** Its last good state is kept beside it, and it is checked from end to end at the start. */
  readonly isPrecious: boolean
}

const SETTINGS: DatabaseKind = { name: 'vedette.db', schema: SCHEMA, steps: MIGRATIONS, isPrecious: true }

interface DatabaseOptions {
  /** Left out: the one that everything but recordings is kept in. */
  readonly kind?: DatabaseKind
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Log
}

export class Database {
  readonly sql: DatabaseSync
  readonly #kind: DatabaseKind
  readonly #file: string
  readonly #copyFile: string
  readonly #clock: Clock
  readonly #log: Log
  #copyTimer: NodeJS.Timeout | undefined
  /** The delay it was set with. */
  #copyAfterMs = 0
  #hasReplaced = false

  /** Errors: CameraError `open-failed` or `set-failed` with a sentence for the owner; those of the system. */
  constructor({ dataDir, clock, log, kind = SETTINGS }: DatabaseOptions) {
    this.#kind = kind
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    this.#file = join(dataDir, kind.name)
    this.#copyFile = `${this.#file}.copy`
    this.#clock = clock
    this.#log = log
    this.sql = this.#openExisting() ?? this.#openCopy() ?? this.#create()
    warnOfOldSqlite(this.sql, log)
    // The process before may have been killed before it came to that.
    this.#scheduleCopy(COPY_AFTER_MS)
  }

  /** A damaged database was put aside at this start. */
  get hasReplaced(): boolean {
    return this.#hasReplaced
  }

  /**
   * Runs `write` in one transaction that is on the disk when this returns; inside of another it is part of that.
   * Errors: CameraError `write-failed`, and those of `write`; nothing has changed then. Without `copySoon` the copy
   * beside the database follows much later.
   */
  transaction(write: () => void, { copySoon = true } = {}): void {
    if (this.sql.isTransaction) {
      write()
      return
    }
    try {
      this.sql.exec('begin immediate')
      write()
      this.sql.exec('commit')
    } catch (error) {
      // After a full disk SQLite has already rolled back by itself.
      if (this.sql.isTransaction) this.sql.exec('rollback')
      if (!isSqliteError(error)) throw error
      throw new CameraError('write-failed', `the database could not be written: ${error.message}`, error)
    }
    this.#scheduleCopy(copySoon ? COPY_AFTER_MS : COPY_LATER_MS)
  }

  close(): void {
    if (this.#copyTimer !== undefined) this.#copy()
    this.sql.close()
  }

  #openExisting(): DatabaseSync | undefined {
    if (existsSync(this.#file)) {
      try {
        return openChecked(this.#file, this.#kind)
      } catch (error) {
        if (!isDamage(error)) throw whyNotOpened(error, this.#file)
        this.#hasReplaced = true
        this.#log.error({ reason: messageOf(error) }, 'the database is damaged and is put aside')
      }
    }
    // Also the log of a database that is gone: SQLite would take it for that of the next one.
    moveDatabase(this.#file, `${this.#file}.damaged-${this.#clock.wallMs()}`)
    return undefined
  }

  /** The last good copy, put in place; undefined if there is none or it is damaged as well. */
  #openCopy(): DatabaseSync | undefined {
    if (!this.#kind.isPrecious || !existsSync(this.#copyFile)) return undefined
    replaceFile(this.#file, (unfinished) => copyFileSync(this.#copyFile, unfinished))
    try {
      const sql = openChecked(this.#file, this.#kind)
      this.#log.warn('the last good copy of the database took its place')
      return sql
    } catch (error) {
      if (!isDamage(error)) throw whyNotOpened(error, this.#file)
      this.#log.error({ reason: messageOf(error) }, 'the copy of the database is damaged too')
      moveDatabase(this.#file, `${this.#copyFile}.damaged-${this.#clock.wallMs()}`)
      return undefined
    }
  }

  #create(): DatabaseSync {
    createPrivate(this.#file)
    const { schema, steps } = this.#kind
    const sql = connect(this.#file, steps)
    migrate(sql, steps, schema)
    return sql
  }

  #scheduleCopy(afterMs: number): void {
    // What is due soon is not put off.
    if (!this.#kind.isPrecious) return
    if (this.#copyTimer !== undefined && this.#copyAfterMs <= afterMs) return
    clearTimeout(this.#copyTimer)
    this.#copyAfterMs = afterMs
    this.#copyTimer = setTimeout(() => this.#copy(), afterMs).unref()
  }

  /** Writes the copy beside the database, complete or not at all. */
  #copy(): void {
    clearTimeout(this.#copyTimer)
    this.#copyTimer = undefined
    try {
      replaceFile(this.#copyFile, (unfinished) => this.sql.prepare('vacuum into ?').run(unfinished))
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'the copy of the database could not be written')
    }
  }
}

/**
 * Opens a database of ours, checks it from end to end and brings it to the present schema. Errors: SQLite's;
 * CameraError `check-failed` for damage, `set-failed` for a database that is not ours to open.
 */
function openChecked(file: string, { schema, steps, isPrecious }: DatabaseKind): DatabaseSync {
  const sql = connect(file, steps)
  try {
    if (versionOf(sql, steps) === 0) throw new CameraError('check-failed', 'it is empty')
    const verdict = isPrecious ? sql.prepare('pragma quick_check').get()?.quick_check : 'ok'
    if (verdict !== 'ok') throw new CameraError('check-failed', String(verdict))
    migrate(sql, steps, schema)
    return sql
  } catch (error) {
    sql.close()
    throw error
  }
}

/** Nothing that was answered may be lost: every transaction waits for the disk. */
function connect(file: string, steps: readonly string[]): DatabaseSync {
  const sql = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 2000 })
  try {
    sql.exec('pragma locking_mode = exclusive')
    // Before the first write, which a database of somebody else must not see.
    versionOf(sql, steps)
    sql.exec('pragma journal_mode = wal; pragma synchronous = full')
    return sql
  } catch (error) {
    sql.close()
    throw error
  }
}
