/** Files that a power cut leaves whole: as they were, or as they were meant to be. */
import { closeSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'

/** `fill` writes to the path it is given, an empty file for the owner alone; then that file takes the place of `file`. */
export function replaceFile(file: string, fill: (unfinished: string) => void): void {
  const unfinished = `${file}.unfinished`
  rmSync(unfinished, { force: true })
  createPrivate(unfinished)
  fill(unfinished)
  sync(unfinished)
  renameSync(unfinished, file)
  syncFolder(dirname(file))
}

/** An empty file that nobody else can read. Errors: those of the system, also if it exists. */
export function createPrivate(file: string): void {
  closeSync(openSync(file, 'ax', 0o600))
}

/** Makes sure that what was renamed or deleted in a folder stays so. */
export function syncFolder(folder: string): void {
  sync(folder)
}

/** Forces a file or folder to the disk. */
export function sync(path: string): void {
  const fd = openSync(path, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
