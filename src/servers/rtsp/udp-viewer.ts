/**
 * A viewer over UDP, as the fan-out sees it: a socket whose bytes leave as datagrams, one for each interleaved packet,
 * not faster than a small receive buffer can take.
 */
import { EventEmitter } from 'node:events'
import type { ViewerSocket } from '../../media/fan-out.ts'
import { interleavedPackets } from './from-stream.ts'
import type { UdpPair } from './udp-ports.ts'

/** 32 KiB each 5 ms: 52 Mbit/s. */
const BURST_BYTES = 32 * 1024
const PAUSE_MS = 5

export interface UdpTarget {
  /** Of RTP and RTCP at the viewer. */
  readonly ports: readonly [rtp: number, rtcp: number]
  readonly pair: UdpPair
  readonly address: string
}

interface Waiting {
  readonly channel: number
  readonly packet: Uint8Array
}

export class UdpViewer extends EventEmitter implements ViewerSocket {
  destroyed = false
  /** By interleaved channel of RTP. */
  readonly #targets: ReadonlyMap<number, UdpTarget>
  #queue: Waiting[] = []
  #queuedBytes = 0
  #sentInBurst = 0
  #timer: NodeJS.Timeout | undefined

  constructor(targets: ReadonlyMap<number, UdpTarget>) {
    super()
    this.#targets = targets
  }

  get writableLength(): number {
    return this.#queuedBytes
  }

  write(bytes: Uint8Array): boolean {
    if (this.destroyed) return false
    for (const { channel, packet } of interleavedPackets(bytes)) {
      if (this.#timer === undefined || this.#sentInBurst < BURST_BYTES) this.#send(channel, packet)
      else {
        this.#queue.push({ channel, packet })
        this.#queuedBytes += packet.length
      }
    }
    return this.#queuedBytes === 0
  }

  /** What waits is thrown away. */
  destroy(): void {
    if (this.destroyed) return
    this.destroyed = true
    clearTimeout(this.#timer)
    this.#queue = []
    this.#queuedBytes = 0
    this.emit('close')
  }

  cork(): void {}
  uncork(): void {}
  setNoDelay(): void {}
  /** The queue empties by itself: there is nothing to wait for. */
  setTimeout(): void {}

  #send(channel: number, packet: Uint8Array): void {
    const isRtcp = channel % 2 === 1
    const target = this.#targets.get(isRtcp ? channel - 1 : channel)
    if (target === undefined) return
    target.pair.send(isRtcp, packet, target.ports[isRtcp ? 1 : 0], target.address)
    this.#sentInBurst += packet.length
    this.#timer ??= setTimeout(() => this.#nextBurst(), PAUSE_MS)
  }

  #nextBurst(): void {
    this.#timer = undefined
    this.#sentInBurst = 0
    let sent = 0
    while (sent < this.#queue.length && this.#sentInBurst < BURST_BYTES) {
      const { channel, packet } = this.#queue[sent]!
      this.#queuedBytes -= packet.length
      sent += 1
      this.#send(channel, packet)
    }
    if (sent > 0) this.#queue = this.#queue.slice(sent)
  }
}
