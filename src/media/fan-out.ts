/**
 * Sends one stream to all viewers of one protocol. Work per packet is done once (framing), work per viewer is
 * one socket write of the shared bytes. Audio waits for the next picture and shares its write. A viewer whose
 * queue grows too long is cut back to the next key frame; one that takes nothing is closed; nobody waits for it.
 */
import { type Log, summarise } from '../base/log.ts'
import { GroupCache } from './group-cache.ts'
import type { Packet, StreamFormat } from './packet.ts'
import type { Stream, StreamReader } from './stream.ts'
import type { ViewerSlots } from './viewer-slots.ts'

/** Longest time audio waits for a picture, 100 ms in 1/90000 s. */
const MAX_AUDIO_WAIT_90K = 100 * 90
/** A viewer is in step again when its queue has shrunk to this part of the limit. */
const IN_STEP_PART = 1 / 8

/** What the fan-out needs of a `net.Socket` or `tls.TLSSocket`. */
export interface ViewerSocket {
  readonly writableLength: number
  readonly destroyed: boolean
  write(bytes: Uint8Array): boolean
  cork(): void
  uncork(): void
  destroy(): unknown
  setNoDelay(noDelay: boolean): unknown
  setTimeout(timeoutMs: number): unknown
  on(event: 'timeout' | 'close', listener: () => void): unknown
  off(event: 'timeout' | 'close', listener: () => void): unknown
}

/** The pure part of a protocol: its `from-stream.ts`. Each function returns pieces that are sent in one go. */
export interface Framing {
  /** What only a new viewer gets, before the format. */
  opening(format: StreamFormat): Uint8Array[]
  /** What a decoder must know before the key frame of time `pts90k`. */
  format(format: StreamFormat, pts90k: number): Uint8Array[]
  packet(packet: Packet): Uint8Array[]
}

export interface FanOutOptions {
  readonly slots: ViewerSlots
  readonly log: Log
  /** A viewer with more unsent bytes is cut back to the next key frame. */
  readonly queueLimitBytes?: number
  /** A viewer with unsent bytes that takes nothing for so long is closed. */
  readonly stallMs?: number
}

interface Viewer {
  readonly socket: ViewerSocket
  /** `joining` and `restarting` wait for a key frame; `cut` for that and for a shorter queue. */
  state: 'joining' | 'restarting' | 'cut' | 'live'
  /** The socket's stall timer runs. */
  watched: boolean
  /** Unsent bytes of the group it was given on joining; they don't count until the queue has become short. */
  backlogBytes: number
}

export class FanOut implements StreamReader {
  readonly #stream: Stream
  readonly #framing: Framing
  readonly #options: FanOutOptions
  readonly #queueLimitBytes: number
  readonly #stallMs: number
  readonly #viewers = new Set<Viewer>()
  readonly #reportDrop: () => void
  #leaveStream: (() => void) | undefined
  #format: StreamFormat | undefined
  #formatBytes: Buffer = Buffer.alloc(0)
  /** Framed, for those who join. */
  readonly #group = new GroupCache<Buffer>()
  #held: Packet[] = []
  #droppedFrames = 0

