/**
 * The segments of all streams: their rows in the index, their files through the recorder process, in the order of
 * docs/design/recordings.md.
 */
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Description } from '../media/container/mp4/format.ts'
import type { Packet, StreamFormat } from '../media/packet.ts'
import type { RecordingRow, RecordingStore } from '../store/recordings.ts'
import { type RecordedStream, recordingName, recordingPath } from './names.ts'
import type { RecorderEvent } from './protocol.ts'
import type { Volume } from './space.ts'
import { WriterProcess } from './writer-process.ts'

export interface Failure {
  readonly id: number
  /** That of the system, such as ENOSPC. */
  readonly code: string
  readonly reason: string
  /** Undefined for one that was only to be closed. */
  readonly fromPts90k: number | undefined
}

export interface SegmentBegin {
  readonly channel: number
  readonly stream: RecordedStream
  readonly packet: Packet
  readonly format: StreamFormat
  readonly runUpMs: number
  readonly utcOffsetSeconds: number
}

interface SegmentsOptions {
  readonly index: RecordingStore
  readonly volume: Volume
  readonly log: Log
  /** A segment cannot be written any more; `fromPts90k` is the end of its last whole fragment, 1/90000 s. */
  readonly failed: (failure: Failure) => void
  /** All segments that were growing are lost from the time of their last whole fragment on, 1/90000 s. */
  readonly interrupted: (grown: ReadonlyMap<number, number>) => void
  /** A segment has become longer. */
  readonly grown: (bytes: number) => void
  readonly maxWaitingBytes?: number | undefined
}

/** The closing of files takes some milliseconds. What takes longer is settled by the next start. */
const CLOSE_LIMIT_MS = 1000
const LOOK_MS = 10
/** What may wait in memory for a disk that hangs: minutes of pictures. */
const MAX_WAITING_BYTES = 64 * 1024 * 1024

interface Growing {
  readonly row: RecordingRow
  readonly firstPts90k: number
  sizeBytes: number
  /** Of what is on the disk. */
  duration90k: number
  isClosing: boolean
}

export class Segments {
  readonly #options: SegmentsOptions
  readonly #writer: WriterProcess
  /** Counts down: rows count up. */
  #lastMendId = 0
  readonly #growing = new Map<number, Growing>()
  /** Bytes of each fragment that was sent and is not on the disk yet, by segment. */
  readonly #waiting = new Map<number, number[]>()
  #waitingBytes = 0
  readonly #mending = new Map<
    number,
    (event: Extract<RecorderEvent, { type: 'mended' }> | undefined) => void
  >()

