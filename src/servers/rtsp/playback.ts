/** Recordings over RTSP: which there are, and when they were made. */
import type { Principal } from '../../auth/types.ts'
import { CameraError } from '../../base/errors.ts'
import type { StreamFormat } from '../../media/packet.ts'
import type { Source } from './footage.ts'
import { RtspFraming } from './from-stream.ts'
import { type Extent, parseRange, printRange } from './play-range.ts'
import type { Presentation } from './presentation.ts'
import { Replay, type ReplayOptions } from './replay.ts'
import type { RtspTarget } from './stream-url.ts'

/** Without an end that much is played. */
const DAY_MS = 24 * 3600_000
/** What recordings call their tracks. */
export const TRACKS_OF_RECORDINGS = { video: 'video', audio: 'audio' } as const

export interface RtspPlayback {
  /** The right to replay (Guide §9, ability `recReplay`). */
  mayReplay(principal: Principal): boolean
  /** What was recorded between two moments, in order. */
  sources(stream: 'main' | 'sub', fromMs: number, toMs: number): AsyncIterable<Source>
  /** From the first to the last recording; undefined if there is none. */
  extentOf(stream: 'main' | 'sub'): { readonly startMs: number; readonly endMs: number } | undefined
  /** `20261123120000` on the camera's clock; undefined for anything else. */
  instantOf(text: string): number | undefined
}

interface PlaybackOptions extends ReplayOptions {
  readonly playback: RtspPlayback
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
  const [start, end] = [query.get('start'), query.get('end')]
  const all = (): Extent => {
    const extent = playback.extentOf(name)
    if (extent === undefined) throw new CameraError('not-exist', 'nothing was recorded')
    return { fromMs: extent.startMs, toMs: extent.endMs }
  }
  // Without a time it is all there is, also what will have been recorded when it is played.
  const isAll = start === undefined && end === undefined
  const extent = isAll ? all() : extentIn(start, end, playback)
  const format = await formatOf(playback.sources(name, extent.fromMs, extent.toMs))
  const replay = new Replay(options, (fromMs, toMs) => playback.sources(name, fromMs, toMs))
  const words = { origin: extent.fromMs, unit: isAll ? 'clock' : 'npt' } as const
  return {
    name: 'Vedette recordings',
    format,
    range: printRange(undefined, extent, words),
    trackNames: TRACKS_OF_RECORDINGS,
    ssrcOf: (track) => replay.identities[track].ssrc,
    play: (viewer, channels, wish, greeting, ended) => {
      const now = isAll ? all() : extent
      const asked = parseRange(wish.range, now)
      const fromMs = wish.range === undefined ? (replay.pausedMs ?? now.fromMs) : asked.fromMs
      const span = { fromMs, toMs: asked.toMs ?? now.toMs }
      const framing = new RtspFraming(channels, replay.identities, options.cname)
      framing.format(format, replay.next90k)
      const answer = () => greeting({ range: printRange(wish.range, span, words), starts: framing.starts })
      return replay.play({ viewer, framing, answer, ended }, wish, span)
    },
    close: () => undefined,
  }
}

/** Errors: CameraError `bad-value`. */
function extentIn(start = '', end: string | undefined, { instantOf }: RtspPlayback): Extent {
  const fromMs = instantOf(start)
  const toMs = end === undefined ? fromMs && fromMs + DAY_MS : instantOf(end)
  if (fromMs === undefined || toMs === undefined || toMs <= fromMs)
    throw new CameraError('bad-value', 'start and end must be times such as 20261123120000')
  return { fromMs, toMs }
}

async function formatOf(sources: AsyncIterable<Source>): Promise<StreamFormat> {
  for await (const source of sources) {
    await source.close()
    return source.format
  }
  throw new CameraError('not-exist', 'nothing was recorded then')
}
