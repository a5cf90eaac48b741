/**
 * Upgrades of this camera, one at a time: a package comes in, is installed, and the camera reboots into it
 * (docs/design/firmware.md).
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Actor, DeviceLogPort, FirmwarePort, FirmwareUpload } from '../api/parts.ts'
import type { Clock } from '../base/clock.ts'
import { CameraError, type ErrorKind, messageOf } from '../base/errors.ts'
import type { LocalTime } from '../base/local-time.ts'
import type { Log } from '../base/log.ts'
import { DailyCheck } from './daily.ts'
import type { Feed } from './feed.ts'
import { clearRubbish, install } from './install.ts'
import { judge } from './judge.ts'
import { loadUpdateKeys } from './keys.ts'
import { clearNotes, readNotes } from './notes.ts'
import { collect, type Piece, PieceOrder, pieceOf } from './pieces.ts'
import { Receiver } from './receiver.ts'
import { type Places, placesIn, readState } from './state.ts'
import { compareVersions, nameOf, type Version } from './version.ts'

/** An upload in pieces that stops, and an announcement, are forgotten after this time. */
const PATIENCE_MS = 600_000
/** For a download to notice that it was broken off. */
const END_MS = 200
/** Shares of the progress: the rest is for unpacking. */
const RECEIVED_PERCENT = 80

export interface UpgradesOptions {
  readonly dataDir: string
  /** Folder of the installed version, which may not be the one that runs. */
  readonly installation: string
  readonly running: Version
  readonly updateKey: string | undefined
  readonly feed: Feed | undefined
  /** Decides at which minute the daily check is made. */
  readonly serial: string
  /** What the camera's clock shows. */
  readonly localTime: () => LocalTime
  readonly clock: Clock
  readonly log: Log
  readonly deviceLog: Pick<DeviceLogPort, 'write'>
  readonly reboot: () => void
  readonly resetAtNextStart: (by: Actor | undefined) => void
}

interface Announced {
  readonly fileName: string
  readonly resets: boolean
  readonly untilMs: number
}

interface Upload {
  readonly receiver: Receiver
  readonly name: string
}

interface PieceUpload extends Upload {
  readonly order: PieceOrder
  timer: NodeJS.Timeout | undefined
}

export class Upgrades implements FirmwarePort {
  readonly #options: UpgradesOptions
  readonly #places: Places
  readonly #daily: DailyCheck
  #announced: Announced | undefined
  #pieces: PieceUpload | undefined
  /** What the status is about: the package that is or was on its way. */
  #receiver: Receiver | undefined
  #stage: 'idle' | 'busy' | 'installing' | 'rebooting' = 'idle'
  /** This version came by an upgrade and is still on trial. */
  #isNew = false
  #failure: ErrorKind | undefined
  /** The download that runs or ran last; never rejects. */
  #online: Promise<void> | undefined

  constructor(options: UpgradesOptions) {
    this.#options = options
    this.#places = placesIn(options.dataDir)
    this.#daily = new DailyCheck({ ...options, run: () => this.#upgradeByItself() })
  }

  get isOnline(): boolean {
    return this.#options.feed !== undefined
  }

