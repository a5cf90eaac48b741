/** For tests: moving pictures that no encoder finds easy. */
import { execFileSync } from 'node:child_process'
import type { Frame } from 'node-av/lib'
import { createFrame, planesOf } from './picture/blank-frame.ts'
import type { Size } from './picture/size.ts'

/** FFmpeg's test picture in motion with film grain over it. */
export const BUSY = 'noise=alls=24:allf=t'

/** Frames of planar 4:2:0, one after the other. */
function busyFrames({ width, height }: Size, count: number): Buffer {
  const source = `testsrc2=s=${width}x${height}:r=15,${BUSY}`
  const args = ['-v', 'error', '-f', 'lavfi', '-i', source, '-frames:v', String(count)]
  return execFileSync('ffmpeg', [...args, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'], {
    maxBuffer: 2 ** 30,
  })
}

/** A clip that repeats, in a frame that is used again and again. */
export class BusyClip {
  readonly #size: Size
  readonly #raw: Buffer
  readonly #frame: Frame

  constructor(size: Size, count: number) {
    this.#size = size
    this.#raw = busyFrames(size, count)
    this.#frame = createFrame(size)
  }

  at(index: number): Frame {
    const { width, height } = this.#size
    const bytes = width * height * 1.5
    const { y, u, v, yStride, cStride } = planesOf(this.#frame)
    let from = (index % (this.#raw.length / bytes)) * bytes
    for (const [plane, stride, columns, rows] of [
      [y, yStride, width, height],
      [u, cStride, width / 2, height / 2],
      [v, cStride, width / 2, height / 2],
    ] as const) {
      for (let row = 0; row < rows; row += 1, from += columns) {
        plane.set(this.#raw.subarray(from, from + columns), row * stride)
      }
    }
    return this.#frame
  }

  close(): void {
    this.#frame.free()
  }
}
