/**
 * One stream's way into files: the ring of its last seconds, and while it is recorded the segment that grows. It decides
 * where a segment begins and ends, and sends a second of packets at a time; it knows nothing of disks.
 */
import type { Packet, StreamFormat } from '../media/packet.ts'
import type { StreamReader } from '../media/stream.ts'
import { Ring } from './ring.ts'

/** What may be lost when everything is killed is this and what the disk has not got yet. */
const FRAGMENT_90K = 90_000
/** A clock that was set by more begins another file: what was before and after is found by its own time. */
const JUMP_MS = 1000

/** Where segments go. */
export interface SegmentSink {
  /** Begins a segment with that key picture; undefined if there is no place for it now. */
  open(begin: {
    readonly packet: Packet
    readonly format: StreamFormat
    readonly runUpMs: number
  }): number | undefined
  append(id: number, packets: readonly Packet[]): void
  close(id: number, endPts90k: number): void
}

interface StreamRecorderOptions {
  readonly sink: SegmentSink
  readonly segmentMs: number
  readonly ringMs: number
}

interface Segment {
  readonly id: number
  /** Its first picture. */
  readonly begin: Pick<Packet, 'pts90k' | 'wallMs'>
  /** Not sent yet. */
  packets: Packet[]
  sentPts90k: number
}

export class StreamRecorder implements StreamReader {
  readonly #options: StreamRecorderOptions
  readonly #ring: Ring
  #format: StreamFormat | undefined
  #segment: Segment | undefined
  /** The one before, which has all its pictures: sound of its time comes later than they do. */
  #ending: { readonly id: number; readonly endPts90k: number; readonly sound: Packet[] } | undefined
  #isRecording = false
  #newestPts90k = 0

  constructor(options: StreamRecorderOptions) {
    this.#options = options
    this.#ring = new Ring(options.ringMs)
  }

  get isRecording(): boolean {
    return this.#isRecording
  }

  /** Id of the segment that grows. */
  get segmentId(): number | undefined {
    return this.#segment?.id
  }

  /** Ids of those that are not closed, the earlier one first. */
  get openIds(): number[] {
    return [this.#ending?.id, this.#segment?.id].filter((id) => id !== undefined)
  }

  /** Records from now on, with `runUpMs` of what was before. */
  start(runUpMs: number): void {
    if (this.#isRecording) return
    this.#isRecording = true
    if (runUpMs === 0) return
    const eventPts90k = this.#newestPts90k
    this.#replay(this.#ring.from(eventPts90k - runUpMs * 90), eventPts90k)
  }

  /** The last picture that came is the last one recorded. */
  stop(): void {
    this.#isRecording = false
    this.#endNow()
  }

  /** The segment is lost from `fromPts90k` on: another one begins there, as far as the ring still reaches. */
  resume(fromPts90k: number): void {
    this.#finish()
    this.#segment = undefined
    // Nothing of it is run-up.
    if (this.#isRecording) this.#replay(this.#ring.from(fromPts90k), Number.NEGATIVE_INFINITY)
  }

  /** Ends the segment; the next key picture begins another. */
  cut(): void {
    this.#endNow()
  }

  /** The segment cannot be written any more; the next key picture begins another. */
  abandon(id: number): void {
    if (this.#segment?.id === id) this.#segment = undefined
  }

  format(format: StreamFormat): void {
    this.#endNow()
    this.#format = format
    this.#ring.clear()
  }

  packet(packet: Packet): void {
    if (packet.track === 'video') this.#newestPts90k = packet.pts90k
    this.#ring.add(packet)
    if (this.#isRecording) this.#take(packet, packet.pts90k)
  }

  /** `packets` begin with a key picture; the run-up is the time before `eventPts90k`. */
  #replay(packets: readonly Packet[], eventPts90k: number): void {
    for (const packet of packets) this.#take(packet, eventPts90k)
  }

  #take(packet: Packet, eventPts90k: number): void {
    if (packet.isKey && this.#segment !== undefined && this.#isOver(this.#segment, packet))
      this.#end(packet.pts90k)
    if (packet.isKey && this.#segment === undefined) this.#begin(packet, eventPts90k)
    if (packet.track === 'audio' && this.#ending !== undefined) {
      if (packet.pts90k < this.#ending.endPts90k) {
        this.#ending.sound.push(packet)
        return
      }
      this.#finish()
    }
    const segment = this.#segment
    if (segment === undefined) return
    if (packet.track === 'video' && packet.pts90k - segment.sentPts90k >= FRAGMENT_90K)
      this.#send(segment, packet)
    segment.packets.push(packet)
  }

  /** It is long enough, or the camera's clock was set since it began. */
  #isOver({ begin }: Segment, { pts90k, wallMs }: Packet): boolean {
    const lastedMs = (pts90k - begin.pts90k) / 90
    return lastedMs >= this.#options.segmentMs || Math.abs(wallMs - begin.wallMs - lastedMs) > JUMP_MS
  }

  #begin(packet: Packet, eventPts90k: number): void {
    if (this.#format === undefined) return
    const runUpMs = Math.max(0, Math.round((eventPts90k - packet.pts90k) / 90))
    const id = this.#options.sink.open({ packet, format: this.#format, runUpMs })
    if (id === undefined) return
    this.#segment = { id, begin: packet, packets: [], sentPts90k: packet.pts90k }
  }

  /** Sends what was collected before `next`. */
  #send(segment: Segment, next: Packet): void {
    // What has not come by now is not waited for.
    this.#finish()
    this.#options.sink.append(segment.id, segment.packets)
    segment.packets = []
    segment.sentPts90k = next.pts90k
  }

  /** The newest picture lasts as long as pictures of its stream do. */
  #endNow(): void {
    this.#end(this.#newestPts90k + Math.round(90_000 / (this.#format?.video.frameRate ?? 15)))
    this.#finish()
  }

  /** All its pictures are there. */
  #end(endPts90k: number): void {
    this.#finish()
    const segment = this.#segment
    if (segment === undefined) return
    this.#segment = undefined
    if (segment.packets.length > 0) this.#options.sink.append(segment.id, segment.packets)
    this.#ending = { id: segment.id, endPts90k, sound: [] }
    if (this.#format?.audio === undefined) this.#finish()
  }

  /** Closes the segment that has all its pictures. */
  #finish(): void {
    const ending = this.#ending
    if (ending === undefined) return
    this.#ending = undefined
    if (ending.sound.length > 0) this.#options.sink.append(ending.id, ending.sound)
    this.#options.sink.close(ending.id, ending.endPts90k)
  }
}
