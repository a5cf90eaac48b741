/**
 * A package on its way in, from whatever transport: judged by its head as soon as that is there, written to a file
 * with its hash computed on the way. Nothing of it is used before `finish`.
 */
import { createHash, type KeyObject } from 'node:crypto'
import { mkdirSync, rmSync, statfsSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { join } from 'node:path'
import { CameraError } from '../base/errors.ts'
import { type Header, MAX_PACKAGE_BYTES, readHead, refuse } from './header.ts'
import type { Places } from './state.ts'

/** Left free for the database and the log. */
const RESERVE_BYTES = 64 * 1024 * 1024

/** Everything about it has been verified, but for what its files do. */
export interface VerifiedPackage {
  readonly header: Header
  /** The payload, a tar.gz. */
  readonly payload: string
}

interface ReceiverOptions {
  readonly places: Places
  readonly keys: readonly KeyObject[]
  /** Whether this camera wants such a package. Errors: CameraError. */
  readonly judge: (header: Header) => void
}

export class Receiver {
  readonly #options: ReceiverOptions
  readonly #payload: string
  readonly #hash = createHash('sha512')
  #file: FileHandle | undefined
  #begin = Buffer.alloc(0)
  #header: Header | undefined
  #received = 0

  constructor(options: ReceiverOptions) {
    this.#options = options
    this.#payload = join(options.places.incoming, 'payload.tar.gz')
  }

  /** Known as soon as the head has arrived. */
  get header(): Header | undefined {
    return this.#header
  }

  /** From 0 to 1. */
  get progress(): number {
    return this.#header === undefined ? 0 : this.#received / this.#header.payloadBytes
  }

  /** Errors: CameraError `check-failed` and those of `judge`, `write-failed`. */
  async write(chunk: Buffer): Promise<void> {
    if (this.#header !== undefined) return await this.#append(this.#header, chunk)
    this.#begin = Buffer.concat([this.#begin, chunk])
    const head = readHead(this.#begin, this.#options.keys)
    if (head === undefined) return
    this.#options.judge(head.header)
    await this.#open(head.header)
    this.#header = head.header
    await this.#append(head.header, this.#begin.subarray(head.bytes))
    this.#begin = Buffer.alloc(0)
  }

  /** The end of the file. Errors: CameraError `check-failed`, `write-failed`. */
  async finish(): Promise<VerifiedPackage> {
    const header = this.#header
    if (header === undefined || this.#received < header.payloadBytes) refuse('it ends too early')
    if (this.#hash.digest('hex') !== header.sha512) refuse('its content is not what was signed')
    await this.#close()
    return { header, payload: this.#payload }
  }

  /** Forgets it, and what was written of it. May be called at any time. */
  async abort(): Promise<void> {
    await this.#close().catch(() => undefined)
    rmSync(this.#payload, { force: true })
  }

  async #open({ payloadBytes, unpackedBytes }: Header): Promise<void> {
    const { places } = this.#options
    try {
      mkdirSync(places.incoming, { recursive: true, mode: 0o700 })
      const { bavail, bsize } = statfsSync(places.incoming)
      if (bavail * bsize < payloadBytes + unpackedBytes + RESERVE_BYTES) {
        throw new Error('the disk has not enough room')
      }
      rmSync(this.#payload, { force: true })
      this.#file = await open(this.#payload, 'wx', 0o600)
    } catch (error) {
      throw notStored(error)
    }
  }

  async #append({ payloadBytes }: Header, chunk: Buffer): Promise<void> {
    this.#received += chunk.length
    if (this.#received > payloadBytes) refuse('it is longer than it says')
    this.#hash.update(chunk)
    try {
      // Like fs.writeFile: all of it, wherever the file has got to.
      await this.#file?.appendFile(chunk)
    } catch (error) {
      throw notStored(error)
    }
  }

  async #close(): Promise<void> {
    const file = this.#file
    this.#file = undefined
    await file?.close()
  }
}

/** Head included, more than any package has. */
export const MAX_UPLOAD_BYTES = MAX_PACKAGE_BYTES + 8192

/** A disk that is full or broken (rspCode -20). */
export function notStored(error: unknown): CameraError {
  const reason = error instanceof Error ? error.message : String(error)
  return new CameraError('write-failed', `the package could not be stored: ${reason}`, error)
}
