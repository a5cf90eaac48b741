/**
 * Reads and decodes one opened source. Reading and decoding wait in FFmpeg's threads, never in ours; every
 * frame that comes out belongs to the caller, who frees it.
 */
import {
  AV_NOPTS_VALUE,
  AVERROR_EAGAIN,
  AVERROR_EOF,
  AVERROR_INVALIDDATA,
  AVMEDIA_TYPE_AUDIO,
  AVMEDIA_TYPE_VIDEO,
} from 'node-av/constants'
import {
  Codec,
  CodecContext,
  Dictionary,
  FormatContext,
  Frame,
  InputFormat,
  Packet,
  type Stream,
} from 'node-av/lib'
import { CameraError } from '../../base/errors.ts'
import { reasonOf } from '../native.ts'
import type { Manner } from './play-clock.ts'
import type { Recipe } from './recipe.ts'

export interface Decoded {
  readonly track: 'video' | 'audio'
  readonly frame: Frame
  /** On the source's own count, milliseconds. */
  readonly stampMs: number
}

interface Track {
  readonly kind: Decoded['track']
  readonly stream: Stream
  readonly decoder: CodecContext
  readonly msPerTick: number
  /** Distance of two frames that bear no time stamps. */
  readonly stepMs: number
  nextStampMs: number
}

/** Above this a picture is decoded by two threads, at the price of one picture of delay. */
const TWO_THREADS_ABOVE_PIXELS = 1920 * 1088

export class Demuxer {
  readonly manner: Manner
  /** It has an end after which it can be opened again, as a file has. */
  readonly repeats: boolean
  readonly #format: FormatContext
  readonly #tracks = new Map<number, Track>()
  /** Added to time stamps. */
  readonly #shiftMs: number
  #endMs: number
  #listening = false

  /**
   * `beginMs` is the time stamp its beginning gets. Errors: CameraError `open-failed`; closing `format` is
   * left to the caller then.
   */
  constructor(format: FormatContext, isFile: boolean, beginMs: number) {
    this.#format = format
    this.#shiftMs = beginMs - (format.startTime === AV_NOPTS_VALUE ? 0 : Number(format.startTime) / 1000)
    this.#endMs = beginMs
    const isPlaylist = format.iformat?.name === 'hls' || format.iformat?.name === 'dash'
    this.repeats = isFile || format.duration > 0n
    this.manner = this.repeats || isPlaylist ? 'paced' : 'live'
    for (const [type, kind] of [
      [AVMEDIA_TYPE_VIDEO, 'video'],
      [AVMEDIA_TYPE_AUDIO, 'audio'],
    ] as const) {
      const index = format.findBestStream(type)
      const stream = format.streams[index]
      const track = stream && openTrack(kind, stream, beginMs)
      if (track) this.#tracks.set(index, track)
      else if (kind === 'video') throw new CameraError('open-failed', 'there is no video that can be decoded')
    }
  }

  /** Where the frames so far end. */
  get endMs(): number {
    return this.#endMs
  }

  /** Whether sound is decoded too. */
  listen(wanted: boolean): void {
    this.#listening = wanted
  }

