/**
 * From a picture of any size to a picture of the wanted one. This is the picture graph: what changes the
 * image itself (colours, masks, a moving window) belongs into its chain, so that it lies under the OSD.
 * A chain is built for one kind of input and built anew when the input changes.
 */
import type { Frame } from 'node-av/lib'
import { Graph, sourceOptions } from './graph.ts'
import { largestInside, type Size } from './size.ts'

/** `fit` shows all of it between black bars, `fill` cuts off what has the wrong shape. */
export type Framing = 'fit' | 'fill'

/** Luma from 16 to 235 as in video, or from 0 to 255 as in JPEG (H.264 §E.2.1 video_full_range_flag). */
export type Levels = 'video' | 'full'

export class View {
  readonly #size: Size
  readonly #levels: Levels
  #graph: Graph | undefined
  #builtFor = ''

  constructor(size: Size, levels: Levels) {
    this.#size = size
    this.#levels = levels
  }

  /** Writes `input` at the view's size, as planar 4:2:0, into `output`. Errors: CameraError `internal`. */
  run(input: Frame, framing: Framing, output: Frame): void {
    const key = `${framing}:${sourceOptions(input)}`
    if (key !== this.#builtFor) {
      this.close()
      this.#graph = new Graph(framing === 'fill' ? this.#fill(input) : this.#fit(input), input)
      this.#builtFor = key
    }
    this.#graph?.run(input, output)
  }

  close(): void {
    this.#graph?.close()
    this.#graph = undefined
    this.#builtFor = ''
  }

  #fill(input: Frame): string {
    const { width, height } = this.#size
    const window = largestInside(input, width, height)
    return `crop@ptz=${window.width}:${window.height}:${window.x}:${window.y},${this.#scale(this.#size)}`
  }

  #fit(input: Frame): string {
    const { num, den } = input.sampleAspectRatio
    const pixelAspect = num > 0 && den > 0 ? num / den : 1
    const inner = largestInside(this.#size, input.width * pixelAspect, input.height)
    const { width, height } = this.#size
    const bars = inner.width < width || inner.height < height
    const pad = bars ? `,pad=${width}:${height}:${inner.x}:${inner.y}` : ''
    return `${this.#scale(inner)}${pad},setsar=1`
  }

  #scale({ width, height }: Size): string {
    const range = this.#levels === 'full' ? 'pc' : 'tv'
    return `scale@ptz=${width}:${height}:flags=bilinear:out_range=${range},format=yuv420p`
  }
}
