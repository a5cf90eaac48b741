/** Bringing an older database to the present schema, step by step in one transaction each. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { CameraError } from '../base/errors.ts'

/** "VEDT": tells our files from other SQLite databases. */
const APPLICATION_ID = 0x56454454

/**
 * SQL by the version it starts from: the step of version n leads to n + 1. A change of schema.sql adds one;
 * the present version is one more than their number.
 */
export const MIGRATIONS: readonly string[] = []

const SCHEMA = readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8')

/** Errors: CameraError `set-failed` if the file belongs to a newer Vedette or to another program. */
export function migrate(db: DatabaseSync, steps: readonly string[] = MIGRATIONS): void {
  const target = steps.length + 1
  const version = readNumber(db, 'user_version')
  if (version === 0) {
    inTransaction(db, `${SCHEMA}; pragma application_id = ${APPLICATION_ID}; pragma user_version = ${target}`)
    return
  }
  if (readNumber(db, 'application_id') !== APPLICATION_ID) {
    throw new CameraError(
      'set-failed',
      'The database in the data folder belongs to another program; choose another folder with --data.',
    )
  }
  if (version > target) {
    throw new CameraError(
      'set-failed',
      `The data folder was written by a newer Vedette (schema ${version}, this one knows ${target}); start that one, or choose another folder with --data.`,
    )
  }
  for (let from = version; from < target; from += 1) {
    inTransaction(db, `${steps[from - 1]}; pragma user_version = ${from + 1}`)
  }
}

function inTransaction(db: DatabaseSync, sql: string): void {
  db.exec('begin immediate')
  try {
    db.exec(sql)
    db.exec('commit')
  } catch (error) {
    db.exec('rollback')
    throw error
  }
}

function readNumber(db: DatabaseSync, pragma: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`pragma ${pragma}`).get()?.[pragma])
}
