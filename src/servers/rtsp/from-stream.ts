/**
 * From packets to the bytes of RTSP: RTP and RTCP packets, each behind its interleaved header (RFC 2326 §10.12), the
 * same for all viewers that have chosen the same channels. UDP viewers take them apart again.
 */
import type { Framing } from '../../media/fan-out.ts'
import type { Packet, StreamFormat } from '../../media/packet.ts'
import { type TrackIdentity, TrackSender } from '../../media/rtp/track-sender.ts'

export type TrackName = Packet['track']
export const TRACK_NAMES = ['video', 'audio'] as const satisfies readonly TrackName[]

/** The interleaved channel of each track's RTP; RTCP has the next one. A track that is left out is not sent. */
export type Channels = Partial<Record<TrackName, number>>

/** SSRC and time offset of each track of a stream. */
export type Identities = Readonly<Record<TrackName, TrackIdentity>>

/** Where a track begins in what a new viewer gets (RFC 2326 §12.33). */
export interface TrackStart {
  readonly track: TrackName
  readonly sequence: number
  readonly timestamp: number
}

const DOLLAR = 0x24
export const INTERLEAVED_HEADER_BYTES = 4

/** Writes the header of a frame into the first bytes of `target`. */
function writeInterleavedHeader(target: Buffer, channel: number, payloadBytes: number): void {
  target.writeUInt8(DOLLAR, 0)
  target.writeUInt8(channel, 1)
  target.writeUInt16BE(payloadBytes, 2)
}

/** A packet on a channel. */
export function interleaved(channel: number, packet: Uint8Array): Buffer {
  const head = Buffer.alloc(INTERLEAVED_HEADER_BYTES)
  writeInterleavedHeader(head, channel, packet.length)
  return Buffer.concat([head, packet])
}

/** The packets in bytes that `interleaved` or `RtspFraming` have made, as views. */
export function* interleavedPackets(
  bytes: Uint8Array,
): Generator<{ readonly channel: number; readonly packet: Uint8Array }> {
  for (let at = 0; at + INTERLEAVED_HEADER_BYTES <= bytes.length; ) {
    const start = at + INTERLEAVED_HEADER_BYTES
    const end = start + ((bytes[at + 2]! << 8) | bytes[at + 3]!)
    yield { channel: bytes[at + 1]!, packet: bytes.subarray(start, end) }
    at = end
  }
}

/** The state of one stream on one choice of channels: numbers go on for as long as the camera runs. */
export class RtspFraming implements Framing {
  readonly channels: Channels
  readonly #senders: ReadonlyMap<TrackName, TrackSender>
  #starts: readonly TrackStart[] = []

  constructor(channels: Channels, identities: Identities, cname: string) {
    this.channels = channels
    const chosen = TRACK_NAMES.filter((track) => channels[track] !== undefined)
    this.#senders = new Map(chosen.map((track) => [track, new TrackSender(track, identities[track], cname)]))
  }

  /** The first packets of the group that is being sent. */
  get starts(): readonly TrackStart[] {
    return this.#starts
  }

  /** Sender reports: they tell the time of day of what follows (RFC 3550 §6.4.1). */
  opening(): Uint8Array[] {
    return this.#rtcp((sender) => sender.report())
  }

  /** The parameter sets are in the key picture; here begins what a new viewer gets. */
  format({ audio }: StreamFormat, pts90k: number): Uint8Array[] {
    const sound = this.#senders.get('audio')
    if (sound !== undefined && audio !== undefined) sound.clockRate = audio.sampleRate
    this.#starts = [...this.#senders].map(([track, sender]) => ({
      track,
      sequence: sender.sequence,
      timestamp: sender.timestampOf(pts90k),
    }))
    return []
  }

  /** `extension`: behind the RTP header of the first packet. */
  packet(packet: Packet, extension?: Uint8Array): Uint8Array[] {
    const sender = this.#senders.get(packet.track)
    const channel = this.channels[packet.track]
    if (sender === undefined || channel === undefined) return []
    const report = sender.dueReport(packet)
    const frames = sender.packets(packet, INTERLEAVED_HEADER_BYTES, extension)
    for (const [head, ...payload] of frames) {
      const bytes = payload.reduce((sum, piece) => sum + piece.length, head!.length)
      writeInterleavedHeader(head as Buffer, channel, bytes - INTERLEAVED_HEADER_BYTES)
    }
    const pieces = frames.flat()
    return report === undefined ? pieces : [interleaved(channel + 1, report), ...pieces]
  }

  /** The stream has ended for somebody. */
  goodbye(): Buffer {
    return Buffer.concat(this.#rtcp((sender) => sender.goodbye()))
  }

  #rtcp(of: (sender: TrackSender) => Buffer | undefined): Buffer[] {
    return [...this.#senders].flatMap(([track, sender]) => {
      const packet = of(sender)
      return packet === undefined ? [] : [interleaved(this.channels[track]! + 1, packet)]
    })
  }
}
