/** What one client is shown of recordings: in the pace in which they happened, or as fast as the client takes them. */
import { setTimeout as sleep } from 'node:timers/promises'
import { messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { ViewerSocket } from '../../media/fan-out.ts'
import { writeReplayExtension } from '../../media/rtp/replay-extension.ts'
import { randomIdentity } from '../../media/rtp/track-sender.ts'
import type { ViewerSlots } from '../../media/viewer-slots.ts'
import { noPlace } from '../live-view.ts'
import { type Footage, footage, PICTURE_90K, type Source } from './footage.ts'
import type { RtspFraming, TrackName } from './from-stream.ts'
import type { Extent } from './play-range.ts'
import type { PlayWish } from './play-wish.ts'
import type { Playing } from './presentation.ts'

/** Unsent bytes at which the reading waits for the viewer. */
const QUEUE_BYTES = 512 * 1024
const LOOK_AGAIN_MS = 20
/** A viewer that takes nothing for so long is closed; one that sets the pace itself may rest. */
const STALL_MS = 10_000
const REST_MS = 60_000

export interface ReplayOptions {
  readonly slots: ViewerSlots
  readonly log: Log
}

/** Where a run of packets goes. */
interface Outlet {
  readonly viewer: ViewerSocket
  readonly framing: RtspFraming
  /** Makes what goes out first; over UDP it tells the client that it plays, so it is called when it does. */
  readonly answer: () => Uint8Array
  readonly ended: () => void
}

export class Replay {
  readonly identities = { video: randomIdentity(), audio: randomIdentity() }
  readonly #options: ReplayOptions
  readonly #sources: (fromMs: number, toMs: number) => AsyncIterable<Source>
  #next90k = 0
  #pausedMs: number | undefined

  constructor(options: ReplayOptions, sources: (fromMs: number, toMs: number) => AsyncIterable<Source>) {
    this.#options = options
    this.#sources = sources
  }

  /** Of the next packet: time goes on over a seek. */
  get next90k(): number {
    return this.#next90k
  }

  /** Camera's clock at the last packet that was sent before a pause; undefined before and behind all. */
  get pausedMs(): number | undefined {
    return this.#pausedMs
  }

  /** Errors: CameraError `session-limit`. */
  play(outlet: Outlet, wish: PlayWish, span: Extent): Playing {
    const { slots, log } = this.#options
    const free = slots.take()
    if (free === undefined) throw noPlace()
    const { viewer, framing, answer, ended } = outlet
    const stopped = new AbortController()
    viewer.write(answer())
    this.#send(outlet, wish, span, stopped.signal)
      .then((isOver) => {
        if (!isOver) return
        this.#pausedMs = undefined
        viewer.write(framing.goodbye())
      })
      .catch((error: unknown) => {
        log.warn({ reason: messageOf(error) }, 'a recording could not be played to its end')
        viewer.destroy()
      })
      .finally(() => {
        free()
        ended()
      })
    const stop = () => {
      stopped.abort()
      // A seek needs the place at once; what is being read may take a while.
      free()
    }
    return { goodbye: () => framing.goodbye(), stop }
  }

  /** Sends until the end; false if it was stopped before. Errors: those of the files. */
  async #send(
    { viewer, framing }: Outlet,
    wish: PlayWish,
    span: Extent,
    signal: AbortSignal,
  ): Promise<boolean> {
    const isResumed = wish.range === undefined && this.#pausedMs !== undefined
    const begun = { atMs: performance.now(), at90k: this.#next90k }
    const fresh = new Set<TrackName>(isResumed ? [] : ['video', 'audio'])
    const pieces = footage(this.#sources(span.fromMs, span.toMs), {
      ...span,
      afterMs: isResumed ? span.fromMs : Number.NEGATIVE_INFINITY,
      at90k: begun.at90k,
      skipsGaps: wish.isPaced,
      keyIntervalMs: wish.keyIntervalMs,
    })
    for await (const piece of pieces) {
      const { packet } = piece
      if (wish.isPaced) await until(begun.atMs + (packet.pts90k - begun.at90k) / 90, signal)
      await room(viewer, wish.isPaced ? STALL_MS : REST_MS, signal)
      if (signal.aborted || viewer.destroyed) return false
      const mark = wish.isOnvif ? markOf(piece, wish, fresh.delete(packet.track)) : undefined
      viewer.write(Buffer.concat(framing.packet(packet, mark)))
      this.#pausedMs = packet.wallMs
      this.#next90k = Math.max(this.#next90k, packet.pts90k + PICTURE_90K)
    }
    return !signal.aborted
  }
}

function markOf(
  { packet, endsSection, isTerminal }: Footage,
  { cseq }: PlayWish,
  isDiscontinuity: boolean,
): Uint8Array {
  const { wallMs } = packet
  // Every piece of sound can be begun with.
  const isKey = packet.isKey || packet.track === 'audio'
  return writeReplayExtension({ wallMs, isKey, endsSection, isDiscontinuity, isTerminal, cseq })
}

async function until(atMs: number, signal: AbortSignal): Promise<void> {
  const earlyMs = atMs - performance.now()
  if (earlyMs > 1) await sleep(earlyMs, undefined, { signal }).catch(() => undefined)
}

/** Waits until the viewer has taken most of what it was sent; one that takes nothing is closed. */
async function room(viewer: ViewerSocket, stallMs: number, signal: AbortSignal): Promise<void> {
  let [queued, sinceMs] = [viewer.writableLength, performance.now()]
  while (viewer.writableLength > QUEUE_BYTES && !signal.aborted && !viewer.destroyed) {
    await sleep(LOOK_AGAIN_MS)
    if (viewer.writableLength < queued) [queued, sinceMs] = [viewer.writableLength, performance.now()]
    else if (performance.now() - sinceMs > stallMs) viewer.destroy()
  }
}