  /** Clears up what earlier runs left, and notes what became of them. */
  start(): void {
    const { deviceLog, log, running } = this.#options
    try {
      clearRubbish(this.#places)
    } catch (error) {
      // The camera runs as well with rubbish.
      log.warn({ reason: messageOf(error) }, 'what former upgrades left behind could not be removed')
    }
    for (const detail of readNotes(this.#places)) deviceLog.write({ type: 'upgrade', detail })
    clearNotes(this.#places)
    const { trial, failed } = readState(this.#places)
    this.#isNew = trial !== null
    if (trial?.tries === 1)
      deviceLog.write({ type: 'upgrade', detail: `version ${nameOf(running)} is tried` })
    if (failed !== null) this.#failure = 'set-failed'
  }

  async stop(): Promise<void> {
    this.#daily.set(false)
    this.#options.feed?.stop()
    // What it has to say of that goes into the log before it is closed. Unpacking goes on to the end of the process.
    await Promise.race([this.#online, sleep(END_MS, undefined, { ref: false })])
    await this.#dropPieces()
  }

  announce(fileName: string, resets: boolean): void {
    this.#requireIdle()
    this.#announced = { fileName, resets, untilMs: this.#options.clock.monotonicMs() + PATIENCE_MS }
  }

  status(): { percent: number; failure: ErrorKind | undefined } {
    const received = Math.floor((this.#receiver?.progress ?? 0) * RECEIVED_PERCENT)
    const percent = { idle: this.#isNew ? 100 : received, busy: received, installing: 90, rebooting: 100 }[
      this.#stage
    ]
    return { percent: this.#failure === undefined ? percent : 0, failure: this.#failure }
  }

  async receive(file: FirmwareUpload, by: Actor): Promise<void> {
    this.#requireIdle()
    const piece = pieceOf(file.filename)
    await this.#exclusively(by, async () => {
      if (piece === undefined) await this.#receiveWhole(file, by)
      else await this.#receivePiece(piece, file, by)
    })
  }

  async hasNewer(): Promise<boolean> {
    const offered = await this.#feed().latest()
    return compareVersions(offered, this.#options.running) > 0
  }

  async upgradeOnline(by?: Actor): Promise<void> {
    const feed = this.#feed()
    this.#requireIdle()
    await new Promise<void>((begun, refused) => {
      this.#online = this.#exclusively(by, async () => {
        const offered = await feed.latest()
        if (compareVersions(offered, this.#options.running) <= 0) {
          throw new CameraError('same-version', `the newest version is ${nameOf(offered)}`)
        }
        const content = await feed.download(offered)
        begun()
        await this.#receiveWhole({ filename: offered.file, content, resets: false }, by)
      }).catch(refused)
    })
  }

  upgradeDaily(enable: boolean): void {
    this.#daily.set(enable)
  }

  async #upgradeByItself(): Promise<void> {
    const { failed } = readState(this.#places)
    const offered = await this.#feed().latest()
    if (compareVersions(offered, this.#options.running) <= 0) return
    if (failed !== null && compareVersions(offered, failed) === 0) return
    await this.upgradeOnline()
  }

  async #receiveWhole({ filename, content, resets }: FirmwareUpload, by: Actor | undefined): Promise<void> {
    await this.#dropPieces()
    const upload = { receiver: this.#newReceiver(), name: filename }
    try {
      for await (const chunk of content) await upload.receiver.write(Buffer.from(chunk))
      await this.#install(upload, resets, by)
    } finally {
      await upload.receiver.abort()
    }
  }

  async #receivePiece(
    piece: Piece,
    { content, resets }: FirmwareUpload,
    by: Actor | undefined,
  ): Promise<void> {
    const bytes = await collect(content)
    if (piece.number === 0) {
      await this.#dropPieces()
      this.#pieces = {
        receiver: this.#newReceiver(),
        name: piece.name,
        order: new PieceOrder(piece),
        timer: undefined,
      }
    }
    const pieces = this.#pieces
    if (pieces === undefined) throw new CameraError('bad-value', 'an upload begins with piece 0')
    try {
      pieces.order.check(piece)
      const isLast = pieces.order.take(bytes.length)
      await pieces.receiver.write(bytes)
      if (isLast) await this.#install(pieces, resets, by)
    } catch (error) {
      await this.#dropPieces()
      throw error
    }
    clearTimeout(pieces.timer)
    pieces.timer = setTimeout(() => void this.#dropPieces(), PATIENCE_MS).unref()
  }

  async #install({ receiver, name }: Upload, resets: boolean, by: Actor | undefined): Promise<void> {
    const { deviceLog, installation, reboot, resetAtNextStart } = this.#options
    this.#stage = 'installing'
    const verified = await receiver.finish()
    await install(this.#places, installation, verified)
    if (resets || this.#announcedReset(name)) resetAtNextStart(by)
    const version = nameOf(verified.header)
    deviceLog.write({
      type: 'upgrade',
      detail: `version ${version} is installed; the camera restarts`,
      ...by,
    })
    this.#stage = 'rebooting'
    reboot()
  }

  /** UpgradePrepare counts for the file it named. */
  #announcedReset(name: string): boolean {
    const announced = this.#announced
    if (announced === undefined || announced.untilMs < this.#options.clock.monotonicMs()) return false
    return announced.resets && announced.fileName.toLowerCase() === name.toLowerCase()
  }

  #newReceiver(): Receiver {
    const { installation, log, running, updateKey } = this.#options
    this.#failure = undefined
    this.#isNew = false
    this.#receiver = new Receiver({
      places: this.#places,
      keys: loadUpdateKeys(installation, updateKey, log),
      judge: (header) => judge(header, { places: this.#places, installation, running }),
    })
    return this.#receiver
  }

  /** One at a time; what goes wrong is noted and shown by `status`. */
  async #exclusively(by: Actor | undefined, work: () => Promise<void>): Promise<void> {
    const { deviceLog, log } = this.#options
    this.#stage = 'busy'
    try {
      await work()
      if (this.#stage === 'busy') this.#stage = 'idle'
    } catch (error) {
      this.#stage = 'idle'
      this.#failure = error instanceof CameraError ? error.kind : 'internal'
      const reason = messageOf(error)
      log.warn({ reason }, 'an upgrade failed; nothing has changed')
      deviceLog.write({ type: 'upgrade', detail: `an upgrade failed: ${reason}`, ...by })
      throw error
    }
  }

  async #dropPieces(): Promise<void> {
    const pieces = this.#pieces
    this.#pieces = undefined
    clearTimeout(pieces?.timer)
    await pieces?.receiver.abort()
  }

  #requireIdle(): void {
    if (this.#stage !== 'idle') throw new CameraError('set-failed', 'another upgrade is running')
    if (readState(this.#places).trial !== null) {
      throw new CameraError('set-failed', 'the version that runs is still on trial')
    }
  }

  #feed(): Feed {
    const { feed } = this.#options
    if (feed === undefined) throw new CameraError('not-supported', 'no address for updates is configured')
    return feed
  }
}
