/** The cloud account, and the row of uploads behind it: oldest recordings first, one at a time (docs/design/cloud.md). */
import { setImmediate } from 'node:timers/promises'
import { CameraError, type ErrorKind, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Timers } from '../base/timers.ts'
import type { WeeklyGate, WeeklyPlan } from '../base/weekly-gate.ts'
import type { CloudStore } from '../store/cloud.ts'
import type { LogEvent } from '../system/log-event.ts'
import { type Account, Bucket, type BucketPlace } from './bucket.ts'
import { type Recorded, upload } from './upload.ts'

const ACCOUNT = 'cloud.account'
/** How often it is looked whether there is something new. */
const IDLE_MS = 10_000
const FIRST_PAUSE_MS = 5000
const LONGEST_PAUSE_MS = 10 * 60_000
const BATCH = 200

interface StoredAccount extends Account {
  readonly sinceMs: number
}

type Actor = Pick<LogEvent, 'userName' | 'address'>

export interface CloudOptions {
  /** Undefined: no cloud is configured. */
  readonly place: BucketPlace | undefined
  readonly serial: string
  readonly gate: WeeklyGate
  readonly memory: { load(key: string): unknown; save(changes: Readonly<Record<string, unknown>>): void }
  readonly progress: CloudStore
  readonly recordings: {
    /** Closed recordings after that place in the order of making. */
    closedAfter(id: number, limit: number): readonly (Recorded & { readonly id: number })[]
    /** Place of the first one that is still being written; undefined if none is. */
    firstOpen(): number | undefined
    isKnown(name: string): boolean
  }
  readonly nowMs: () => number
  readonly timers: Timers
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

export class Cloud {
  readonly #options: CloudOptions
  #account: StoredAccount | undefined
  #detail = 'no account is logged in'
  #failure: ErrorKind | undefined
  /** The last operation was not refused for the account. */
  #isLoggedIn = false
  #stopping = new AbortController()
  #cancel: (() => void) | undefined
  #working: Promise<void> | undefined
  #pauseMs = FIRST_PAUSE_MS
  /** All recordings up to there are in the cloud. */
  #doneId = 0

  constructor(options: CloudOptions) {
    this.#options = options
    this.#account = options.memory.load(ACCOUNT) as StoredAccount | undefined
    if (options.place === undefined) this.#detail = 'this camera has no cloud service'
    else if (this.#account !== undefined) this.#detail = 'nothing was uploaded since the start'
  }

  get isConfigured(): boolean {
    return this.#options.place !== undefined
  }

  start(): void {
    this.#isLoggedIn = this.isConfigured && this.#account !== undefined
    this.#later(0)
  }

  async stop(): Promise<void> {
    this.#cancel?.()
    this.#stopping.abort()
    await this.#working
  }

  configure(plan: WeeklyPlan): void {
    this.#options.gate.configure(plan)
  }

  state() {
    const { userName = '', sinceMs = 0 } = this.#account ?? {}
    return { detail: this.#detail, failure: this.#failure, isLoggedIn: this.#isLoggedIn, userName, sinceMs }
  }

  /** Errors: CameraError `missing`, `login-failed` and those of the network; nothing has changed then. */
  async logIn(
    {
      userName,
      password = this.#account?.password ?? '',
    }: { readonly userName: string; readonly password: string | undefined },
    by: Actor,
  ): Promise<void> {
    const { place, memory, nowMs } = this.#options
    if (userName === '' || password === '')
      throw new CameraError('missing', 'userName and password are needed')
    const account = { userName, password, sinceMs: nowMs() }
    if (place !== undefined) {
      try {
        await new Bucket(place, account, this.#stopping.signal).check()
      } catch (error) {
        // A bucket that is not there is no error of the account; but nothing can be done with it either.
        const failure =
          error instanceof CameraError ? error : new CameraError('internal', messageOf(error), error)
        this.#told(`log in: ${failure.message}`, failure.kind)
        throw failure.kind === 'not-exist'
          ? new CameraError('receive-failed', failure.message, failure)
          : failure
      }
    }
    memory.save({ [ACCOUNT]: account })
    this.#account = account
    if (place === undefined) return
    this.#isLoggedIn = true
    this.#told('logged in', undefined)
    this.#note(`logged in as ${userName}`, by)
    this.#pauseMs = FIRST_PAUSE_MS
    this.#later(0)
  }

  /** Errors: CameraError `write-failed`. */
  logOut(by: Actor): void {
    const { memory } = this.#options
    memory.save({ [ACCOUNT]: undefined })
    const wasIn = this.#account !== undefined
    this.#account = undefined
    this.#isLoggedIn = false
    this.#stopping.abort()
    this.#stopping = new AbortController()
    if (!this.isConfigured) return
    this.#told('logged out', undefined)
    if (wasIn) this.#note('logged out', by)
  }

  /** A picture of an event. Errors: CameraError. */
  async putPicture(key: string, jpeg: Uint8Array, signal: AbortSignal): Promise<void> {
    const { place, serial } = this.#options
    if (place === undefined || this.#account === undefined) {
      throw new CameraError('login-failed', 'no cloud account is logged in')
    }
    const bucket = new Bucket(place, this.#account, AbortSignal.any([signal, this.#stopping.signal]))
    try {
      await bucket.put(`${serial}/pictures/${key}`, jpeg, 'image/jpeg')
    } catch (error) {
      if (error instanceof CameraError) this.#told(`upload: ${error.message}`, error.kind)
      throw error
    }
    this.#told(`uploaded ${key}`, undefined)
  }

  get wantsPictures(): boolean {
    return this.isConfigured && this.#account !== undefined && this.#options.gate.isOpen
  }

  #later(ms: number): void {
    this.#cancel?.()
    if (!this.isConfigured) return
    this.#cancel = this.#options.timers.after(ms, () => void this.work())
  }

  /** Uploads what is to be uploaded. Never rejects. */
  work(): Promise<void> {
    this.#working ??= this.#round().finally(() => {
      this.#working = undefined
    })
    return this.#working
  }

  async #round(): Promise<void> {
    const { signal } = this.#stopping
    try {
      await this.#uploadAll(signal)
      this.#pauseMs = FIRST_PAUSE_MS
      if (!signal.aborted) this.#later(IDLE_MS)
    } catch (error) {
      if (signal.aborted) return
      const failure = error instanceof CameraError ? error.kind : 'internal'
      const isNew = this.#failure !== failure
      this.#told(`upload: ${messageOf(error)}`, failure)
      if (failure === 'login-failed') this.#isLoggedIn = false
      this.#options.log.warn(
        { reason: messageOf(error), againMs: this.#pauseMs },
        'an upload to the cloud failed',
      )
      if (isNew) this.#note(messageOf(error))
      this.#later(this.#pauseMs)
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
    }
  }

