/** Recordings over RTSP, one after the other, in the pace in which they happened. Time without a recording is left out. */
import { setTimeout as sleep } from 'node:timers/promises'
import type { Principal } from '../../auth/types.ts'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { ViewerSocket } from '../../media/fan-out.ts'
import type { Packet, StreamFormat } from '../../media/packet.ts'
import { randomIdentity } from '../../media/rtp/track-sender.ts'
import type { ViewerSlots } from '../../media/viewer-slots.ts'
import { noPlace } from '../live-view.ts'
import { RtspFraming } from './from-stream.ts'
import { parseRange, printRange } from './play-range.ts'
import type { Presentation } from './presentation.ts'
import type { RtspTarget } from './stream-url.ts'

/** Without an end that much is played. */
const DAY_MS = 24 * 3600_000
/** Unsent bytes at which the reading waits for the viewer. */
const QUEUE_BYTES = 512 * 1024
const LOOK_AGAIN_MS = 20
/** A viewer that takes nothing for so long is closed. */
const STALL_MS = 10_000

/** A recorded file that is open. */
interface Source {
  readonly format: StreamFormat
  /** Camera's clock at the first picture. */
  readonly startMs: number
  /** From the last key picture on that is not behind that time; times count from the beginning of the file. */
  packets(fromMs: number): AsyncIterable<Packet>
  close(): Promise<void>
}

export interface RtspPlayback {
  /** The right to replay (Guide §9, ability `recReplay`). */
  mayReplay(principal: Principal): boolean
  /** What was recorded between two moments, in order. */
  sources(stream: 'main' | 'sub', fromMs: number, toMs: number): AsyncIterable<Source>
  /** `20261123120000` on the camera's clock; undefined for anything else. */
  instantOf(text: string): number | undefined
}

interface PlaybackOptions {
  readonly playback: RtspPlayback
  readonly slots: ViewerSlots
  readonly log: Log
  readonly cname: string
}

/** Errors: CameraError `forbidden`, `not-exist`, `bad-value`. */
export async function openPlayback(
  options: PlaybackOptions,
  { request, query }: RtspTarget,
  principal: Principal,
): Promise<Presentation> {
  const { playback } = options
  if (!playback.mayReplay(principal))
    throw new CameraError('forbidden', 'this user may not replay recordings')
  if (request === undefined || request.channel !== 0 || request.name === 'ext')
    throw new CameraError('not-exist', 'there are no such recordings')
  const { name } = request
  const fromMs = playback.instantOf(query.get('start') ?? '')
  const end = query.get('end')
  const toMs = end === undefined ? fromMs && fromMs + DAY_MS : playback.instantOf(end)
  if (fromMs === undefined || toMs === undefined || toMs <= fromMs)
    throw new CameraError('bad-value', 'start and end must be times such as 20261123120000')
  const format = await formatOf(playback.sources(name, fromMs, toMs))
  const extent = { fromMs, toMs }
  const identities = { video: randomIdentity(), audio: randomIdentity() }
  /** Of the next packet: time goes on over a seek. */
  const time = { next90k: 0 }
  return {
    name: 'Vedette recordings',
    format,
    range: `npt=0-${(toMs - fromMs) / 1000}`,
    ssrcOf: (track) => identities[track].ssrc,
    play: (viewer, channels, range, greeting, ended) => {
      const beginMs = parseRange(range, extent)
      const free = options.slots.take()
      if (free === undefined) throw noPlace()
      const framing = new RtspFraming(channels, identities, options.cname)
      framing.format(format, time.next90k)
      viewer.write(greeting({ range: printRange(range, beginMs, extent), starts: framing.starts }))
      const stopped = new AbortController()
      const play = { viewer, framing, time, signal: stopped.signal }
      send(play, playback.sources(name, beginMs, toMs), beginMs, toMs)
        .then(() => !stopped.signal.aborted && viewer.write(framing.goodbye()))
        .catch((error: unknown) => {
          options.log.warn({ reason: messageOf(error) }, 'a recording could not be played to its end')
          viewer.destroy()
        })
        .finally(() => {
          free()
          ended()
        })
      return { goodbye: () => framing.goodbye(), stop: () => stopped.abort() }
    },
    close: () => undefined,
  }
}

async function formatOf(sources: AsyncIterable<Source>): Promise<StreamFormat> {
  for await (const source of sources) {
    await source.close()
    return source.format
  }
  throw new CameraError('not-exist', 'nothing was recorded then')
}

interface Play {
  readonly viewer: ViewerSocket
  readonly framing: RtspFraming
  readonly time: { next90k: number }
  readonly signal: AbortSignal
}

/** Sends until the end, or until it is stopped. Errors: those of the files. */
async function send(play: Play, sources: AsyncIterable<Source>, fromMs: number, toMs: number): Promise<void> {
  const { framing, viewer, time, signal } = play
  const begun = { atMs: performance.now(), at90k: time.next90k }
  for await (const source of sources) {
    try {
      let offset90k: number | undefined
      for await (const packet of source.packets(Math.max(0, fromMs - source.startMs))) {
        if (signal.aborted || packet.wallMs >= toMs) return
        offset90k ??= time.next90k - packet.pts90k
        const pts90k = packet.pts90k + offset90k
        await until(begun.atMs + (pts90k - begun.at90k) / 90, signal)
        await room(viewer, signal)
        if (signal.aborted) return
        viewer.write(Buffer.concat(framing.packet({ ...packet, pts90k, dts90k: pts90k })))
        // The next file begins one picture of the slowest usual rate behind this one.
        time.next90k = Math.max(time.next90k, pts90k + 6000)
      }
    } finally {
      await source.close()
    }
  }
}

async function until(atMs: number, signal: AbortSignal): Promise<void> {
  const earlyMs = atMs - performance.now()
  if (earlyMs > 1) await sleep(earlyMs, undefined, { signal }).catch(() => undefined)
}

/** Waits until the viewer has taken most of what it was sent; one that takes nothing is closed. */
async function room(viewer: ViewerSocket, signal: AbortSignal): Promise<void> {
  let [queued, sinceMs] = [viewer.writableLength, performance.now()]
  while (viewer.writableLength > QUEUE_BYTES && !signal.aborted && !viewer.destroyed) {
    await sleep(LOOK_AGAIN_MS)
    if (viewer.writableLength < queued) [queued, sinceMs] = [viewer.writableLength, performance.now()]
    else if (performance.now() - sinceMs > STALL_MS) viewer.destroy()
  }
}
