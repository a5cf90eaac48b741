/**
 * A source that FFmpeg reads: opened, played, and when it ends, hangs or refuses, opened again after a pause.
 * Meanwhile there is no picture, and the engine shows that there is no signal.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import type { FormatContext } from 'node-av/lib'
import { messageOf } from '../../base/errors.ts'
import type { Picture } from '../picture/picture.ts'
import { SAMPLE_RATE } from '../sound-rate.ts'
import { type Decoded, type Demuxer, openDemuxer } from './demuxer.ts'
import { FrameQueue } from './frame-queue.ts'
import { PlayClock } from './play-clock.ts'
import type { Recipe } from './recipe.ts'
import { Resampler } from './resampler.ts'
import { SoundRing } from './sound-ring.ts'
import type { Source, SourceContext } from './source.ts'

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 10_000

/** A paced source is read this far ahead. */
const AHEAD_MS = 150

export class MediaSource implements Source {
  readonly #recipe: Recipe
  readonly #context: SourceContext
  readonly #queue = new FrameQueue()
  readonly #sound = new SoundRing()
  readonly #resampler = new Resampler()
  readonly #closing = new AbortController()
  #opening: FormatContext | undefined
  #demuxer: Demuxer | undefined
  #listening = false
  #pauseMs = FIRST_PAUSE_MS

  constructor(recipe: Recipe, context: SourceContext) {
    this.#recipe = recipe
    this.#context = context
    this.#run()
  }

  picture(atMs: number): Picture | undefined {
    const frame = this.#queue.at(atMs)
    return frame && { frame, version: this.#queue.version, framing: 'fit' }
  }

  sound(firstSample: number, samples: Float32Array): void {
    this.#sound.read(firstSample, samples)
  }

  listen(wanted: boolean): void {
    this.#listening = wanted
    this.#demuxer?.listen(wanted)
  }

  close(): void {
    this.#closing.abort()
    this.#opening?.interrupt()
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
      await sleep(this.#pauseMs, undefined, { signal }).catch(() => undefined)
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
    }
    this.#resampler.close()
  }

  async #playOnce(): Promise<void> {
    const demuxer = await openDemuxer(this.#recipe, (format) => {
      this.#opening = format
    })
    this.#demuxer = demuxer
    demuxer.listen(this.#listening)
    try {
      const clock = new PlayClock(demuxer.manner)
      for await (const decoded of demuxer.frames()) {
        if (this.#closing.signal.aborted) {
          decoded.frame.free()
          return
        }
        if (decoded.track === 'audio') this.#hear(decoded, clock)
        else await this.#show(decoded, clock, demuxer.manner === 'paced')
      }
    } finally {
      this.#demuxer = undefined
      this.#opening = undefined
      await demuxer.close()
    }
  }

  async #show({ frame, stampMs }: Decoded, clock: PlayClock, paced: boolean): Promise<void> {
    const showAtMs = clock.showAt(stampMs, this.#context.now())
    if (paced) await this.#waitFor(showAtMs - AHEAD_MS)
    if (this.#closing.signal.aborted) {
      frame.free()
      return
    }
    this.#queue.push(frame, showAtMs)
    this.#pauseMs = FIRST_PAUSE_MS
    this.#report('live', '')
  }

  #hear({ frame, stampMs }: Decoded, clock: PlayClock): void {
    const hearAtMs = clock.hearAt(stampMs)
    if (hearAtMs !== undefined) {
      this.#sound.write(Math.round((hearAtMs / 1000) * SAMPLE_RATE), this.#resampler.convert(frame))
    }
    frame.free()
  }

  async #waitFor(timeMs: number): Promise<void> {
    const waitMs = timeMs - this.#context.now()
    if (waitMs >= 1) await sleep(waitMs, undefined, { signal: this.#closing.signal }).catch(() => undefined)
  }

  #report(state: 'connecting' | 'live' | 'lost', detail: string): void {
    if (!this.#closing.signal.aborted) this.#context.report(state, detail)
  }
}
