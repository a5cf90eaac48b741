/** What SQLite's errors and versions mean for a camera. */
import type { DatabaseSync } from 'node:sqlite'
import { CameraError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'

// Primary result codes (sqlite.org/rescode.html); the upper bits of `errcode` say more.
const SQLITE_BUSY = 5
const SQLITE_CORRUPT = 11
const SQLITE_NOTADB = 26

interface SqliteError extends Error {
  readonly errcode: number
}

export function isSqliteError(error: unknown): error is SqliteError {
  return error instanceof Error && 'code' in error && error.code === 'ERR_SQLITE_ERROR'
}

/** The file itself is bad. A locked file, missing rights or a failing disk are no damage: the next start may find it whole. */
export function isDamage(error: unknown): boolean {
  if (error instanceof CameraError) return error.kind === 'check-failed'
  return isSqliteError(error) && [SQLITE_CORRUPT, SQLITE_NOTADB].includes(primaryCode(error))
}

/** The sentence for the owner. */
export function whyNotOpened(error: unknown, file: string): unknown {
  if (!isSqliteError(error)) return error
  const text =
    primaryCode(error) === SQLITE_BUSY
      ? `${file} is in use by another camera; stop that one, or choose another folder with --data.`
      : `${file} cannot be opened (${error.message}); mend that, or choose another folder with --data.`
  return new CameraError('open-failed', text, error)
}

/** Versions before these can damage a database in WAL mode that two connections write (sqlite.org/wal.html §11). */
export function warnOfOldSqlite(sql: DatabaseSync, log: Log): void {
  const text = String(sql.prepare('select sqlite_version() as version').get()?.version)
  if (!isSoundSqlite(text)) {
    log.warn({ sqlite: text }, 'this SQLite has a known fault; nothing else may write the database meanwhile')
  }
}

/** From 3.51.3, and in the branches 3.44 from 3.44.6 and 3.50 from 3.50.7. */
export function isSoundSqlite(version: string): boolean {
  const [major = 0, minor = 0, patch = 0] = version.split('.').map(Number)
  if (major !== 3) return major > 3
  if (minor === 44) return patch >= 6
  if (minor === 50) return patch >= 7
  return minor > 51 || (minor === 51 && patch >= 3)
}

function primaryCode({ errcode }: SqliteError): number {
  return errcode & 0xff
}