  /** Ends with the source. Errors: CameraError `read-failed`. */
  async *frames(): AsyncGenerator<Decoded> {
    const packet = new Packet()
    packet.alloc()
    try {
      for (;;) {
        const result = await this.#format.readFrame(packet)
        if (result === AVERROR_EOF) break
        if (result === AVERROR_EAGAIN) continue
        if (result < 0) throw new CameraError('read-failed', reasonOf(result))
        const track = this.#tracks.get(packet.streamIndex)
        if (track && (track.kind === 'video' || this.#listening)) yield* this.#decode(track, packet)
        packet.unref()
      }
      for (const track of this.#tracks.values()) yield* this.#decode(track, null)
    } finally {
      packet.free()
    }
  }

  /**
   * The pictures of a file that is only looked at: read and decoded in our own thread, which waits for them, at two thirds of
   * the price. Frames are lent until the next one. Errors: CameraError `read-failed`.
   */
  *pictures(): Generator<Decoded> {
    const [packet, frame] = [new Packet(), new Frame()]
    packet.alloc()
    frame.alloc()
    try {
      for (let isOver = false; !isOver; packet.unref()) {
        const result = this.#format.readFrameSync(packet)
        if (result === AVERROR_EAGAIN) continue
        isOver = result === AVERROR_EOF
        if (result < 0 && !isOver) throw new CameraError('read-failed', reasonOf(result))
        const tracks = isOver ? [...this.#tracks.values()] : [this.#tracks.get(packet.streamIndex)]
        for (const track of tracks) {
          if (track?.kind !== 'video') continue
          track.decoder.sendPacketSync(isOver ? null : packet)
          while (track.decoder.receiveFrameSync(frame) >= 0)
            yield { track: 'video', frame, stampMs: this.#stamp(track, frame) }
        }
      }
    } finally {
      packet.free()
      frame.free()
    }
  }

  /** Frees everything; `frames` and `pictures` must have ended. */
  async close(): Promise<void> {
    for (const { decoder } of this.#tracks.values()) decoder.freeContext()
    this.#tracks.clear()
    await this.#format.closeInput()
  }

  async *#decode(track: Track, packet: Packet | null): AsyncGenerator<Decoded> {
    const sent = await track.decoder.sendPacket(packet)
    // Damaged data happens on every network: the next key picture mends it.
    if (sent < 0 && sent !== AVERROR_INVALIDDATA && packet)
      throw new CameraError('read-failed', reasonOf(sent))
    for (;;) {
      const frame = new Frame()
      frame.alloc()
      if ((await track.decoder.receiveFrame(frame)) < 0) {
        frame.free()
        return
      }
      yield { track: track.kind, frame, stampMs: this.#stamp(track, frame) }
    }
  }

  #stamp(track: Track, frame: Frame): number {
    const ticks = frame.bestEffortTimestamp
    const stampMs =
      ticks === AV_NOPTS_VALUE ? track.nextStampMs : Number(ticks) * track.msPerTick + this.#shiftMs
    const lengthMs = track.kind === 'audio' ? (frame.nbSamples / frame.sampleRate) * 1000 : track.stepMs
    track.nextStampMs = stampMs + lengthMs
    this.#endMs = Math.max(this.#endMs, track.nextStampMs)
    return stampMs
  }
}

/** Undefined if there is no decoder for it. */
function openTrack(kind: Track['kind'], stream: Stream, beginMs: number): Track | undefined {
  const codec = Codec.findDecoder(stream.codecpar.codecId)
  if (!codec) return undefined
  const decoder = new CodecContext()
  decoder.allocContext3(codec)
  const copied = decoder.parametersToContext(stream.codecpar)
  decoder.pktTimebase = stream.timeBase
  decoder.threadCount = decoder.width * decoder.height > TWO_THREADS_ABOVE_PIXELS ? 2 : 1
  if (copied < 0 || decoder.open2Sync(codec, null) < 0) {
    decoder.freeContext()
    return undefined
  }
  const { num, den } = stream.timeBase
  const rate = stream.avgFrameRate
  const stepMs = rate.num > 0 && rate.den > 0 ? (1000 * rate.den) / rate.num : 40
  return { kind, stream, decoder, msPerTick: (1000 * num) / den, stepMs, nextStampMs: beginMs }
}

/**
 * Opens with the first option set that works; `beginMs` is the time stamp of the beginning. `onOpening` is
 * given what can interrupt the opening and all reading. Errors: CameraError `open-failed`.
 */
export async function openDemuxer(
  recipe: Recipe,
  beginMs: number,
  onOpening: (format: FormatContext) => void,
): Promise<Demuxer> {
  let reason = 'it cannot be opened'
  for (const options of recipe.attempts) {
    const format = new FormatContext()
    format.allocContext()
    onOpening(format)
    const result = await open(format, recipe, options)
    if (result >= 0) {
      try {
        return new Demuxer(format, recipe.isFile, beginMs)
      } catch (error) {
        await format.closeInput()
        throw error
      }
    }
    reason = reasonOf(result)
  }
  throw new CameraError('open-failed', reason)
}

async function open(
  format: FormatContext,
  recipe: Recipe,
  options: Readonly<Record<string, string>>,
): Promise<number> {
  const inputFormat = recipe.format === undefined ? null : InputFormat.findInputFormat(recipe.format)
  const opened = await format.openInput(recipe.url, inputFormat, Dictionary.fromObject(options))
  if (opened < 0) return opened
  const probed = await format.findStreamInfo()
  if (probed < 0) await format.closeInput()
  return probed
}
