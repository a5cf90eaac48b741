/** AAC-LC by FFmpeg's own encoder: 16 kHz mono at 32 kbit/s, 1024 samples to a frame. */
import { AV_CHANNEL_ORDER_NATIVE, AV_SAMPLE_FMT_FLTP, FF_ENCODER_AAC } from 'node-av/constants'
import { Codec, CodecContext, Frame, Packet, Rational } from 'node-av/lib'
import { CameraError } from '../../base/errors.ts'
import type { AudioFormat } from '../../media/packet.ts'
import { check } from '../native.ts'
import { SAMPLE_RATE, SOUND_KBPS } from '../sound-rate.ts'

/** Samples of one frame (ISO/IEC 14496-3 §4.5.1.1, frameLengthFlag 0). */
export const FRAME_SAMPLES = 1024

/** One channel, front centre (AV_CH_FRONT_CENTER). */
const MONO = { nbChannels: 1, order: AV_CHANNEL_ORDER_NATIVE, mask: 4n }

export interface AacFrame {
  /** Without ADTS header. */
  readonly data: Uint8Array
  /** Number of the first sample, on the count that `encode` is given. */
  readonly firstSample: number
}

export class AacEncoder {
  readonly format: AudioFormat
  readonly #context = new CodecContext()
  readonly #packet = new Packet()
  readonly #frame = new Frame()

  constructor() {
    const codec = Codec.findEncoderByName(FF_ENCODER_AAC)
    if (!codec) throw new CameraError('internal', 'the AAC encoder is missing')
    const context = this.#context
    context.allocContext3(codec)
    context.sampleFormat = AV_SAMPLE_FMT_FLTP
    context.sampleRate = SAMPLE_RATE
    context.channelLayout = MONO
    context.bitRate = BigInt(SOUND_KBPS * 1000)
    context.timeBase = new Rational(1, SAMPLE_RATE)
    check(context.open2Sync(codec, null), 'aac')
    // FFmpeg appends a synchronisation extension; a plain AAC-LC configuration is the first two bytes.
    const config = Uint8Array.from(context.extraData?.subarray(0, 2) ?? [])
    this.format = { codec: 'aac', sampleRate: SAMPLE_RATE, channels: 1, rateKbps: SOUND_KBPS, config }
    this.#packet.alloc()
    this.#frame.alloc()
  }

  /** Encodes FRAME_SAMPLES samples from -1 to 1. What comes out lies one frame back: the encoder looks ahead. */
  encode(samples: Float32Array, firstSample: number): AacFrame[] {
    const frame = this.#frame
    frame.format = AV_SAMPLE_FMT_FLTP
    frame.nbSamples = FRAME_SAMPLES
    frame.sampleRate = SAMPLE_RATE
    frame.channelLayout = MONO
    check(frame.getBuffer(), 'aac')
    frame.data?.[0]?.set(new Uint8Array(samples.buffer, samples.byteOffset, samples.byteLength))
    frame.pts = BigInt(firstSample)
    check(this.#context.sendFrameSync(frame), 'aac')
    frame.unref()
    return this.#received()
  }

  close(): void {
    this.#packet.free()
    this.#frame.free()
    this.#context.freeContext()
  }

  #received(): AacFrame[] {
    const frames: AacFrame[] = []
    while (this.#context.receivePacketSync(this.#packet) >= 0) {
      const { data, pts } = this.#packet
      if (data) frames.push({ data: Uint8Array.from(data), firstSample: Number(pts) })
      this.#packet.unref()
    }
    return frames
  }
}
