/** Still pictures: the newest picture of the source with the OSD, as JPEG in any size. */
import {
  AV_CODEC_FLAG_QSCALE,
  AV_PIX_FMT_YUV420P,
  AVCOL_RANGE_JPEG,
  FF_ENCODER_MJPEG,
} from 'node-av/constants'
import { Codec, CodecContext, type Frame, Packet, Rational } from 'node-av/lib'
import { CameraError } from '../base/errors.ts'
import { check } from './native.ts'
import { PictureChain } from './picture/chain.ts'
import type { Picture, Rendition } from './picture/picture.ts'
import { even, type Size } from './picture/size.ts'

/** JPEG quantiser from 2 (best) to 31, in FFmpeg's lambda units (FF_QP2LAMBDA 118). */
const QUALITY_LAMBDA = 4 * 118

/** Sizes that are kept ready; clients ask for the same one or two again and again. */
const KEPT_SIZES = 2

export class Snapshots {
  readonly #cameras = new Map<string, StillCamera>()

  /** One JPEG file of that size, rounded down to even numbers. Errors: CameraError `internal`. */
  take(picture: Picture, rendition: Rendition, wanted: Size): Uint8Array {
    const size = { width: even(wanted.width), height: even(wanted.height) }
    const key = `${size.width}x${size.height}`
    const camera = this.#cameras.get(key) ?? new StillCamera(size)
    // Put back at the end: the first key is the one that was not used for longest.
    this.#cameras.delete(key)
    this.#cameras.set(key, camera)
    for (const [oldest, unused] of this.#cameras) {
      if (this.#cameras.size <= KEPT_SIZES) break
      unused.close()
      this.#cameras.delete(oldest)
    }
    return camera.take(picture, rendition)
  }
}

class StillCamera {
  readonly #chain: PictureChain
  readonly #encoder: JpegEncoder

  constructor(size: Size) {
    this.#chain = new PictureChain(size, 'full')
    this.#encoder = new JpegEncoder(size)
  }

  take(picture: Picture, rendition: Rendition): Uint8Array {
    return this.#encoder.encode(this.#chain.render(picture, rendition))
  }

  close(): void {
    this.#chain.close()
    this.#encoder.close()
  }
}

class JpegEncoder {
  readonly #context = new CodecContext()
  readonly #packet = new Packet()
  #count = 0n

  constructor({ width, height }: Size) {
    const codec = Codec.findEncoderByName(FF_ENCODER_MJPEG)
    if (!codec) throw new CameraError('internal', 'the JPEG encoder is missing')
    const context = this.#context
    context.allocContext3(codec)
    context.width = width
    context.height = height
    context.pixelFormat = AV_PIX_FMT_YUV420P
    context.colorRange = AVCOL_RANGE_JPEG
    context.timeBase = new Rational(1, 25)
    context.setFlags(AV_CODEC_FLAG_QSCALE)
    context.globalQuality = QUALITY_LAMBDA
    check(context.setOption('strict', 'unofficial'), 'jpeg')
    check(context.open2Sync(codec, null), 'jpeg')
    this.#packet.alloc()
  }

  encode(frame: Frame): Uint8Array {
    // The encoder refuses a time that does not grow.
    frame.pts = this.#count
    this.#count += 1n
    frame.quality = QUALITY_LAMBDA
    check(this.#context.sendFrameSync(frame), 'jpeg')
    check(this.#context.receivePacketSync(this.#packet), 'jpeg')
    const jpeg = Uint8Array.from(this.#packet.data ?? [])
    this.#packet.unref()
    return jpeg
  }

  close(): void {
    this.#packet.free()
    this.#context.freeContext()
  }
}
