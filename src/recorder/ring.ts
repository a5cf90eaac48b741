/** The last seconds of a stream in memory, as whole groups of pictures: what happened before an event. */
import type { Packet } from '../media/packet.ts'

/** Whatever a stream's rate, a ring takes no more. */
const MAX_BYTES = 64 * 1024 * 1024

export class Ring {
  readonly #length90k: number
  readonly #maxBytes: number
  /** Each begins with a key picture. */
  #groups: { readonly packets: Packet[]; sizeBytes: number }[] = []
  #sizeBytes = 0

  /** Keeps at least `lengthMs` once so much has come. */
  constructor(lengthMs: number, maxBytes = MAX_BYTES) {
    this.#length90k = lengthMs * 90
    this.#maxBytes = maxBytes
  }

  add(packet: Packet): void {
    if (packet.isKey) this.#groups.push({ packets: [], sizeBytes: 0 })
    const group = this.#groups.at(-1)
    if (group === undefined) return
    group.packets.push(packet)
    group.sizeBytes += packet.data.length
    this.#sizeBytes += packet.data.length
    while (this.#hasTooMuch(packet.pts90k)) this.#sizeBytes -= this.#groups.shift()!.sizeBytes
  }

  /** All packets from the last key picture on that lies at or before `pts90k`, or from the first one that is kept. */
  from(pts90k: number): Packet[] {
    const first = this.#groups.findLastIndex(({ packets }) => packets[0]!.pts90k <= pts90k)
    return this.#groups.slice(Math.max(0, first)).flatMap(({ packets }) => packets)
  }

  /** Another format begins: what was before cannot stand in one file with it. */
  clear(): void {
    this.#groups = []
    this.#sizeBytes = 0
  }

  /** The first group can go when the second one reaches back far enough. */
  #hasTooMuch(newest90k: number): boolean {
    const second = this.#groups[1]?.packets[0]
    if (second === undefined) return false
    return newest90k - second.pts90k >= this.#length90k || this.#sizeBytes > this.#maxBytes
  }
}
