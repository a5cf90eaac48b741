/** The database as it was before a trial, for a former version that cannot read what a newer one made of it. */
import { copyFileSync, existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { replaceFile } from '../base/durable.ts'
import { moveDatabase } from '../store/move-database.ts'

/** Copies the database to `kept`, while no camera has it open; its last good copy if it is damaged. */
export function keepDatabase(dataDir: string, kept: string): void {
  const file = join(dataDir, 'vedette.db')
  rmSync(kept, { force: true })
  if (!existsSync(file)) return
  const source = gatherLog(file) ? file : `${file}.copy`
  if (existsSync(source)) replaceFile(kept, (unfinished) => copyFileSync(source, unfinished))
}

/**
 * Puts `kept` back if the program in `program` cannot read the database there is; that one is put aside. May be
 * repeated after it was interrupted. Returns whether it did. Errors: those of the system.
 */
export function putBackDatabase(
  dataDir: string,
  { kept, program, wallMs }: { readonly kept: string; readonly program: string; readonly wallMs: number },
): boolean {
  const file = join(dataDir, 'vedette.db')
  if (!existsSync(kept)) return false
  const known = readdirSync(join(program, 'src/store/migrations')).length
  // None at all: an earlier attempt was interrupted.
  if (existsSync(file) && (schemaOf(file) ?? 0) <= known) return false
  moveDatabase(file, `${file}.newer-${wallMs}`)
  rmSync(`${file}.copy`, { force: true })
  replaceFile(file, (unfinished) => copyFileSync(kept, unfinished))
  return true
}

/** Writes what is still in the write-ahead log into the file itself. False if it cannot be read. */
function gatherLog(file: string): boolean {
  return read(file, (sql) => sql.exec('pragma wal_checkpoint(truncate)')) !== 'not readable'
}

/** The schema's version; undefined if the database cannot be read, which its owner will see to. */
function schemaOf(file: string): number | undefined {
  const version = read(file, (sql) => Number(sql.prepare('pragma user_version').get()?.user_version))
  return version === 'not readable' ? undefined : version
}

function read<T>(file: string, ask: (sql: DatabaseSync) => T): T | 'not readable' {
  let sql: DatabaseSync | undefined
  try {
    sql = new DatabaseSync(file, { timeout: 2000 })
    return ask(sql)
  } catch {
    return 'not readable'
  } finally {
    sql?.close()
  }
}
