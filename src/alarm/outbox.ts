/**
 * What is to be sent, stored until it is: rows in the database, files in a folder of the outbox. A file is in the folder and
 * on the disk before its row is, and goes after it; what lies there without a row is removed at the start
 * (docs/design/alarms.md).
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { sync, syncFolder } from '../base/durable.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Timers } from '../base/timers.ts'
import type { DeliveryFile, DeliveryRow, DeliveryStore } from '../store/deliveries.ts'
import type { LogEvent } from '../system/log-event.ts'
import { Courier } from './courier.ts'
import type { Delivery, DeliveryOrder, Notifier } from './notifier.ts'

const MAX_DELIVERIES = 1000
const MAX_BYTES = 1024 ** 3
/** Files that are being made. */
const WORKSHOP = 'making'
/** What was being made when the power went, for a day. */
const RESCUED = 'rescued'
const RESCUED_MS = 24 * 3600_000

/** Where attachments are made, and where a kill leaves them: on the disk of the outbox, so that taking them over is a renaming. */
export function foldersOf(folder: string): { readonly workshop: string; readonly rescued: string } {
  return { workshop: join(folder, WORKSHOP), rescued: join(folder, RESCUED) }
}

export interface OutboxOptions {
  /** `DATA/outbox`; made if it is missing. */
  readonly folder: string
  readonly rows: DeliveryStore
  readonly notifiers: readonly Notifier[]
  /** Its wall time is that of `expiresMs`. */
  readonly clock: Clock
  readonly timers: Timers
  readonly note: (event: LogEvent) => void
  readonly log: Log
  readonly maxDeliveries?: number
  readonly maxBytes?: number
}

/** A row with the size of its files. */
interface Entry {
  row: DeliveryRow
  readonly sizeBytes: number
  /** Monotonic; until then a clock that jumps ahead makes nothing expire. Undefined for what was there at the start. */
  readonly freshUntilMs: number | undefined
}

export class Outbox {
  readonly #options: OutboxOptions
  readonly #entries = new Map<number, Entry>()
  readonly #couriers: ReadonlyMap<string, Courier>
  #fileCount = 0
  readonly #session = process.hrtime.bigint().toString(36)

