/** How bright a picture is, in few cells: all that the engine looks at to judge the light. */
import { AV_PIX_FMT_GRAY8, type AVPixelFormat, SWS_AREA } from 'node-av/constants'
import { Frame, SoftwareScaleContext } from 'node-av/lib'
import { CameraError } from '../../base/errors.ts'
import { check } from '../native.ts'

const COLUMNS = 32
const ROWS = 18

export class LightMeter {
  #scaler: SoftwareScaleContext | undefined
  #builtFor = ''

  /** Mean brightness of 32 × 18 cells, row by row, 0 (black) to 255 (white) whatever the levels of the picture. Errors: CameraError `internal`. */
  cells(frame: Frame): Uint8Array {
    const small = new Frame()
    small.alloc()
    small.width = COLUMNS
    small.height = ROWS
    small.format = AV_PIX_FMT_GRAY8
    try {
      check(small.getBuffer(), 'light meter')
      check(this.#scalerFor(frame).scaleFrameSync(small, frame), 'light meter')
      const [plane] = small.data ?? []
      const stride = small.linesize[0]
      if (!plane || !stride) throw new CameraError('internal', 'a frame has no planes')
      const cells = new Uint8Array(COLUMNS * ROWS)
      for (let row = 0; row < ROWS; row += 1)
        cells.set(plane.subarray(row * stride, row * stride + COLUMNS), row * COLUMNS)
      return cells
    } finally {
      small.free()
    }
  }

  close(): void {
    this.#scaler?.freeContext()
    this.#scaler = undefined
  }

  #scalerFor({ width, height, format }: Frame): SoftwareScaleContext {
    const key = `${width}x${height} ${format}`
    if (key === this.#builtFor && this.#scaler !== undefined) return this.#scaler
    this.close()
    const scaler = new SoftwareScaleContext()
    scaler.getContext(width, height, format as AVPixelFormat, COLUMNS, ROWS, AV_PIX_FMT_GRAY8, SWS_AREA)
    this.#scaler = scaler
    this.#builtFor = key
    return scaler
  }
}

export function meanOf(cells: Uint8Array): number {
  return cells.reduce((sum, cell) => sum + cell, 0) / cells.length
}
