/** One track on its way into RTP: it numbers packets, turns times into RTP's, and knows what it has sent. */
import { randomBytes, randomInt } from 'node:crypto'
import type { Packet } from '../packet.ts'
import { aacPayloads } from './aac-payload.ts'
import { h264Payloads } from './h264-payload.ts'
import { writeGoodbye, writeSenderReport } from './rtcp.ts'
import { RTP_HEADER_BYTES, writeRtpHeader } from './rtp-packet.ts'
import { TRACKS } from './sdp.ts'

/**
 * Longest RTP packet. With IPv6 and UDP (40 + 8 bytes) it stays below the 1500 of Ethernet, and below what most
 * tunnels leave of them.
 */
export const MAX_PACKET_BYTES = 1400
/** 1/90000 s between sender reports: 5 s. */
const REPORT_EVERY_90K = 5 * 90_000

export interface TrackIdentity {
  readonly ssrc: number
  /** Added to all times: they begin anywhere (RFC 3550 §5.1). */
  readonly timeOffset: number
}

export function randomIdentity(): TrackIdentity {
  return { ssrc: randomBytes(4).readUInt32BE(), timeOffset: randomBytes(4).readUInt32BE() }
}

export class TrackSender {
  readonly #track: Packet['track']
  readonly #identity: TrackIdentity
  readonly #cname: string
  #sequence = randomInt(2 ** 16)
  #clockRate = 90_000
  #packets = 0
  #bytes = 0
  #last: { readonly wallMs: number; readonly rtpTimestamp: number } | undefined
  #reported90k: number | undefined

  constructor(track: Packet['track'], identity: TrackIdentity, cname: string) {
    this.#track = track
    this.#identity = identity
    this.#cname = cname
  }

  /** Ticks a second: 90000 for pictures, the sample rate for sound. */
  set clockRate(rate: number) {
    this.#clockRate = rate
  }

  /** Of the next packet. */
  get sequence(): number {
    return this.#sequence
  }

  timestampOf(pts90k: number): number {
    const ticks = this.#clockRate === 90_000 ? pts90k : Math.round((pts90k * this.#clockRate) / 90_000)
    return (((ticks + this.#identity.timeOffset) % 2 ** 32) + 2 ** 32) % 2 ** 32
  }

  /**
   * The RTP packets of one picture or piece of sound, each as pieces that begin with the header. `room` bytes are left
   * free in front of the header for the framing; `extension` stands behind the header of the first.
   */
  packets({ data, pts90k, wallMs }: Packet, room: number, extension?: Uint8Array): Uint8Array[][] {
    const maxBytes = MAX_PACKET_BYTES - RTP_HEADER_BYTES - (extension?.length ?? 0)
    const payloads = this.#track === 'video' ? h264Payloads(data, maxBytes) : aacPayloads(data, maxBytes)
    const timestamp = this.timestampOf(pts90k)
    this.#last = { wallMs, rtpTimestamp: timestamp }
    return payloads.map((payload, index) => {
      const head = Buffer.alloc(room + RTP_HEADER_BYTES)
      writeRtpHeader(head, room, {
        payloadType: TRACKS[this.#track].payloadType,
        marker: index === payloads.length - 1,
        sequence: this.#sequence,
        timestamp,
        ssrc: this.#identity.ssrc,
        isExtended: index === 0 && extension !== undefined,
      })
      this.#sequence = (this.#sequence + 1) & 0xffff
      this.#packets += 1
      for (const piece of payload) this.#bytes += piece.length
      return index === 0 && extension !== undefined ? [head, extension, ...payload] : [head, ...payload]
    })
  }

  /** A sender report if the last one is 5 s old. To be asked before `packets` of the same packet. */
  dueReport({ pts90k, wallMs }: Packet): Buffer | undefined {
    const last = this.#reported90k
    if (last !== undefined && pts90k >= last && pts90k - last < REPORT_EVERY_90K) return undefined
    this.#reported90k = pts90k
    return this.#report(wallMs, this.timestampOf(pts90k))
  }

  /** A report on the newest packet, for somebody who joins; undefined before there is one. */
  report(): Buffer | undefined {
    return this.#last && this.#report(this.#last.wallMs, this.#last.rtpTimestamp)
  }

  goodbye(): Buffer {
    return writeGoodbye(this.#identity.ssrc, this.#cname)
  }

  #report(wallMs: number, rtpTimestamp: number): Buffer {
    const { ssrc } = this.#identity
    const report = { ssrc, wallMs, rtpTimestamp, packets: this.#packets, bytes: this.#bytes }
    return writeSenderReport(report, this.#cname)
  }
}
