/**
 * Recorded files as one run of packets, with what a replay tells of each (ONVIF Streaming §6.3): where a section without
 * gaps ends, and where all does.
 */
import type { Packet, StreamFormat } from '../../media/packet.ts'

/** A recorded file that is open. */
export interface Source {
  readonly format: StreamFormat
  /** Camera's clock at the first picture. */
  readonly startMs: number
  /** From the last key picture on that is not behind that time; times count from the beginning of the file. */
  packets(fromMs: number): AsyncIterable<Packet>
  close(): Promise<void>
}

export interface Footage {
  readonly packet: Packet
  /** The last of its track before a gap. */
  readonly endsSection: boolean
  /** The last of its track. */
  readonly isTerminal: boolean
}

interface FootageWish {
  readonly fromMs: number
  readonly toMs: number
  /** What is not behind that was sent before. */
  readonly afterMs: number
  /** Time of the first packet. */
  readonly at90k: number
  /** Time without a recording takes no time. */
  readonly skipsGaps: boolean
  /** As in `PlayWish`. */
  readonly keyIntervalMs: number | undefined
}

/** Files that follow one another lie closer together. */
export const GAP_MS = 1500
/** What follows begins one picture of the slowest usual rate behind what was before. */
export const PICTURE_90K = 6000
/** What is kept back to see whether more of its track follows; a track can end before the others. */
const MAX_KEPT = 64

/** Files are open while they are read. Errors: those of the files. */
export async function* footage(sources: AsyncIterable<Source>, wish: FootageWish): AsyncGenerator<Footage> {
  let isCut = false
  const kept: { packet: Packet; isFollowed: boolean; endsSection: boolean }[] = []
  for await (const { packet, startsSection } of placed(sources, wish)) {
    if (packet.wallMs >= wish.toMs) {
      isCut = true
      break
    }
    const before = kept.findLast((one) => one.packet.track === packet.track)
    if (before !== undefined) Object.assign(before, { isFollowed: true, endsSection: startsSection })
    kept.push({ packet, isFollowed: false, endsSection: false })
    while (kept[0]!.isFollowed || kept.length > MAX_KEPT) {
      const { packet: first, endsSection } = kept.shift()!
      yield { packet: first, endsSection, isTerminal: false }
    }
  }
  for (const { packet, isFollowed, endsSection } of kept) {
    const isTerminal = !isFollowed && !isCut
    yield { packet, endsSection: endsSection || isTerminal, isTerminal }
  }
}

interface Placed {
  readonly packet: Packet
  /** Nothing of its track was recorded just before it. */
  readonly startsSection: boolean
}

/** Packets with times that go on from file to file. */
async function* placed(
  sources: AsyncIterable<Source>,
  { fromMs, afterMs, at90k, skipsGaps, keyIntervalMs }: FootageWish,
): AsyncGenerator<Placed> {
  let next90k = at90k
  let originMs: number | undefined
  const lastMs = new Map<Packet['track'], number>()
  let keyMs = Number.NEGATIVE_INFINITY
  for await (const source of sources) {
    try {
      let offset90k: number | undefined
      for await (const packet of source.packets(Math.max(0, fromMs - source.startMs))) {
        const { track, wallMs, isKey } = packet
        if (wallMs <= afterMs) continue
        originMs ??= wallMs
        const recorded90k = at90k + Math.round((wallMs - originMs) * 90)
        offset90k ??= (skipsGaps ? next90k : Math.max(next90k, recorded90k)) - packet.pts90k
        const pts90k = packet.pts90k + offset90k
        next90k = Math.max(next90k, pts90k + PICTURE_90K)
        const startsSection = wallMs - (lastMs.get(track) ?? wallMs) > GAP_MS
        lastMs.set(track, wallMs)
        if (keyIntervalMs !== undefined && track === 'video') {
          if (!isKey || wallMs - keyMs < keyIntervalMs) continue
          keyMs = wallMs
        }
        yield { packet: { ...packet, pts90k, dts90k: pts90k }, startsSection }
      }
    } finally {
      await source.close()
    }
  }
}
