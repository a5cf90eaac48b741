/**
 * One live stream: the place where the packets of an engine meet those who want them. It keeps the group of
 * pictures that is being sent, so that whoever joins starts with a picture at once.
 */
import type { Clock } from '../base/clock.ts'
import { GroupCache } from './group-cache.ts'
import type { Packet, StreamFormat, StreamName } from './packet.ts'

/** A group whose last packet is older is no longer live. Twice the longest picture interval, that of 2 fps. */
const STALE_AFTER_MS = 1000

/**
 * Somebody who takes every packet, at once and without waiting: a protocol's fan-out, the recorder.
 * Neither function may throw.
 */
export interface StreamReader {
  /** Called before the first packet and again whenever the format changes; the next packet is a key frame then. */
  format(format: StreamFormat): void
  packet(packet: Packet): void
}

interface StreamHooks {
  /** The number of those who want the stream went from none to some (true) or back (false). */
  wanted(wanted: boolean): void
  /** Somebody needs a key frame soon. */
  keyFrame(): void
}

export class Stream {
  readonly name: StreamName
  readonly #hooks: StreamHooks
  readonly #clock: Clock
  /** Whether a reader has had a key frame of the present format. */
  readonly #readers = new Map<StreamReader, boolean>()
  #wishes = 0
  #format: StreamFormat | undefined
  readonly #group = new GroupCache<Packet>()
  #lastWriteMs = 0
  #writtenBytes = 0

  constructor(name: StreamName, hooks: StreamHooks, clock: Clock) {
    this.name = name
    this.#hooks = hooks
    this.#clock = clock
  }

  /** Undefined until the engine has sent the first packet's format. */
  get format(): StreamFormat | undefined {
    return this.#format
  }

  /** Bytes of all packets since the start, without any container. */
  get writtenBytes(): number {
    return this.#writtenBytes
  }

  /** From the next packet on, which has to be a key frame, this format holds. */
  setFormat(format: StreamFormat): void {
    this.#format = format
    this.#group.forget()
    for (const reader of this.#readers.keys()) {
      this.#readers.set(reader, false)
      reader.format(format)
    }
  }

  /** Hands a packet to all readers. Packets before the first format go nowhere. */
  write(packet: Packet): void {
    if (this.#format === undefined) return
    this.#lastWriteMs = this.#clock.monotonicMs()
    this.#writtenBytes += packet.data.length
    this.#group.add(packet, packet.data.length, packet.isKey)
    for (const [reader, started] of this.#readers) {
      if (!started) {
        if (!packet.isKey) continue
        this.#readers.set(reader, true)
      }
      reader.packet(packet)
    }
  }

  /**
   * The reader gets the format and the packets since the last key frame before this returns, then every
   * packet. Its first packet is always a key frame. Returns a function that takes the reader off again.
   */
  join(reader: StreamReader): () => void {
    const release = this.hold()
    if (this.#clock.monotonicMs() - this.#lastWriteMs > STALE_AFTER_MS) this.#group.forget()
    this.#readers.set(reader, !this.#group.isEmpty)
    if (this.#format !== undefined) reader.format(this.#format)
    for (const packet of this.#group.items) reader.packet(packet)
    if (this.#group.isEmpty) this.requestKeyFrame()
    return () => {
      if (this.#readers.delete(reader)) release()
    }
  }

  /** Keeps the stream encoded without reading it. Returns a function that ends the wish. */
  hold(): () => void {
    this.#wishes += 1
    if (this.#wishes === 1) this.#hooks.wanted(true)
    let held = true
    return () => {
      if (!held) return
      held = false
      this.#wishes -= 1
      if (this.#wishes === 0) this.#hooks.wanted(false)
    }
  }

  /** For a reader that lost its place; the engine decides how often it follows. */
  requestKeyFrame(): void {
    this.#hooks.keyFrame()
  }
}

/** Finds the live streams of the camera. */
export interface StreamDirectory {
  /** Undefined for a channel that does not exist. */
  find(channel: number, name: StreamName): Stream | undefined
}
