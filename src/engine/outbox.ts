/**
 * The engine's way to the camera. What the camera does not take piles up in this process; beyond a limit,
 * packets are left out, up to the next key picture of their stream.
 */
import type { StreamName } from '../media/packet.ts'
import type { EngineEvent } from './protocol.ts'

/** About 5 s of three streams with sound. */
const MAX_PENDING = 400

export class Outbox {
  readonly #write: (event: EngineEvent, written: () => void) => void
  readonly #needKey: (stream: StreamName) => void
  /** Streams with a gap. */
  readonly #broken = new Set<StreamName>()
  #pending = 0

  /** `needKey` is called when a stream with a gap can go on. */
  constructor(
    write: (event: EngineEvent, written: () => void) => void,
    needKey: (stream: StreamName) => void,
  ) {
    this.#write = write
    this.#needKey = needKey
  }

  send(event: EngineEvent): void {
    if (event.type === 'packet' && this.#leavesOut(event)) return
    this.#pending += 1
    this.#write(event, () => {
      this.#pending -= 1
      if (this.#pending === 0) for (const stream of this.#broken) this.#needKey(stream)
    })
  }

  #leavesOut({ stream, packet }: Extract<EngineEvent, { type: 'packet' }>): boolean {
    if (this.#pending >= MAX_PENDING) this.#broken.add(stream)
    else if (packet.isKey) this.#broken.delete(stream)
    return this.#broken.has(stream)
  }
}
