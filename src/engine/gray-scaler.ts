/** Small gray pictures of frames of any size and format: every point is the mean of what it covers. */
import { AV_PIX_FMT_GRAY8, type AVPixelFormat, SWS_AREA } from 'node-av/constants'
import { Frame, SoftwareScaleContext } from 'node-av/lib'
import { CameraError } from '../base/errors.ts'
import { check } from './native.ts'
import type { Size } from './picture/size.ts'

export class GrayScaler {
  readonly #size: Size
  #small: Frame | undefined
  #scaler: SoftwareScaleContext | undefined
  #builtFor = ''

  constructor(size: Size) {
    this.#size = size
  }

  /** Fills `gray` row by row. Errors: CameraError `internal`. */
  scale(frame: Frame, gray: Uint8Array): void {
    const { width, height } = this.#size
    const small = this.#target()
    check(this.#scalerFor(frame).scaleFrameSync(small, frame), 'gray picture')
    const [plane] = small.data ?? []
    const stride = small.linesize[0]
    if (!plane || !stride) throw new CameraError('internal', 'a frame has no planes')
    for (let row = 0; row < height; row += 1)
      gray.set(plane.subarray(row * stride, row * stride + width), row * width)
  }

  close(): void {
    this.#scaler?.freeContext()
    this.#scaler = undefined
    this.#small?.free()
    this.#small = undefined
  }

  #target(): Frame {
    if (this.#small !== undefined) return this.#small
    const small = new Frame()
    small.alloc()
    small.width = this.#size.width
    small.height = this.#size.height
    small.format = AV_PIX_FMT_GRAY8
    check(small.getBuffer(), 'gray picture')
    this.#small = small
    return small
  }

  #scalerFor({ width, height, format }: Frame): SoftwareScaleContext {
    const key = `${width}x${height} ${format}`
    if (key === this.#builtFor && this.#scaler !== undefined) return this.#scaler
    this.#scaler?.freeContext()
    const scaler = new SoftwareScaleContext()
    const { width: toWidth, height: toHeight } = this.#size
    scaler.getContext(width, height, format as AVPixelFormat, toWidth, toHeight, AV_PIX_FMT_GRAY8, SWS_AREA)
    this.#scaler = scaler
    this.#builtFor = key
    return scaler
  }
}
