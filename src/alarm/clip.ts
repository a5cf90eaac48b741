/**
 * Clips of an event as MP4, from before it began, whether anything is recorded or not. Pictures of before come from a ring
 * of whole groups of pictures, which is kept only while some notifier wants clips.
 */
import { readdirSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { CameraError, messageOf, ParseError } from '../base/errors.ts'
import { offsetSecondsAt, type Zone } from '../base/local-time.ts'
import type { Packet, StreamFormat } from '../media/packet.ts'
import type { Stream, StreamReader } from '../media/stream.ts'
import { GrowingFile, mendFile } from '../recorder/file.ts'
import { Ring } from '../recorder/ring.ts'

/** A clip begins at least so long before its event, if the stream has run so long. */
export const RUN_UP_MS = 5000
/** So much is written at a time, 1/90000 s. */
const FRAGMENT_90K = 90_000
/** Of packets that wait for the disk; beyond that a clip is cut off. */
const MAX_WAITING_BYTES = 32 * 1024 * 1024

export interface ClipsOptions {
  readonly channel: number
  readonly stream: Stream
  readonly clock: Clock & { readonly reading: { readonly zone: Zone } }
}

export interface ClipWish {
  /** What its files are found by after a kill: their names begin so. */
  readonly name: string
  /** Where its files are made. */
  readonly folder: string
  /** One file is not longer than that by more than a group of pictures. */
  readonly maxMs: number
  /** One file is not larger. */
  readonly maxBytes: number
  /** Is given each file when it is whole. */
  readonly file: (clip: ClipFile) => void
}

export interface ClipFile {
  /** Absolute. Whoever is given it deletes it. */
  readonly path: string
  /** Camera's clock at its first picture. */
  readonly startMs: number
  readonly durationMs: number
}

export class Clips implements StreamReader {
  readonly #options: ClipsOptions
  readonly #ring = new Ring(RUN_UP_MS)
  readonly #running = new Set<Clip>()
  #format: StreamFormat | undefined
  #leave: (() => void) | undefined
  #isWanted = false

  constructor(options: ClipsOptions) {
    this.#options = options
  }

  /** Whether somebody may want clips from now on. */
  keep(isWanted: boolean): void {
    this.#isWanted = isWanted
    if (isWanted) this.#leave ??= this.#options.stream.join(this)
    else this.#leaveIfIdle()
  }

  /** Begins a clip that goes on until `end`. */
  begin(wish: ClipWish): Clip {
    this.#leave ??= this.#options.stream.join(this)
    const clip = new Clip(wish, this.#options, () => {
      this.#running.delete(clip)
      this.#leaveIfIdle()
    })
    this.#running.add(clip)
    if (this.#format !== undefined) clip.format(this.#format)
    for (const packet of this.#ring.from(Number.NEGATIVE_INFINITY)) clip.packet(packet)
    return clip
  }

  stop(): void {
    this.#isWanted = false
    for (const clip of this.#running) clip.end()
    this.#leaveIfIdle()
  }

  format(format: StreamFormat): void {
    this.#format = format
    this.#ring.clear()
    for (const clip of this.#running) clip.format(format)
  }

  packet(packet: Packet): void {
    this.#ring.add(packet)
    for (const clip of this.#running) clip.packet(packet)
  }

  #leaveIfIdle(): void {
    if (this.#isWanted || this.#running.size > 0) return
    this.#leave?.()
    this.#leave = undefined
    this.#ring.clear()
  }
}

/** One file that grows. */
interface Segment {
  readonly path: string
  readonly first: Packet
  packets: Packet[]
  sentPts90k: number
  bytes: number
  /** Size when its newest group of pictures began. */
  groupBegin: number
  largestGroup: number
}

const SESSION = process.hrtime.bigint().toString(36)
let clipCount = 0

export class Clip {
  readonly #wish: ClipWish
  readonly #options: ClipsOptions
  readonly #ended: () => void
  #format: StreamFormat | undefined
  #segment: Segment | undefined
  #file: GrowingFile | undefined
  #newest90k = 0
  #waitingBytes = 0
  #isOver = false
  readonly #over = Promise.withResolvers<void>()
  #failure: unknown
  /** What is done to files, one after the other. */
  #work: Promise<void> = Promise.resolve()

  constructor(wish: ClipWish, options: ClipsOptions, ended: () => void) {
    this.#wish = wish
    this.#options = options
    this.#ended = ended
  }

  /** Resolves when it was ended, by whomever. */
  get over(): Promise<void> {
    return this.#over.promise
  }

  format(format: StreamFormat): void {
    this.#endSegment(this.#afterNewest())
    this.#format = format
  }

  packet(packet: Packet): void {
    if (this.#isOver) return
    if (packet.isKey && this.#segment !== undefined && this.#isFull(packet)) this.#endSegment(packet.pts90k)
    if (packet.isKey && this.#segment === undefined) this.#beginSegment(packet)
    const segment = this.#segment
    if (segment === undefined) return
    if (packet.track === 'video') this.#newest90k = packet.pts90k
    if (packet.isKey) this.#beginGroup(segment)
    if (packet.track === 'video' && packet.pts90k - segment.sentPts90k >= FRAGMENT_90K) {
      this.#send(segment)
      segment.sentPts90k = packet.pts90k
    }
    segment.packets.push(packet)
    segment.bytes += packet.data.length
    if (this.#waitingBytes > MAX_WAITING_BYTES) {
      this.#failure = new CameraError('write-failed', 'the disk is too slow for clips')
      this.end()
    }
  }

  /** The newest picture is its last one. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#endSegment(this.#afterNewest())
    this.#over.resolve()
    this.#ended()
  }

  /** After `end`: resolves when all files are whole and were given away. Errors: CameraError `write-failed`. */
  async finished(): Promise<void> {
    await this.#work
    if (this.#failure === undefined) return
    throw this.#failure instanceof CameraError
      ? this.#failure
      : new CameraError('write-failed', `a clip was not written: ${messageOf(this.#failure)}`, this.#failure)
  }

  #isFull(next: Packet): boolean {
    const { first, bytes, groupBegin, largestGroup } = this.#segment!
    const { maxMs, maxBytes } = this.#wish
    const expected = Math.max(largestGroup, bytes - groupBegin)
    // The next group may be larger, and tables come on top.
    return next.pts90k - first.pts90k >= maxMs * 90 || bytes + expected * 2 > maxBytes * 0.97
  }

  #beginGroup(segment: Segment): void {
    segment.largestGroup = Math.max(segment.largestGroup, segment.bytes - segment.groupBegin)
    segment.groupBegin = segment.bytes
  }

  #beginSegment(first: Packet): void {
    const format = this.#format
    if (format === undefined) return
    clipCount += 1
    const path = join(this.#wish.folder, `${this.#wish.name}-${SESSION}-${clipCount}.mp4`)
    const { pts90k, wallMs } = first
    this.#segment = {
      ...{ path, first, packets: [], sentPts90k: pts90k },
      ...{ bytes: 0, groupBegin: 0, largestGroup: 0 },
    }
    const { channel, stream, clock } = this.#options
    const description = {
      channel,
      stream: stream.name === 'main' ? ('main' as const) : ('sub' as const),
      startMs: wallMs,
      utcOffsetSeconds: offsetSecondsAt(clock.reading.zone, wallMs),
      runUpMs: 0,
      format,
    }
    this.#do(async () => {
      this.#file = await GrowingFile.create(path, description, pts90k)
    })
  }

  #send({ packets }: Segment): void {
    const batch = packets.splice(0)
    const bytes = batch.reduce((sum, { data }) => sum + data.length, 0)
    this.#waitingBytes += bytes
    this.#do(async () => {
      await this.#file?.append(batch)
      this.#waitingBytes -= bytes
    })
  }

  #endSegment(endPts90k: number): void {
    const segment = this.#segment
    if (segment === undefined) return
    this.#segment = undefined
    if (segment.packets.length > 0) this.#send(segment)
    const { path, first } = segment
    this.#do(async () => {
      const { duration90k } = await this.#file!.close(endPts90k)
      this.#file = undefined
      this.#wish.file({ path, startMs: first.wallMs, durationMs: Math.round(duration90k / 90) })
    })
    this.#work = this.#work.then(() => this.#abandonIfFailed(path))
  }

  /** After a failure nothing more is written. */
  #do(step: () => Promise<void>): void {
    this.#work = this.#work.then(async () => {
      if (this.#failure !== undefined) return
      try {
        await step()
      } catch (error) {
        this.#failure = error
      }
    })
  }

  async #abandonIfFailed(path: string): Promise<void> {
    if (this.#failure === undefined) return
    const file = this.#file
    this.#file = undefined
    await file?.abandon().catch(() => undefined)
    await rm(path, { force: true }).catch(() => undefined)
  }

  #afterNewest(): number {
    return this.#newest90k + Math.round(90_000 / (this.#format?.video.frameRate ?? 15))
  }
}

/** Paths of the clips in a folder whose wish had that name. Errors: those of the system. */
export function findClips(folder: string, name: string): readonly string[] {
  const files = readdirSync(folder).filter((file) => file.startsWith(`${name}-`) && file.endsWith('.mp4'))
  return files.map((file) => join(folder, file))
}

/**
 * Mends clips that nobody writes any more, in the order of their beginnings; what holds no picture is left out. Errors:
 * those of the system.
 */
export async function mendClips(paths: readonly string[]): Promise<readonly ClipFile[]> {
  const files: ClipFile[] = []
  for (const path of paths) {
    const mended = await mendFile(path).catch((error: unknown) => {
      if (error instanceof ParseError) return undefined
      throw error
    })
    if (mended === undefined || mended.duration90k === 0) continue
    const { duration90k, description } = mended
    files.push({ path, startMs: description.startMs, durationMs: Math.round(duration90k / 90) })
  }
  return files.sort((one, other) => one.startMs - other.startMs)
}
