/**
 * The recorder of one channel: what is recorded when, on which disk, and what goes for it. The files themselves are in
 * `segments.ts`, the streams' packets in `stream-recorder.ts`. See docs/design/recordings.md.
 */
import type { Clock } from '../base/clock.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import { type LocalTime, offsetSecondsAt, type Zone } from '../base/local-time.ts'
import type { Log } from '../base/log.ts'
import type { Stream } from '../media/stream.ts'
import type { RecordingRow, RecordingStore } from '../store/recordings.ts'
import type { RecordedStream } from './names.ts'
import { decide, type RecordingPlan, type RecordOn, RUN_UP_MS } from './policy.ts'
import { reconcile, settleUnfinished } from './reconcile.ts'
import { Retries } from './retries.ts'
import { type Failure, Segments } from './segments.ts'
import { type Deletions, makeRoom, type Volume } from './space.ts'
import { StreamRecorder } from './stream-recorder.ts'

/** How often it is looked whether to record. */
const TICK_MS = 1000
/** How often the volume is looked at. */
const VOLUME_CHECK_MS = 2000
/** What could not be settled is tried again. */
const SETTLE_MS = 5000
/** Until it is known how much comes. */
const FIRST_GUESS_BYTES_PER_SECOND = 512 * 1024

export type RecorderAlarm = 'disk-full' | 'disk-error' | 'disk-missing'

export interface RecorderOptions {
  readonly channel: number
  readonly streams: Readonly<Record<RecordedStream, Stream>>
  readonly index: RecordingStore
  readonly volume: Volume
  readonly clock: Clock & { readonly reading: { readonly zone: Zone }; local(): LocalTime }
  readonly segmentMs: number
  readonly recordOn: RecordOn
  readonly log: Log
  /** How much may wait for the disk, if it is not what is right for a camera. */
  readonly maxWaitingBytes?: number
  /** A small JPEG of what is seen now. */
  readonly picture?: () => Promise<Uint8Array>
  /** Something the owner should know of; `undefined` when it is over. */
  readonly alarm: (alarm: RecorderAlarm | undefined, detail: string) => void
}

export class Recorder {
  readonly #options: RecorderOptions
  readonly #segments: Segments
  readonly #recorders: ReadonlyMap<RecordedStream, StreamRecorder>
  readonly #leave: (() => void)[] = []
  #plan: RecordingPlan | undefined
  #isEvent = false
  #lastEventMs: number | undefined
  #isManual = false
  #alarm: RecorderAlarm | undefined
  /** As it was when it was last looked at. */
  #isMounted = false
  #hasRoom = true
  readonly #retries = new Retries()
  #hasWritten = true
  /** Index and folder have not been compared since the volume came. */
  #isUnknown = true
  #settleAtMs = 0
  #bytesPerSecond = FIRST_GUESS_BYTES_PER_SECOND
  #writtenBytes = 0
  #lastRoomMs = 0
  #timer: NodeJS.Timeout | undefined
  /** What is done to the disk outside of files that grow, one after the other. */
  #housekeeping: Promise<unknown> = Promise.resolve()

