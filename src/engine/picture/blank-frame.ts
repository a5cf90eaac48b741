/** Frames that are painted by ourselves. */
import { AV_PIX_FMT_YUV420P, AVCOL_RANGE_MPEG, AVCOL_SPC_SMPTE170M } from 'node-av/constants'
import { Frame } from 'node-av/lib'
import { CameraError } from '../../base/errors.ts'
import { check } from '../native.ts'
import type { Planes } from '../scene/canvas.ts'
import type { Size } from './size.ts'

/** An empty frame in the colours of `scene/colour.ts`. Errors: CameraError `internal`. */
export function createFrame({ width, height }: Size): Frame {
  const frame = new Frame()
  frame.alloc()
  frame.width = width
  frame.height = height
  frame.format = AV_PIX_FMT_YUV420P
  frame.colorSpace = AVCOL_SPC_SMPTE170M
  frame.colorRange = AVCOL_RANGE_MPEG
  check(frame.getBuffer(), 'picture buffer')
  return frame
}

/** Raw views into a frame: they must not be touched once the frame is freed. */
export function planesOf(frame: Frame): Planes {
  const [y, u, v] = frame.data ?? []
  const [yStride, cStride] = frame.linesize
  if (!y || !u || !v || !yStride || !cStride) throw new CameraError('internal', 'a frame has no planes')
  return { width: frame.width, height: frame.height, y, u, v, yStride, cStride }
}
