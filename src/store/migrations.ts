/** Bringing an older database to the present schema, step by step in one transaction each. */
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { CameraError } from '../base/errors.ts'

/** "VEDT": tells our files from other SQLite databases. */
const APPLICATION_ID = 0x56454454

/**
 * SQL by the version it leads to: the first step makes version 1. A change of schema.sql adds one, which must
 * lead to the same tables.
 */
export const MIGRATIONS: readonly string[] = readdirSync(join(import.meta.dirname, 'migrations'))
  .sort((one, other) => Number.parseInt(one, 10) - Number.parseInt(other, 10))
  .map((name) => readFileSync(join(import.meta.dirname, 'migrations', name), 'utf8'))

/** What a new database is made from. */
export const SCHEMA = readFileSync(join(import.meta.dirname, 'schema.sql'), 'utf8')

/**
 * The version of the schema in a database; 0 for an empty one. Errors: CameraError `set-failed` if the file
 * belongs to a newer Vedette or to another program.
 */
export function versionOf(db: DatabaseSync, steps: readonly string[] = MIGRATIONS): number {
  const version = readNumber(db, 'user_version')
  const isEmpty = db.prepare('select 1 from sqlite_schema limit 1').get() === undefined
  if (isEmpty && version === 0) return 0
  if (readNumber(db, 'application_id') !== APPLICATION_ID) {
    throw new CameraError(
      'set-failed',
      'The database in the data folder belongs to another program; choose another folder with --data.',
    )
  }
  const present = steps.length
  if (version > present) {
    throw new CameraError(
      'set-failed',
      `The data folder was written by a newer Vedette (schema ${version}, this one knows ${present}); start that one, or choose another folder with --data.`,
    )
  }
  return version
}

/** Makes or changes the tables. Errors: those of `versionOf`; a step that fails leaves the database as it was. */
export function migrate(
  db: DatabaseSync,
  steps: readonly string[] = MIGRATIONS,
  schema: string = SCHEMA,
): void {
  const version = versionOf(db, steps)
  if (version === 0) {
    inTransaction(db, `${schema}; pragma application_id = ${APPLICATION_ID}`, steps.length)
    return
  }
  for (const [index, step] of steps.entries()) {
    if (index >= version) inTransaction(db, step, index + 1)
  }
}

function inTransaction(db: DatabaseSync, sql: string, version: number): void {
  db.exec('begin immediate')
  try {
    db.exec(`${sql}; pragma user_version = ${version}`)
    db.exec('commit')
  } catch (error) {
    if (db.isTransaction) db.exec('rollback')
    throw error
  }
}

function readNumber(db: DatabaseSync, pragma: 'user_version' | 'application_id'): number {
  return Number(db.prepare(`pragma ${pragma}`).get()?.[pragma])
}