  constructor(options: OutboxOptions) {
    this.#options = options
    this.#couriers = new Map(
      options.notifiers.map((notifier) => [
        notifier.name,
        new Courier({
          ...options,
          notifier,
          waiting: () => this.#waitingFor(notifier.name),
          delivered: (id) => this.#remove(id),
          postponed: (id, attempts, nextMs) => this.#postpone(id, attempts, nextMs),
          hasten: () => this.#hasten(notifier.name),
        }),
      ]),
    )
  }

  get folders() {
    return foldersOf(this.#options.folder)
  }

  get size(): number {
    return this.#entries.size
  }

  /** Puts the folder in order and sends what is there. Errors: those of the system. */
  start(): void {
    const { folder, rows } = this.#options
    this.#rescue()
    for (const row of rows.all()) {
      this.#entries.set(row.id, { row, sizeBytes: this.#sizeOf(row.files), freshUntilMs: undefined })
    }
    const known = new Set([...this.#entries.values()].flatMap(({ row }) => row.files.map(({ file }) => file)))
    for (const name of readdirSync(folder)) {
      if (name !== WORKSHOP && name !== RESCUED && !known.has(name))
        rmSync(join(folder, name), { recursive: true, force: true })
    }
    for (const courier of this.#couriers.values()) courier.start()
  }

  /** Breaks off what is being sent; it is sent again after the next start. */
  async stop(): Promise<void> {
    await Promise.all([...this.#couriers.values()].map((courier) => courier.stop()))
  }

  /**
   * Takes over a delivery with its files. On the disk when this returns. Errors: CameraError `write-failed`; its files are
   * gone then.
   */
  add(notifier: string, { content, attachments, expiresMs }: DeliveryOrder): void {
    const { rows, clock } = this.#options
    let files: DeliveryFile[] = []
    try {
      files = attachments.map(({ name, type, path }) => ({ name, type, file: this.#takeOver(path) }))
      if (files.length > 0) syncFolder(this.#options.folder)
      const row = { notifier, content, createdMs: clock.wallMs(), expiresMs, files }
      const id = rows.insert(row)
      const freshUntilMs = clock.monotonicMs() + (expiresMs - row.createdMs)
      this.#entries.set(id, {
        row: { ...row, id, attempts: 0, nextMs: 0 },
        sizeBytes: this.#sizeOf(files),
        freshUntilMs,
      })
    } catch (error) {
      for (const { path } of attachments) rmSync(path, { force: true })
      this.#removeFiles(files)
      throw error instanceof CameraError
        ? error
        : new CameraError('write-failed', `the outbox cannot be written: ${messageOf(error)}`, error)
    }
    this.#makeRoom()
    this.#couriers.get(notifier)?.wake()
  }

  #rescue(): void {
    const { workshop, rescued } = this.folders
    for (const path of [workshop, rescued]) mkdirSync(path, { recursive: true, mode: 0o700 })
    for (const name of readdirSync(workshop)) renameSync(join(workshop, name), join(rescued, name))
    const oldestMs = Date.now() - RESCUED_MS
    for (const path of readdirSync(rescued).map((name) => join(rescued, name))) {
      if (statSync(path).mtimeMs < oldestMs) rmSync(path, { force: true })
    }
  }

  #takeOver(path: string): string {
    this.#fileCount += 1
    const file = `${this.#session}-${this.#fileCount}`
    sync(path)
    renameSync(path, join(this.#options.folder, file))
    return file
  }

  /** The oldest go, but never the one that came last. */
  #makeRoom(): void {
    const { maxDeliveries = MAX_DELIVERIES, maxBytes = MAX_BYTES, note } = this.#options
    const last = [...this.#entries.keys()].at(-1)
    let bytes = [...this.#entries.values()].reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
    for (const [id, { row, sizeBytes }] of this.#entries) {
      if (id === last || (bytes <= maxBytes && this.#entries.size <= maxDeliveries)) return
      if (this.#couriers.get(row.notifier)?.isSending(id)) continue
      note({ type: 'network', detail: `${row.notifier}: too much is waiting, the oldest message is dropped` })
      this.#remove(id)
      bytes -= sizeBytes
    }
  }

  #waitingFor(notifier: string) {
    const nowMs = this.#options.clock.monotonicMs()
    return [...this.#entries.values()]
      .filter(({ row }) => row.notifier === notifier)
      .map(({ row, freshUntilMs }) => ({
        delivery: this.#deliveryOf(row),
        nextMs: row.nextMs,
        isFresh: freshUntilMs !== undefined && nowMs < freshUntilMs,
      }))
  }

  #deliveryOf({ id, content, createdMs, attempts, expiresMs, files }: DeliveryRow): Delivery {
    const attachments = files.map(({ name, type, file }) => ({
      name,
      type,
      path: join(this.#options.folder, file),
    }))
    return { id, content, createdMs, attempts, expiresMs, attachments }
  }

  #postpone(id: number, attempts: number, nextMs: number): void {
    const entry = this.#entries.get(id)
    if (entry === undefined) return
    entry.row = { ...entry.row, attempts, nextMs }
    this.#attempt(() => this.#options.rows.postpone(id, attempts, nextMs))
  }

  #hasten(notifier: string): void {
    for (const entry of this.#entries.values()) {
      if (entry.row.notifier === notifier) entry.row = { ...entry.row, nextMs: 0 }
    }
    this.#attempt(() => this.#options.rows.hasten(notifier))
  }

  #remove(id: number): void {
    const entry = this.#entries.get(id)
    this.#entries.delete(id)
    // What cannot be removed from the database comes again after a restart, and needs its files then.
    if (entry !== undefined && this.#attempt(() => this.#options.rows.remove(id)))
      this.#removeFiles(entry.row.files)
  }

  #attempt(write: () => void): boolean {
    try {
      write()
      return true
    } catch (error) {
      this.#options.log.error({ reason: messageOf(error) }, 'the outbox could not be stored')
      return false
    }
  }

  #removeFiles(files: readonly DeliveryFile[]): void {
    for (const { file } of files) rmSync(join(this.#options.folder, file), { force: true })
  }

  #sizeOf(files: readonly DeliveryFile[]): number {
    return files.reduce(
      (sum, { file }) =>
        sum + (statSync(join(this.#options.folder, file), { throwIfNoEntry: false })?.size ?? 0),
      0,
    )
  }
}