  constructor(stream: Stream, framing: Framing, options: FanOutOptions) {
    this.#stream = stream
    this.#framing = framing
    this.#options = options
    this.#queueLimitBytes = options.queueLimitBytes ?? 2 * 1024 * 1024
    this.#stallMs = options.stallMs ?? 10_000
    this.#reportDrop = summarise((frames) => {
      options.log.warn({ stream: stream.name, frames }, 'slow viewers were cut back to the next key frame')
    })
  }

  get viewers(): number {
    return this.#viewers.size
  }

  /** Whether a new viewer gets pictures at once. */
  get hasGroup(): boolean {
    return !this.#group.isEmpty
  }

  /** Frames that slow viewers did not get, since the start. */
  get droppedFrames(): number {
    return this.#droppedFrames
  }

  /**
   * Adds a viewer: `greeting` goes out at once, in one write with the cached group of pictures if there is one; it may be
   * made when that group is framed.
   * It is taken off when its socket closes or the returned function is called, which leaves the socket open.
   * Undefined, and nothing sent, if the camera has no place for another viewer.
   */
  add(socket: ViewerSocket, greeting: Uint8Array | (() => Uint8Array)): (() => void) | undefined {
    const freeSlot = this.#options.slots.take()
    if (freeSlot === undefined) return undefined
    if (this.#leaveStream === undefined) this.#leaveStream = this.#stream.join(this)
    else if (this.#group.isEmpty) this.#stream.requestKeyFrame()
    const viewer: Viewer = { socket, state: 'joining', watched: false, backlogBytes: 0 }
    const onTimeout = (): void => {
      if (socket.writableLength > 0) socket.destroy()
    }
    const remove = (): void => {
      if (!this.#viewers.delete(viewer)) return
      freeSlot()
      socket.off('timeout', onTimeout)
      socket.off('close', remove)
      if (viewer.watched) socket.setTimeout(0)
      if (this.#viewers.size === 0) this.#rest()
    }
    socket.on('timeout', onTimeout)
    socket.on('close', remove)
    socket.setNoDelay(true)
    this.#viewers.add(viewer)
    socket.cork()
    socket.write(typeof greeting === 'function' ? greeting() : greeting)
    if (!this.#group.isEmpty) this.#resume(viewer, this.#group.items)
    socket.uncork()
    viewer.backlogBytes = socket.writableLength
    return remove
  }

  format(format: StreamFormat): void {
    this.#format = format
    this.#group.forget()
    this.#held = []
    for (const viewer of this.#viewers) if (viewer.state === 'live') viewer.state = 'restarting'
  }

  packet(packet: Packet): void {
    this.#held.push(packet)
    const waitsFor = packet.track === 'audio' && packet.pts90k - this.#held[0]!.pts90k < MAX_AUDIO_WAIT_90K
    if (!waitsFor) this.#flush(packet.isKey)
  }

  /** Frames what is held and sends it; a key frame is always the last of it. */
  #flush(isKey: boolean): void {
    const packets = this.#held
    this.#held = []
    if (isKey && this.#format !== undefined) {
      this.#formatBytes = Buffer.concat(this.#framing.format(this.#format, packets[0]!.pts90k))
    }
    const bytes = Buffer.concat(packets.flatMap((packet) => this.#framing.packet(packet)))
    this.#group.add(bytes, bytes.length, isKey)
    for (const viewer of this.#viewers) this.#send(viewer, bytes, isKey)
  }

  #send(viewer: Viewer, bytes: Buffer, isKey: boolean): void {
    const { socket } = viewer
    const queuedBytes = socket.writableLength
    if (queuedBytes > 0 !== viewer.watched) {
      viewer.watched = queuedBytes > 0
      socket.setTimeout(viewer.watched ? this.#stallMs : 0)
    }
    if (queuedBytes <= this.#queueLimitBytes) viewer.backlogBytes = 0
    if (viewer.state === 'live' && queuedBytes <= this.#queueLimitBytes + viewer.backlogBytes) {
      socket.write(bytes)
    } else if (isKey && queuedBytes <= this.#queueLimitBytes * IN_STEP_PART) {
      this.#resume(viewer, [bytes])
    } else if (viewer.state === 'live' || viewer.state === 'cut') {
      viewer.state = 'cut'
      this.#droppedFrames += 1
      this.#reportDrop()
    }
  }

  /** Sends chunks that begin with a key frame, after all that a decoder must know, in one write. */
  #resume(viewer: Viewer, chunks: readonly Buffer[]): void {
    const { socket } = viewer
    socket.cork()
    if (viewer.state === 'joining' && this.#format !== undefined) {
      for (const piece of this.#framing.opening(this.#format)) socket.write(piece)
    }
    socket.write(this.#formatBytes)
    for (const chunk of chunks) socket.write(chunk)
    socket.uncork()
    viewer.state = 'live'
  }

  /** Without viewers no bytes are built. */
  #rest(): void {
    this.#leaveStream?.()
    this.#leaveStream = undefined
    this.#format = undefined
    this.#group.forget()
    this.#held = []
  }
}

/** The fan-outs of one protocol, one for each stream that was asked for. */
export class FanOuts {
  readonly #framing: Framing
  readonly #options: FanOutOptions
  readonly #ofStream = new Map<Stream, FanOut>()

  constructor(framing: Framing, options: FanOutOptions) {
    this.#framing = framing
    this.#options = options
  }

  of(stream: Stream): FanOut {
    let fanOut = this.#ofStream.get(stream)
    if (fanOut === undefined) {
      fanOut = new FanOut(stream, this.#framing, this.#options)
      this.#ofStream.set(stream, fanOut)
    }
    return fanOut
  }
}