  constructor(options: SegmentsOptions) {
    this.#options = options
    this.#writer = new WriterProcess({
      log: options.log,
      event: (event) => this.#take(event),
      restarted: () => this.#interrupted(),
    })
  }

  get writerPid(): number | undefined {
    return this.#writer.pid
  }

  start(): void {
    this.#writer.start()
  }

  /** Ends with everything on the disk that was asked for, and in the index; within 2.5 s. */
  async stop(): Promise<void> {
    await this.settled()
    await this.#writer.stop()
  }

  /** Resolves when the files that were closed are complete, or after a second. */
  async settled(): Promise<void> {
    const isOver = () => ![...this.#growing.values()].some(({ isClosing }) => isClosing)
    const untilMs = performance.now() + CLOSE_LIMIT_MS
    while (!isOver() && performance.now() < untilMs) await sleep(LOOK_MS)
  }

  /** Begins a file with a key picture; gives its id. Errors: CameraError `write-failed`. */
  open({ channel, stream, packet, format, runUpMs, utcOffsetSeconds }: SegmentBegin): number {
    const { index, volume } = this.#options
    let startMs = Math.round(packet.wallMs)
    // After the clock was set back a file of that name may be there.
    while (index.isKnown(recordingName(startMs, stream))) startMs += 1
    const name = recordingName(startMs, stream)
    const { width, height, frameRate } = format.video
    const row = {
      ...{ name, channel, stream, startMs, endMs: startMs, sizeBytes: 0, width, height, frameRate, runUpMs },
      state: 'open',
    } as const
    const id = index.insert(row)
    const description: Description = { channel, stream, startMs, utcOffsetSeconds, runUpMs, format }
    const { pts90k: firstPts90k } = packet
    this.#growing.set(id, {
      row: { ...row, id },
      firstPts90k,
      sizeBytes: 0,
      duration90k: 0,
      isClosing: false,
    })
    this.#writer.send({
      type: 'open',
      id,
      path: join(volume.recordings, recordingPath(name)!),
      description,
      firstPts90k,
    })
    return id
  }

  append(id: number, packets: readonly Packet[]): void {
    const bytes = packets.reduce((sum, { data }) => sum + data.length, 0)
    const waiting = this.#waiting.get(id) ?? []
    waiting.push(bytes)
    this.#waiting.set(id, waiting)
    this.#waitingBytes += bytes
    this.#writer.send({ type: 'append', id, packets })
  }

  /** The disk hangs, and so much waits for it that nothing more may be sent. */
  get isBehind(): boolean {
    return this.#waitingBytes > (this.#options.maxWaitingBytes ?? MAX_WAITING_BYTES)
  }

  close(id: number, endPts90k: number): void {
    const growing = this.#growing.get(id)
    if (growing) growing.isClosing = true
    this.#writer.send({ type: 'close', id, endPts90k })
  }

  isGrowing(id: number): boolean {
    return this.#growing.has(id)
  }

  /** For a file that has no row. */
  nextMendId(): number {
    this.#lastMendId -= 1
    return this.#lastMendId
  }

  /** How a row stands now: files that grow are further than their rows. */
  present(row: RecordingRow): RecordingRow {
    const growing = this.#growing.get(row.id)
    if (growing === undefined) return row
    return { ...row, sizeBytes: growing.sizeBytes, endMs: row.startMs + Math.round(growing.duration90k / 90) }
  }

  /**
   * Reads a file back and closes it; without description if it is none of ours or missing. Undefined if that could not be
   * found out.
   */
  mend(id: number, path: string): Promise<Extract<RecorderEvent, { type: 'mended' }> | undefined> {
    return new Promise((resolve) => {
      this.#mending.set(id, resolve)
      this.#writer.send({ type: 'mend', id, path })
    })
  }

  #take(event: RecorderEvent): void {
    const growing = this.#growing.get(event.id)
    this.#written(event)
    switch (event.type) {
      case 'grown':
        if (growing === undefined) return
        this.#options.grown(event.sizeBytes - growing.sizeBytes)
        growing.sizeBytes = event.sizeBytes
        growing.duration90k = event.duration90k
        return
      case 'closed':
        this.#growing.delete(event.id)
        if (growing) this.#settle(growing.row, event.duration90k, event.sizeBytes)
        return
      case 'failed':
        this.#growing.delete(event.id)
        if (this.#mending.has(event.id)) {
          this.#options.log.warn({ reason: event.reason }, 'a recording could not be closed yet')
          this.#mending.get(event.id)?.(undefined)
          this.#mending.delete(event.id)
        }
        if (growing) {
          const { id, code, reason } = event
          const fromPts90k = growing.isClosing ? undefined : growing.firstPts90k + growing.duration90k
          this.#options.failed({ id, code, reason, fromPts90k })
        }
        return
      case 'mended':
        this.#mending.get(event.id)?.(event)
        this.#mending.delete(event.id)
    }
  }

  /** A fragment is on the disk, or none of the segment's is waited for any more. */
  #written({ type, id }: RecorderEvent): void {
    const waiting = this.#waiting.get(id)
    if (waiting === undefined) return
    const done = waiting.splice(0, type === 'grown' ? 1 : waiting.length)
    this.#waitingBytes -= done.reduce((sum, bytes) => sum + bytes, 0)
    if (waiting.length === 0) this.#waiting.delete(id)
  }

  /** The file is complete, and so becomes its row. */
  #settle(row: RecordingRow, duration90k: number, sizeBytes: number): void {
    try {
      const endMs = row.startMs + Math.round(duration90k / 90)
      this.#options.index.update(row.id, { endMs, sizeBytes, state: 'closed' })
    } catch (error) {
      // It stays open, and the next start settles it.
      this.#options.log.error({ reason: messageOf(error), file: row.name }, 'the index could not be written')
    }
  }

  /** The process died and another one runs: files that were closing or growing are mended by it. */
  #interrupted(): void {
    for (const resolve of this.#mending.values()) resolve(undefined)
    this.#mending.clear()
    this.#waiting.clear()
    this.#waitingBytes = 0
    const lost = [...this.#growing.values()]
    this.#growing.clear()
    const grown = new Map<number, number>()
    for (const { row, firstPts90k, duration90k, isClosing } of lost) {
      if (!isClosing) grown.set(row.id, firstPts90k + duration90k)
      void this.settleFile(row)
    }
    this.#options.interrupted(grown)
  }

  /**
   * Mends the file of a row that is open; the row follows it, or goes with it. If the disk cannot tell or is not there, it
   * stays open.
   */
  async settleFile(row: RecordingRow): Promise<void> {
    const { index, volume } = this.#options
    const path = recordingPath(row.name)
    if (path === undefined || this.#growing.has(row.id) || this.#mending.has(row.id)) return
    const mended = await this.mend(row.id, join(volume.recordings, path))
    if (mended === undefined) return
    if (mended.description !== undefined && mended.duration90k > 0)
      this.#settle(row, mended.duration90k, mended.sizeBytes)
    else if (!(await volume.state()).isMounted) return
    // A file that turns up later gets another row.
    else if (mended.isMissing) index.remove([row.id])
    else index.discard([row.id])
  }
}
