/** The pictures of one stream: paced, drawn at its size, encoded. It knows when a key picture is due. */
import {
  AVCOL_SPC_BT470BG,
  AVCOL_SPC_BT709,
  AVCOL_SPC_SMPTE170M,
  AVCOL_SPC_UNSPECIFIED,
  type AVColorSpace,
} from 'node-av/constants'
import type { Frame } from 'node-av/lib'
import type { StreamName, VideoFormat } from '../media/packet.ts'
import { BitBudget } from './encoder/bit-budget.ts'
import { X264Encoder } from './encoder/x264.ts'
import { Pacer } from './pacer.ts'
import { PictureChain } from './picture/chain.ts'
import type { Picture, Rendition } from './picture/picture.ts'
import type { EncoderSettings } from './protocol.ts'

/** Colour matrices that are passed on (H.264 table E-5); 5 and 6 are the same one. */
const MATRICES = new Map<AVColorSpace, AVColorSpace>([
  [AVCOL_SPC_BT709, AVCOL_SPC_BT709],
  [AVCOL_SPC_BT470BG, AVCOL_SPC_SMPTE170M],
  [AVCOL_SPC_SMPTE170M, AVCOL_SPC_SMPTE170M],
])

export interface VideoUnit {
  /** In AVC form, without parameter sets. */
  readonly data: Uint8Array
  readonly pts90k: number
  readonly isKey: boolean
  /** Present with a key picture. */
  readonly format: VideoFormat | undefined
}

export class VideoTrack {
  readonly #name: StreamName
  #settings: EncoderSettings
  #pacer: Pacer
  #chain: PictureChain
  #encoder: X264Encoder | undefined
  #colours: AVColorSpace = AVCOL_SPC_UNSPECIFIED
  #keyWanted = false
  #lastKeyPts90k = Number.NEGATIVE_INFINITY
  #budget = new BitBudget(0)

  constructor(name: StreamName, settings: EncoderSettings, nowMs: number) {
    this.#name = name
    this.#settings = settings
    this.#pacer = new Pacer(settings.frameRate, nowMs)
    this.#chain = new PictureChain(settings)
  }

  /** Time of the next picture, milliseconds of the timeline. */
  get dueMs(): number {
    return this.#pacer.dueMs
  }

  /** A new bit rate or key frame interval changes the running encoder, anything else begins a new one. */
  configure(settings: EncoderSettings, nowMs: number): void {
    const old = this.#settings
    this.#settings = settings
    if (settings.rateKbps !== old.rateKbps) {
      this.#encoder?.setRate(settings.rateKbps)
      this.#budget.setRate(settings.rateKbps)
    }
    if (settings.frameRate !== old.frameRate) this.#pacer = new Pacer(settings.frameRate, nowMs)
    if (settings.width !== old.width || settings.height !== old.height) {
      this.#chain.close()
      this.#chain = new PictureChain(settings)
    }
    if (needsNewEncoder(old, settings)) this.#closeEncoder()
  }

  requestKey(): void {
    this.#keyWanted = true
  }

  /** Time of the picture that is due, milliseconds and 1/90000 s; undefined if none is. */
  take(nowMs: number): { readonly atMs: number; readonly pts90k: number } | undefined {
    const slot = this.#pacer.take(nowMs)
    if (slot === undefined) return undefined
    const { frameRate } = this.#settings
    return { atMs: (slot * 1000) / frameRate, pts90k: Math.round((slot * 90000) / frameRate) }
  }

  /** The picture at this stream's size, lent until the next call. Errors: CameraError `internal`. */
  draw(picture: Picture, rendition: Rendition): Frame {
    return this.#chain.render(picture, rendition)
  }

  /** The picture drawn last, without words. */
  get treated(): PictureChain['treated'] {
    return this.#chain.treated
  }

  /** Nothing if there are no bits left for this picture. Errors: CameraError `internal`. */
  encode(frame: Frame, pts90k: number): VideoUnit[] {
    const encoder = this.#encoderFor(frame)
    const gop90k = this.#settings.gopSeconds * 90000
    // Half a period of tolerance: slots are rounded, and a late one was left out.
    const isDue = pts90k - this.#lastKeyPts90k >= gop90k - 45000 / this.#settings.frameRate
    const key = this.#keyWanted || isDue
    if (!this.#budget.allows(pts90k) && !key) return []
    if (key) this.#lastKeyPts90k = pts90k
    this.#keyWanted = false
    return encoder.encode(frame, pts90k, key).map(({ data, isKey, sps, pps }) => {
      this.#budget.spend(data.length)
      return { data, pts90k, isKey, format: sps && pps && this.#format(sps, pps) }
    })
  }

  close(): void {
    this.#closeEncoder()
    this.#chain.close()
  }

  /** A picture without marked colours, such as the one for no signal, goes through whatever runs. */
  #encoderFor({ colorSpace, height }: Frame): X264Encoder {
    const marked = MATRICES.get(colorSpace)
    if (marked !== undefined && marked !== this.#colours) this.#closeEncoder()
    if (!this.#encoder) {
      // Players guess the same from the size.
      this.#colours = marked ?? (height >= 720 ? AVCOL_SPC_BT709 : AVCOL_SPC_SMPTE170M)
      const preset = this.#name === 'main' ? 'superfast' : 'veryfast'
      this.#encoder = new X264Encoder({ ...this.#settings, preset }, this.#colours)
      this.#budget = new BitBudget(this.#settings.rateKbps)
      this.#keyWanted = true
    }
    return this.#encoder
  }

  #closeEncoder(): void {
    this.#encoder?.close()
    this.#encoder = undefined
  }

  #format(sps: Uint8Array, pps: Uint8Array): VideoFormat {
    const { width, height, frameRate, rateKbps } = this.#settings
    return { codec: 'h264', width, height, frameRate, rateKbps, sps, pps }
  }
}

function needsNewEncoder(old: EncoderSettings, settings: EncoderSettings): boolean {
  return (['width', 'height', 'frameRate', 'profile'] as const).some((key) => old[key] !== settings[key])
}
