/**
 * H.264 by libx264, made for live pictures: no B-frames, no look-ahead, one packet for one picture. x264 has no
 * GOP of its own; the caller says which picture is a key picture. The bit rate is a cap over constant quality:
 * a busy scene fills it, a still one stays below when it looks good enough (docs/design/media-path.md).
 */
import {
  AV_PICTURE_TYPE_I,
  AV_PICTURE_TYPE_NONE,
  AV_PIX_FMT_YUV420P,
  type AVColorSpace,
  FF_ENCODER_LIBX264,
} from 'node-av/constants'
import { Codec, CodecContext, type Frame, Packet, Rational } from 'node-av/lib'
import { CameraError } from '../../base/errors.ts'
import { type AccessUnit, readAccessUnit } from '../../media/codec/h264.ts'
import { check } from '../native.ts'
import type { Profile } from '../protocol.ts'

export interface X264Options {
  readonly width: number
  readonly height: number
  readonly frameRate: number
  readonly profile: Profile
  /** Upper bit rate, kbit/s. */
  readonly rateKbps: number
  readonly preset: 'superfast' | 'veryfast'
}

/** x264's names for the guide's profiles (Guide §3.5.1). */
const PROFILE_NAMES = { Base: 'baseline', Main: 'main', High: 'high' } as const

/**
 * Constant quality that the cap is put on, in x264's scale where 6 less is about twice the bits: good detail at
 * about 0.6 Mbit/s for a street at 720p15.
 */
const QUALITY = 24
/** Better than this cannot be told from the source. */
const BEST_QUALITY = 8
/** Better by so much for twice the rate: more than it costs, so that it is used. */
const STEP = 9
/** The rate that goes with `QUALITY`. A higher one buys a better picture. */
const USUAL = { rateKbps: 2048, pixelRate: 1280 * 720 * 15 }
/** Twice the pixels need less than twice the bits. */
const BITS_BY_PIXELS = 0.75

/** From this size on one thread is late for 30 pictures a second. */
const TWO_THREADS_ABOVE_PIXELS = 1920 * 1088

export class X264Encoder {
  readonly #pixelRate: number
  readonly #context = new CodecContext()
  readonly #packet = new Packet()

  /** `colours` is the matrix of the pictures (H.264 table E-5). Errors: CameraError `internal`. */
  constructor(options: X264Options, colours: AVColorSpace) {
    const { width, height, frameRate, profile, preset } = options
    const codec = Codec.findEncoderByName(FF_ENCODER_LIBX264)
    if (!codec) throw new CameraError('internal', 'libx264 is missing')
    const context = this.#context
    context.allocContext3(codec)
    context.width = width
    context.height = height
    context.pixelFormat = AV_PIX_FMT_YUV420P
    context.colorSpace = colours
    context.timeBase = new Rational(1, 90000)
    context.framerate = new Rational(frameRate, 1)
    context.gopSize = 100_000
    context.maxBFrames = 0
    context.threadCount = width * height > TWO_THREADS_ABOVE_PIXELS ? 2 : 1
    this.#pixelRate = width * height * frameRate
    const settings = {
      preset,
      tune: 'zerolatency',
      profile: PROFILE_NAMES[profile],
      'forced-idr': '1',
    }
    for (const [name, value] of Object.entries(settings))
      check(context.setOption(name, value), `x264 ${name}`)
    this.setRate(options.rateKbps)
    check(context.open2Sync(codec, null), 'x264')
    this.#packet.alloc()
  }

  /** Takes effect with the next picture. */
  setRate(rateKbps: number): void {
    this.#context.rcMaxRate = BigInt(rateKbps * 1000)
    // One second: pictures of a busy scene may differ in size, a mean over seconds does not.
    this.#context.rcBufferSize = rateKbps * 1000
    check(this.#context.setOption('crf', String(qualityAt(rateKbps, this.#pixelRate))), 'x264 crf')
  }

  /** Encodes one picture; its `pts` and picture type are overwritten. Errors: CameraError `internal`. */
  encode(frame: Frame, pts90k: number, key: boolean): AccessUnit[] {
    frame.pts = BigInt(pts90k)
    frame.pictType = key ? AV_PICTURE_TYPE_I : AV_PICTURE_TYPE_NONE
    check(this.#context.sendFrameSync(frame), 'x264')
    const units: AccessUnit[] = []
    while (this.#context.receivePacketSync(this.#packet) >= 0) {
      const { data } = this.#packet
      if (data) units.push(readAccessUnit(data))
      this.#packet.unref()
    }
    return units
  }

  close(): void {
    this.#packet.free()
    this.#context.freeContext()
  }
}

/** `pixelRate` is in pixels per second. */
function qualityAt(rateKbps: number, pixelRate: number): number {
  const usualKbps = USUAL.rateKbps * (pixelRate / USUAL.pixelRate) ** BITS_BY_PIXELS
  const better = STEP * Math.log2(rateKbps / usualKbps)
  return Math.round(Math.min(QUALITY, Math.max(BEST_QUALITY, QUALITY - better)))
}