  /** Everything that is there, or until the hours are over. */
  async #uploadAll(signal: AbortSignal): Promise<void> {
    const { recordings } = this.#options
    // What is open now may be closed before this round has passed it, but that is left to the next round.
    const firstOpen = recordings.firstOpen() ?? Number.POSITIVE_INFINITY
    for (let last = this.#doneId; ; ) {
      const rows = recordings.closedAfter(last, BATCH)
      if (rows.length === 0) break
      for (const row of rows) {
        if (!(await this.#uploadOne(row, signal))) return
        last = row.id
        this.#doneId = Math.min(last, firstOpen - 1)
      }
      // Where all is done already nothing waits, and there may be a million of them.
      await setImmediate()
    }
    if (this.#options.gate.isOpen) this.#forgetDeleted()
  }

  /** False if it is not to be uploaded now. */
  async #uploadOne(row: Recorded, signal: AbortSignal): Promise<boolean> {
    const { place, gate, progress, serial } = this.#options
    const account = this.#account
    if (place === undefined || account === undefined || !gate.isOpen || signal.aborted) return false
    if (progress.find(row.name)?.state === 'done') return true
    try {
      await upload(new Bucket(place, account, signal), progress, `${serial}/recordings/${row.name}`, row)
    } catch (error) {
      // The disk needed the space: there is nothing left to upload.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
      progress.remove([row.name])
      this.#note(`${row.name} was deleted before it was uploaded`)
      return true
    }
    if (this.#failure !== undefined) this.#note('uploads go on')
    this.#isLoggedIn = this.#account !== undefined
    this.#told(`uploaded ${row.name}`, undefined)
    return true
  }

  /** Rows of recordings that are not on the disk any more. */
  #forgetDeleted(): void {
    const { progress, recordings } = this.#options
    let last = ''
    for (;;) {
      const names = progress.namesAfter(last, BATCH)
      if (names.length === 0) return
      last = names.at(-1)!
      progress.remove(names.filter((name) => !recordings.isKnown(name)))
    }
  }

  #note(detail: string, by: Actor = {}): void {
    this.#options.note({ type: 'network', detail: `cloud: ${detail}`, ...by })
  }

  #told(detail: string, failure: ErrorKind | undefined): void {
    this.#detail = detail
    this.#failure = failure
  }
}
