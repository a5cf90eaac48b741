/** A key in a file of its own, so that a copy of the database alone opens nothing. */
import { randomBytes } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { replaceFile } from '../base/durable.ts'

const KEY_BYTES = 32

/** The key in the file, made anew if there is none or it is damaged. Errors: those of the system. */
export function loadSealingKey(file: string): Buffer {
  try {
    const key = readFileSync(file)
    if (key.length === KEY_BYTES) return key
  } catch {
    // None yet: one is made.
  }
  const key = randomBytes(KEY_BYTES)
  replaceFile(file, (unfinished) => writeFileSync(unfinished, key))
  return key
}
