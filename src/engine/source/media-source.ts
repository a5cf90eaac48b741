/**
 * A source that FFmpeg reads: opened, played, and when it ends, hangs or refuses, opened again after a pause.
 * Meanwhile there is no picture, and the engine shows that there is no signal.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FormatContext } from 'node-av/lib'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Picture } from '../picture/picture.ts'
import type { IspSettings } from '../protocol.ts'
import { SAMPLE_RATE } from '../sound-rate.ts'
import { type Decoded, type Demuxer, openDemuxer } from './demuxer.ts'
import type { Driver } from './driver.ts'
import { FrameQueue } from './frame-queue.ts'
import { PlayClock } from './play-clock.ts'
import type { Recipe } from './recipe.ts'
import { Resampler } from './resampler.ts'
import { SoundRing } from './sound-ring.ts'
import type { Source, SourceContext } from './source.ts'

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 10_000

/** A source that sends no picture for so long hangs, whatever else it sends. The first may be a key picture away. */
const FIRST_PICTURE_MS = 15_000
const NEXT_PICTURE_MS = 6000

/** A single picture need not be read again more often than this. */
const SHORTEST_PLAY_MS = 1000

/** A paced source is read this far ahead. */
const AHEAD_MS = 100

export class MediaSource implements Source {
  readonly #recipe: Recipe
  readonly #context: SourceContext
  readonly #driver: Driver | undefined
  readonly #queue = new FrameQueue()
  readonly #sound = new SoundRing()
  readonly #resampler = new Resampler()
  readonly #closing = new AbortController()
  #format: FormatContext | undefined
  #demuxer: Demuxer | undefined
  #listening = false
  #pauseMs = FIRST_PAUSE_MS
  #rejection: string | undefined

  /** `driver` is that of a device. */
  constructor(recipe: Recipe, context: SourceContext, driver?: Driver) {
    this.#recipe = recipe
    this.#driver = driver
    this.#context = context
    this.#run()
  }

  picture(atMs: number): Picture | undefined {
    const frame = this.#queue.at(atMs)
    return frame && { frame, version: this.#queue.version, framing: 'fit', clean: false }
  }

  sound(firstSample: number, samples: Float32Array): void {
    this.#sound.read(firstSample, samples)
  }

  adjust(isp: IspSettings): IspSettings {
    return this.#driver?.adjust(isp) ?? isp
  }

  listen(wanted: boolean): void {
    this.#listening = wanted
    this.#demuxer?.listen(wanted)
  }

  reject(reason: string): void {
    this.#rejection = reason
    this.#queue.clear()
  }

  close(): void {
    this.#closing.abort()
    this.#format?.interrupt()
    this.#queue.clear()
  }

  async #run(): Promise<void> {
    const { signal } = this.#closing
    while (!signal.aborted) {
      this.#report('connecting', '')
      const reason = await this.#playOnce().then(() => 'the source ended', messageOf)
      this.#queue.clear()
      this.#sound.clear()
      this.#report('lost', reason)
      await this.#sleep(this.#pauseMs)
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
    }
    this.#resampler.close()
  }

  async #playOnce(): Promise<void> {
    this.#rejection = undefined
    const watchdog = new Watchdog(() => this.#format?.interrupt())
    watchdog.allow(FIRST_PICTURE_MS)
    try {
      await this.#play(watchdog)
    } catch (error) {
      throw watchdog.hasBitten ? new CameraError('timeout', 'it sends no pictures') : error
    } finally {
      watchdog.stop()
    }
  }

  /** A file is opened again at its end: not every format can be wound back. */
  async #play(watchdog: Watchdog): Promise<void> {
    let clock: PlayClock | undefined
    for (let beginMs = 0; ; ) {
      const demuxer = await openDemuxer(this.#recipe, beginMs, (format) => {
        this.#format = format
      })
      this.#driver?.meet()
      clock ??= new PlayClock(demuxer.manner)
      await this.#playThrough(demuxer, clock, watchdog)
      if (!demuxer.repeats || this.#closing.signal.aborted) return
      if (demuxer.endMs === beginMs) throw new CameraError('read-failed', 'nothing in it can be decoded')
      beginMs = Math.max(demuxer.endMs, beginMs + SHORTEST_PLAY_MS)
    }
  }

  async #playThrough(demuxer: Demuxer, clock: PlayClock, watchdog: Watchdog): Promise<void> {
    this.#demuxer = demuxer
    demuxer.listen(this.#listening)
    try {
      for await (const decoded of demuxer.frames()) {
        if (decoded.track === 'audio') this.#hear(decoded, clock)
        else {
          watchdog.stop()
          await this.#show(decoded, clock, demuxer.manner === 'paced')
          watchdog.allow(NEXT_PICTURE_MS)
        }
        if (this.#closing.signal.aborted) return
        if (this.#rejection !== undefined) throw new CameraError('read-failed', this.#rejection)
      }
    } finally {
      this.#demuxer = undefined
      this.#format = undefined
      await demuxer.close()
    }
  }

  async #show({ frame, stampMs }: Decoded, clock: PlayClock, paced: boolean): Promise<void> {
    const showAtMs = clock.showAt(stampMs, this.#context.now())
    if (paced) await this.#waitUntil(showAtMs - AHEAD_MS)
    if (this.#closing.signal.aborted) {
      frame.free()
      return
    }
    this.#queue.push(frame, showAtMs)
    this.#pauseMs = FIRST_PAUSE_MS
    this.#report('live', '')
  }

  #hear({ frame, stampMs }: Decoded, clock: PlayClock): void {
    try {
      const hearAtMs = clock.hearAt(stampMs)
      if (hearAtMs === undefined) return
      this.#sound.write(Math.round((hearAtMs / 1000) * SAMPLE_RATE), this.#resampler.convert(frame))
    } finally {
      frame.free()
    }
  }

  async #waitUntil(timeMs: number): Promise<void> {
    const waitMs = timeMs - this.#context.now()
    if (waitMs >= 1) await this.#sleep(waitMs)
  }

  /** Ends early when the source is closed. */
  async #sleep(ms: number): Promise<void> {
    await sleep(ms, undefined, { signal: this.#closing.signal }).catch(() => undefined)
  }

  #report(state: 'connecting' | 'live' | 'lost', detail: string): void {
    if (!this.#closing.signal.aborted) this.#context.report(state, detail)
  }
}

/** Ends what takes too long. */
class Watchdog {
  readonly #bite: () => void
  #timer: NodeJS.Timeout | undefined
  #hasBitten = false

  constructor(bite: () => void) {
    this.#bite = bite
  }

  get hasBitten(): boolean {
    return this.#hasBitten
  }

  /** From now on. */
  allow(ms: number): void {
    this.stop()
    this.#timer = setTimeout(() => {
      this.#hasBitten = true
      this.#bite()
    }, ms)
  }

  stop(): void {
    clearTimeout(this.#timer)
  }
}