  constructor(options: RecorderOptions) {
    this.#options = options
    this.#segments = new Segments({
      index: options.index,
      volume: options.volume,
      log: options.log,
      maxWaitingBytes: options.maxWaitingBytes,
      failed: (failure) => this.#failed(failure),
      interrupted: (grown) => this.#interrupted(grown),
      grown: (bytes) => {
        this.#writtenBytes += bytes
        this.#hasWritten = true
      },
    })
    const names = ['main', 'sub'] as const
    this.#recorders = new Map(names.map((stream) => [stream, this.#recorderOf(stream)]))
  }

  /** Process id of the process that writes. */
  get writerPid(): number | undefined {
    return this.#segments.writerPid
  }

  get isRecording(): boolean {
    return [...this.#recorders.values()].some(({ isRecording }) => isRecording)
  }

  async start(): Promise<void> {
    const { streams, volume } = this.#options
    this.#segments.start()
    this.#isMounted = (await volume.state()).isMounted
    if (this.#isMounted) this.#putRight()
    for (const [name, recorder] of this.#recorders) this.#leave.push(streams[name].join(recorder))
    this.#timer = setInterval(() => this.tick(), TICK_MS)
    this.#timer.unref()
    this.tick()
  }

  /** Closes what is being written. */
  async stop(): Promise<void> {
    clearInterval(this.#timer)
    this.#timer = undefined
    for (const leave of this.#leave) leave()
    for (const recorder of this.#recorders.values()) recorder.stop()
    await this.#segments.stop()
  }

  configure(plan: RecordingPlan): void {
    this.#plan = plan
    this.tick()
  }

  /** An event begins or ends. */
  event(isEvent: boolean): void {
    if (this.#isEvent && !isEvent) this.#lastEventMs = this.#options.clock.monotonicMs()
    this.#isEvent = isEvent
    this.tick()
  }

  /** The owner records, whatever the plan says. */
  record(isManual: boolean): void {
    this.#isManual = isManual
    this.tick()
  }

  /** How a row stands now. */
  present(row: RecordingRow): RecordingRow {
    return this.#segments.present(row)
  }

  /** Nothing is recorded while `format` erases the volume; the index follows. Errors: those of `format`. */
  async erase(format: () => Promise<void>): Promise<void> {
    await this.#keepHouse(async () => {
      this.#isMounted = false
      for (const recorder of this.#recorders.values()) recorder.stop()
      await this.#segments.settled()
      await format()
      this.#options.index.removeAll()
      this.#lastRoomMs = 0
    })
    this.tick()
  }

  /** Looks what is to be done now. Never throws. */
  tick(): void {
    const { clock, recordOn } = this.#options
    const nowMs = clock.monotonicMs()
    if (this.#plan === undefined || this.#timer === undefined) return
    if (nowMs - this.#lastRoomMs >= VOLUME_CHECK_MS) this.#checkRoom(nowMs)
    const { record, runUpMs } = decide({
      plan: this.#plan,
      recordOn,
      local: clock.local(),
      nowMs,
      isEvent: this.#isEvent,
      lastEventMs: this.#lastEventMs,
      isManual: this.#isManual,
    })
    const may = record && this.#isMounted && this.#hasRoom
    if (this.#segments.isBehind) this.#waitForDisk()
    for (const [stream, recorder] of this.#recorders) {
      if (may && !recorder.isRecording) recorder.start(runUpMs)
      else if (!may && recorder.isRecording) recorder.stop()
      const fromPts90k = this.#retries.take(stream, nowMs)
      if (fromPts90k !== undefined) recorder.resume(fromPts90k)
    }
    const isWell = may && this.#retries.isEmpty && this.#hasWritten && !this.#segments.isBehind
    if (isWell && this.#alarm !== undefined) this.#raise(undefined, 'recording goes on')
  }

  /** What was sent will be written, if ever; nothing more is until then. */
  #waitForDisk(): void {
    this.#hasWritten = false
    this.#raise('disk-error', 'the disk takes nothing any more')
    for (const recorder of this.#recorders.values()) recorder.cut()
  }

  #recorderOf(stream: RecordedStream): StreamRecorder {
    const { segmentMs, channel, clock } = this.#options
    return new StreamRecorder({
      segmentMs,
      ringMs: RUN_UP_MS,
      sink: {
        open: ({ packet, format, runUpMs }) => {
          const isReady = this.#isMounted && this.#hasRoom && !this.#segments.isBehind
          if (!isReady || this.#retries.has(stream)) return undefined
          try {
            const utcOffsetSeconds = offsetSecondsAt(clock.reading.zone, packet.wallMs)
            const id = this.#segments.open({ channel, stream, packet, format, runUpMs, utcOffsetSeconds })
            this.#addPicture(id)
            return id
          } catch (error) {
            this.#raise('disk-error', messageOf(error))
            return undefined
          }
        },
        append: (id, packets) => this.#segments.append(id, packets),
        close: (id, endPts90k) => this.#segments.close(id, endPts90k),
      },
    })
  }

  /** A recording without a small picture is as good. */
  #addPicture(id: number): void {
    const { index, picture, log } = this.#options
    picture?.()
      .then((jpeg) => index.setThumbnail(id, jpeg))
      .catch((error) => log.debug({ reason: messageOf(error) }, 'a recording has no small picture'))
  }

  /** Makes room when it is needed, in the background. */
  #checkRoom(nowMs: number): void {
    const { volume, index } = this.#options
    if (this.#lastRoomMs > 0) {
      const rate = (this.#writtenBytes * 1000) / (nowMs - this.#lastRoomMs)
      this.#bytesPerSecond = Math.max(rate, this.#bytesPerSecond * 0.8, 32 * 1024)
    }
    this.#writtenBytes = 0
    this.#lastRoomMs = nowMs
    const rows = this.#plan?.overwrite ? index : NOTHING
    this.#keepHouse(async () => {
      const wasMounted = this.#isMounted
      this.#isMounted = (await volume.state()).isMounted
      if (!this.#isMounted)
        this.#raise('disk-missing', 'the recordings volume is missing or cannot be written')
      if (this.#isMounted && !wasMounted) this.#retries.forget()
      if (this.#isMounted !== wasMounted) this.tick()
      this.#isUnknown ||= !this.#isMounted
      if (!this.#isMounted) return
      if (this.#isUnknown) this.#putRight()
      let hasRoom = await makeRoom(volume, rows, this.#bytesPerSecond)
      if (!hasRoom && this.#plan?.overwrite && this.isRecording) {
        // Everything else is gone: what is being written is too long for this disk, unless others have filled it.
        for (const recorder of this.#recorders.values()) recorder.cut()
        await this.#segments.settled()
        hasRoom = await makeRoom(volume, rows, this.#bytesPerSecond)
      }
      this.#hasRoom = hasRoom
      if (!hasRoom) this.#raise('disk-full', 'the recordings volume is full')
      if (nowMs >= this.#settleAtMs) await this.#settle(nowMs)
    })
  }

  /** Beside everything else: a large folder takes its time. */
  #putRight(): void {
    const { index, volume, log } = this.#options
    this.#isUnknown = false
    reconcile({ index, volume, segments: this.#segments, log }).catch((error) =>
      log.error({ reason: messageOf(error) }, 'the index of recordings could not be put right'),
    )
  }

  async #settle(nowMs: number): Promise<void> {
    const { index, volume, log } = this.#options
    this.#settleAtMs = nowMs + SETTLE_MS
    await settleUnfinished({ index, volume, segments: this.#segments, log })
  }

  /** A failure that is soon over costs nothing: the ring still has what was not written. */
  #failed({ id, code, reason, fromPts90k }: Failure): void {
    const nowMs = this.#options.clock.monotonicMs()
    this.#options.log.error({ code, reason }, 'a recording could not be written')
    this.#hasWritten = false
    this.#raise(code === 'ENOSPC' ? 'disk-full' : 'disk-error', reason)
    for (const [stream, recorder] of this.#recorders) {
      if (recorder.segmentId !== id) continue
      recorder.abandon(id)
      this.#retries.add(stream, code, fromPts90k, nowMs)
    }
    // What is whole in it stays, as soon as it can be read.
    this.#settleAtMs = nowMs
    this.#lastRoomMs = 0
    this.tick()
  }

  #interrupted(grown: ReadonlyMap<number, number>): void {
    for (const recorder of this.#recorders.values()) {
      const from = recorder.openIds.map((id) => grown.get(id)).find((time) => time !== undefined)
      if (from !== undefined) recorder.resume(from)
    }
  }

  #raise(alarm: RecorderAlarm | undefined, detail: string): void {
    if (alarm === this.#alarm) return
    this.#alarm = alarm
    this.#options.alarm(alarm, detail)
  }

  #keepHouse(work: () => Promise<void>): Promise<void> {
    const done = this.#housekeeping.then(work)
    this.#housekeeping = done.catch((error) => {
      if (error instanceof CameraError) this.#options.log.warn({ reason: error.message }, 'recordings')
      else this.#options.log.error({ reason: messageOf(error) }, 'the recordings could not be tidied up')
    })
    return done
  }
}

/** Nothing may be deleted. */
const NOTHING: Deletions = { oldest: () => [], discard: () => undefined, remove: () => undefined }
