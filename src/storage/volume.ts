/** The folder that recordings lie in: is it there, is it the same as before, erasing it. See docs/design/storage-volume.md. */
import { randomUUID } from 'node:crypto'
import { constants, existsSync, type Stats, writeFileSync } from 'node:fs'
import { access, lstat, mkdir, open, readdir, rm, stat, statfs } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { replaceFile } from '../base/durable.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { LogEvent } from '../system/log-event.ts'

const ID_FILE = '.vedette-volume'
/** The part of the folder that is ours. */
const OURS = 'vedette'
const MEMORY_KEY = 'storage.volume'
const ID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
/** A UUID and a line feed. */
const ID_FILE_BYTES = 37

/** What the store remembers. */
interface Remembered {
  readonly folder: string
  /** The id of the volume; two while it is being formatted. */
  readonly ids: readonly string[]
}

export interface VolumeState {
  /** It is there, can be written, and is the one of before. */
  readonly isMounted: boolean
  /** It holds an id. */
  readonly isFormatted: boolean
  /** Of its file system, and what is free of that for this user; 0 if the folder is not there. */
  readonly capacityBytes: number
  readonly freeBytes: number
}

interface VolumeOptions {
  readonly folder: string
  readonly memory: {
    load(key: string): unknown
    save(changes: Readonly<Record<string, unknown>>): void
  }
  /** The owner's log. Never throws. */
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

export class Volume {
  readonly #options: VolumeOptions
  readonly #folder: string
  #remembered: Remembered
  #formatting: Promise<unknown> = Promise.resolve()

  constructor(options: VolumeOptions) {
    this.#options = options
    this.#folder = resolve(options.folder)
    const loaded = options.memory.load(MEMORY_KEY)
    const isKnown = isRemembered(loaded) && loaded.folder === this.#folder
    this.#remembered = isKnown ? loaded : { folder: this.#folder, ids: [] }
  }

  /** Where recordings belong. It is there while the volume is mounted. */
  get recordings(): string {
    return join(this.#folder, OURS)
  }

  /** Makes a new volume ready. Never throws: a camera without a disk is still a camera. */
  async start(): Promise<void> {
    try {
      await makeFolder(this.#folder)
      await this.#takeOver()
      if ((await this.state()).isMounted) await makeFolder(this.recordings)
      else this.#complain('it is missing, cannot be written, or is another one than before')
    } catch (error) {
      this.#complain(messageOf(error))
    }
  }

  /** Never throws: a disk that fails is as good as none. */
  async state(): Promise<VolumeState> {
    try {
      return await this.#look()
    } catch {
      return { isMounted: false, isFormatted: false, capacityBytes: 0, freeBytes: 0 }
    }
  }

  async #look(): Promise<VolumeState> {
    const id = await this.#readId()
    const { bsize, blocks, bavail } = await statfs(this.#folder)
    const isKnown = id !== undefined && this.#remembered.ids.includes(id)
    const isMounted = isKnown && (await this.#canBeWritten()) && (await this.#ours()) !== 'other'
    // Somebody has deleted everything.
    if (isMounted && !existsSync(this.recordings)) await makeFolder(this.recordings)
    return {
      isMounted,
      isFormatted: id !== undefined,
      capacityBytes: blocks * bsize,
      freeBytes: bavail * bsize,
    }
  }

  /** Erases what is ours and makes the folder a volume anew. Errors: CameraError `set-failed`, `write-failed`. */
  format(): Promise<void> {
    const format = this.#formatting.then(() => this.#format())
    this.#formatting = format.catch(() => undefined)
    return format
  }

  async #format(): Promise<void> {
    if (!(await this.#canBeWritten())) {
      throw new CameraError('set-failed', 'the folder of the recordings is not there or cannot be written')
    }
    const id = await this.#readId()
    if (id === undefined && (await this.#ours()) === 'other') throw foreign()
    try {
      await rm(this.recordings, { recursive: true, force: true })
      await this.#prepare()
    } catch (error) {
      if (error instanceof CameraError) throw error
      throw new CameraError('set-failed', `the disk could not be formatted: ${messageOf(error)}`, error)
    }
  }

  /** Takes over the id of a folder nothing is remembered of, or gives it one. */
  async #takeOver(): Promise<void> {
    if (this.#remembered.ids.length > 0) return
    const id = await this.#readId()
    if (id !== undefined) this.#remember([id])
    else if ((await this.#ours()) === 'other') throw foreign()
    else await this.#prepare()
  }

  async #prepare(): Promise<void> {
    const id = randomUUID()
    this.#remember([...this.#remembered.ids, id])
    replaceFile(join(this.#folder, ID_FILE), (file) => writeFileSync(file, `${id}\n`))
    await makeFolder(this.recordings)
    this.#remember([id])
  }

  #remember(ids: readonly string[]): void {
    const remembered = { folder: this.#folder, ids: ids.slice(-2) }
    this.#options.memory.save({ [MEMORY_KEY]: remembered })
    this.#remembered = remembered
  }

  /** What the part of the camera is: a folder that holds something, a link or a file, is `other` than a fresh one. */
  async #ours(): Promise<'missing' | 'folder' | 'other'> {
    const info = await lstat(this.recordings).catch(nothingIfMissing)
    if (info === undefined) return 'missing'
    if (!info.isDirectory()) return 'other'
    const isVolume = (await this.#readId()) !== undefined
    return isVolume || (await readdir(this.recordings)).length === 0 ? 'folder' : 'other'
  }

  async #canBeWritten(): Promise<boolean> {
    try {
      await access(this.#folder, constants.R_OK | constants.W_OK | constants.X_OK)
      return (await stat(this.#folder)).isDirectory()
    } catch {
      return false
    }
  }

  /** Undefined if there is no such file, or it is no id of ours. Never follows a link, never waits for a pipe. */
  async #readId(): Promise<string | undefined> {
    const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK
    try {
      await using file = await open(join(this.#folder, ID_FILE), flags)
      const info: Stats = await file.stat()
      if (!info.isFile() || info.size !== ID_FILE_BYTES) return undefined
      const text = (await file.readFile('utf8')).trim()
      return ID.test(text) ? text : undefined
    } catch {
      return undefined
    }
  }

  #complain(reason: string): void {
    this.#options.log.error({ folder: this.#folder, reason }, 'the disk for recordings cannot be used')
    this.#options.note({ type: 'disk', detail: `the disk for recordings cannot be used: ${reason}` })
  }
}

function foreign(): CameraError {
  return new CameraError(
    'set-failed',
    `the folder of the recordings is no volume, but holds something called ${OURS}: it is left alone`,
  )
}

function isRemembered(value: unknown): value is Remembered {
  if (typeof value !== 'object' || value === null) return false
  const { folder, ids } = value as Record<string, unknown>
  return typeof folder === 'string' && Array.isArray(ids) && ids.every((id) => typeof id === 'string')
}

/**
 * Makes a folder with those above it. Node's own way of doing so never ends where a folder is there but nothing can be
 * made in it, as below /proc.
 */
async function makeFolder(path: string): Promise<void> {
  if (existsSync(path)) return
  if (!existsSync(dirname(path))) await makeFolder(dirname(path))
  await mkdir(path, { mode: 0o700 })
}

function nothingIfMissing(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
  throw error
}
