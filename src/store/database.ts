/**
 * The database file: opened with a check, kept with a copy of its last good state beside it, replaced by that
 * copy when it is damaged. See docs/design/store.md.
 */
import {
  chmodSync,
  closeSync,
  copyFileSync,
  existsSync,
  fsyncSync,
  mkdirSync,
  openSync,
  renameSync,
  rmSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Clock } from '../base/clock.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { migrate } from './migrations.ts'

/** A copy is made when nothing has changed for so long. */
const COPY_AFTER_MS = 5000

interface DatabaseOptions {
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Log
}

/** How the database came to be. */
export type Origin = 'existing' | 'new' | 'copy'

export class Database {
  readonly sql: DatabaseSync
  readonly origin: Origin
  readonly #file: string
  readonly #log: Log
  #copyTimer: NodeJS.Timeout | undefined
  #changed = false

  /** Errors: CameraError if the folder cannot be used or belongs to a newer version. */
  constructor({ dataDir, clock, log }: DatabaseOptions) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 })
    this.#file = join(dataDir, 'vedette.db')
    this.#log = log
    const existed = existsSync(this.#file)
    const { sql, origin } = this.#open(existed, clock)
    this.sql = sql
    this.origin = origin
    migrate(sql)
    warnOfOldSqlite(sql, log)
  }

  /** Runs `write` in one transaction that is on the disk when this returns. */
  transaction(write: () => void): void {
    this.sql.exec('begin immediate')
    try {
      write()
      this.sql.exec('commit')
    } catch (error) {
      this.sql.exec('rollback')
      throw error
    }
    this.#changed = true
    clearTimeout(this.#copyTimer)
    this.#copyTimer = setTimeout(() => this.#copy(), COPY_AFTER_MS)
    this.#copyTimer.unref()
  }

  close(): void {
    clearTimeout(this.#copyTimer)
    if (this.#changed) this.#copy()
    this.sql.close()
  }

  #open(existed: boolean, clock: Clock): { sql: DatabaseSync; origin: Origin } {
    if (existed) {
      try {
        return { sql: openChecked(this.#file), origin: 'existing' }
      } catch (error) {
        const aside = `${this.#file}.damaged-${clock.wallMs()}`
        this.#log.error({ reason: messageOf(error), aside }, 'the database is damaged and was put aside')
        moveAside(this.#file, aside)
      }
    }
    const copy = this.#restore()
    if (copy !== undefined) return { sql: copy, origin: 'copy' }
    return { sql: openChecked(this.#file), origin: 'new' }
  }

  /** The last good copy, put in place; undefined if there is none or it is damaged as well. */
  #restore(): DatabaseSync | undefined {
    if (!existsSync(this.#copyFile)) return undefined
    try {
      openChecked(this.#copyFile).close()
      copyFileSync(this.#copyFile, this.#file)
      const sql = openChecked(this.#file)
      this.#log.warn('the last good copy of the database took its place')
      return sql
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'the copy of the database is damaged too')
      moveAside(this.#file, `${this.#file}.unusable`)
      return undefined
    }
  }

  /** Writes the copy beside the database, complete or not at all. */
  #copy(): void {
    const unfinished = `${this.#copyFile}.unfinished`
    try {
      rmSync(unfinished, { force: true })
      this.sql.prepare('vacuum into ?').run(unfinished)
      chmodSync(unfinished, 0o600)
      sync(unfinished)
      renameSync(unfinished, this.#copyFile)
      sync(dirname(this.#copyFile))
      this.#changed = false
    } catch (error) {
      this.#log.error({ reason: messageOf(error) }, 'the copy of the database could not be written')
    }
  }

  get #copyFile(): string {
    return `${this.#file}.copy`
  }
}

/** Opens a database and checks it from end to end. Errors: SQLite's, or CameraError `check-failed`. */
function openChecked(file: string): DatabaseSync {
  const sql = new DatabaseSync(file, { enableForeignKeyConstraints: true, timeout: 2000 })
  try {
    // Nothing that was answered may be lost: every transaction waits for the disk.
    sql.exec('pragma journal_mode = wal; pragma synchronous = full')
    chmodSync(file, 0o600)
    const verdict = sql.prepare('pragma quick_check').get()?.quick_check
    if (verdict !== 'ok') throw new CameraError('check-failed', String(verdict))
    return sql
  } catch (error) {
    sql.close()
    throw error
  }
}

function moveAside(file: string, target: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix)
  }
}

/** Forces a file or folder to the disk. */
function sync(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}

/** Versions before these could damage a WAL database that two connections write. */
function warnOfOldSqlite(sql: DatabaseSync, log: Log): void {
  const text = String(sql.prepare('select sqlite_version() as version').get()?.version)
  const [major = 0, minor = 0, patch = 0] = text.split('.').map(Number)
  const version = major * 1e6 + minor * 1e3 + patch
  const fixedBranches = [3_044_006, 3_050_007]
  const isFixed =
    version >= 3_051_003 || fixedBranches.some((fix) => version >= fix && version < fix - (fix % 1000) + 1000)
  if (!isFixed)
    log.warn(
      { sqlite: text },
      'this SQLite has a fault with two writers; nothing else may write the database',
    )
}
