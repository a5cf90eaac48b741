/** Small gray pictures of frames of any size and format. */
import { AV_PIX_FMT_GRAY8, type AVPixelFormat, SWS_AREA, type SwsFlags } from 'node-av/constants'
import { Frame, SoftwareScaleContext } from 'node-av/lib'
import { CameraError } from '../base/errors.ts'
import { check } from './native.ts'
import type { Size } from './picture/size.ts'

export class GrayScaler {
  readonly #size: Size
  readonly #flags: SwsFlags
  #small: { readonly frame: Frame; readonly plane: Uint8Array; readonly stride: number } | undefined
  #scaler: SoftwareScaleContext | undefined
  #builtFor = ''

  /** `flags` as for FFmpeg's scaler; without, every point is the mean of what it covers. */
  constructor(size: Size, flags: SwsFlags = SWS_AREA) {
    this.#size = size
    this.#flags = flags
  }

  /** Fills `gray` row by row. Errors: CameraError `internal`. */
  scale(frame: Frame, gray: Uint8Array): void {
    const { width, height } = this.#size
    const { frame: small, plane, stride } = this.#target()
    check(this.#scalerFor(frame).scaleFrameSync(small, frame), 'gray picture')
    for (let row = 0; row < height; row += 1)
      gray.set(plane.subarray(row * stride, row * stride + width), row * width)
  }

  close(): void {
    this.#scaler?.freeContext()
    this.#scaler = undefined
    this.#small?.frame.free()
    this.#small = undefined
  }

  /** Its plane stays where it is: to ask for it costs more than to fill it. */
  #target() {
    if (this.#small !== undefined) return this.#small
    const frame = new Frame()
    frame.alloc()
    frame.width = this.#size.width
    frame.height = this.#size.height
    frame.format = AV_PIX_FMT_GRAY8
    check(frame.getBuffer(), 'gray picture')
    const [plane] = frame.data ?? []
    const stride = frame.linesize[0]
    if (!plane || !stride) throw new CameraError('internal', 'a frame has no planes')
    this.#small = { frame, plane, stride }
    return this.#small
  }

  #scalerFor({ width, height, format }: Frame): SoftwareScaleContext {
    const key = `${width}x${height} ${format}`
    if (key === this.#builtFor && this.#scaler !== undefined) return this.#scaler
    this.#scaler?.freeContext()
    const scaler = new SoftwareScaleContext()
    const { width: toWidth, height: toHeight } = this.#size
    scaler.getContext(
      width,
      height,
      format as AVPixelFormat,
      toWidth,
      toHeight,
      AV_PIX_FMT_GRAY8,
      this.#flags,
    )
    this.#scaler = scaler
    this.#builtFor = key
    return scaler
  }
}
