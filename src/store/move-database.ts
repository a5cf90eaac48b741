/** Moving a database out of the way. */
import { existsSync, renameSync } from 'node:fs'

/** Renames a database with its log and index; what is missing is passed over. */
export function moveDatabase(file: string, target: string): void {
  for (const suffix of ['', '-wal', '-shm']) {
    if (existsSync(file + suffix)) renameSync(file + suffix, target + suffix)
  }
}
