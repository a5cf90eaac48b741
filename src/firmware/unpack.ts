/** Unpacking a payload: plain files and folders below one folder, nothing else (ustar, POSIX.1-2017 pax). */
import { createReadStream, mkdirSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { extract, type Header } from 'tar-stream'
import { CameraError } from '../base/errors.ts'
import { refuse } from './header.ts'
import { notStored } from './receiver.ts'

/** A version with all its modules has about 15 000. */
const MAX_ENTRIES = 50_000
const MAX_PATH = 400

/**
 * Writes the files of `archive` into `target`, which is made, and forces them to the disk. Errors: CameraError
 * `check-failed`, `write-failed`; what has been written by then stays.
 */
export async function unpack(archive: string, target: string, maxBytes: number): Promise<void> {
  const folders = new Set([target])
  const entries = extract()
  const reading = pipeline(createReadStream(archive), createGunzip(), entries)
  // The loop below ends with the same error, or with the one that caused it.
  reading.catch(() => undefined)
  let bytes = 0
  let count = 0
  try {
    mkdirSync(target, { recursive: true, mode: 0o700 })
    for await (const entry of entries) {
      const { header } = entry
      count += 1
      bytes += header.size ?? 0
      if (count > MAX_ENTRIES) refuse('it holds too many files')
      if (bytes > maxBytes) refuse('its files are larger than it says')
      const path = join(target, ...segmentsOf(header))
      const folder = header.type === 'directory' ? path : dirname(path)
      if (!folders.has(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 })
      addWithParents(folders, folder, target)
      if (header.type === 'file') await writeWhole(path, entry as unknown as Readable, header)
      else entry.resume()
    }
    await reading
    for (const folder of folders) await syncFolder(folder)
  } catch (error) {
    throw explain(error)
  }
}

/** The parts of an entry's path. Errors: CameraError `check-failed` for whatever is no plain file or folder inside. */
function segmentsOf({ name, type }: Header): string[] {
  if (type !== 'file' && type !== 'directory') refuse(`it holds a ${type}`)
  const path = type === 'directory' ? name.replace(/\/$/, '') : name
  const segments = path.split('/')
  const isPlain = (segment: string) => !['', '.', '..'].includes(segment) && !/[\\\p{Cc}]/u.test(segment)
  if (path.length > MAX_PATH || !segments.every(isPlain)) refuse('it holds a path that is not allowed')
  return segments
}

function addWithParents(folders: Set<string>, folder: string, top: string): void {
  for (let one = folder; one !== top && !folders.has(one); one = dirname(one)) folders.add(one)
}

/** A new file: a name that occurs twice is refused. */
async function writeWhole(path: string, content: Readable, { mode = 0 }: Header): Promise<void> {
  const file = await open(path, 'wx', (mode & 0o100) === 0 ? 0o600 : 0o700)
  try {
    await file.writeFile(content)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Without holding up the camera: there may be thousands. */
async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** Errors of zlib and tar-stream come from a bad archive, those of system calls from the disk, except for names. */
function explain(error: unknown): CameraError {
  if (error instanceof CameraError) return error
  const { code = '', syscall } = error as NodeJS.ErrnoException
  const isOfDisk = syscall !== undefined && !['EEXIST', 'ENOTDIR', 'EISDIR', 'ENAMETOOLONG'].includes(code)
  if (isOfDisk) return notStored(error)
  const reason = error instanceof Error ? error.message : String(error)
  return new CameraError('check-failed', `the package is refused: it cannot be unpacked (${reason})`, error)
}
