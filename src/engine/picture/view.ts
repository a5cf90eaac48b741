/**
 * From a picture of any size to a picture of the wanted one. This is the picture graph: what changes the
 * image itself (colours, masks, a moving window) belongs into its chain, so that it lies under the OSD.
 * A chain is built for one kind of input and built anew when the input changes.
 */
import type { Frame } from 'node-av/lib'
import type { ViewWindow } from '../head/motion.ts'
import type { PictureSettings } from '../protocol.ts'
import { Graph, sourceOptions } from './graph.ts'
import type { Picture } from './picture.ts'
import { type Area, even, largestInside, type Size } from './size.ts'

/** `fit` shows all of it between black bars, `fill` cuts off what has the wrong shape. */
export type Framing = 'fit' | 'fill'

/** Luma from 16 to 235 as in video, or from 0 to 255 as in JPEG (H.264 §E.2.1 video_full_range_flag). */
export type Levels = 'video' | 'full'

export class View {
  readonly #size: Size
  readonly #levels: Levels
  #graph: Graph | undefined
  #builtFor = ''
  /** The part of the input that is seen. */
  #window = ''

  constructor(size: Size, levels: Levels) {
    this.#size = size
    this.#levels = levels
  }

  /** Writes a picture at the view's size, as planar 4:2:0, into `output`. Errors: CameraError `internal`. */
  run({ frame, framing }: Picture, window: ViewWindow, settings: PictureSettings, output: Frame): void {
    const whole = framing === 'fill' ? this.#shapeOf(frame) : { ...sizeOf(frame), x: 0, y: 0 }
    const scale = framing === 'fill' ? this.#scale(this.#size) : this.#fit(frame)
    const { horizontal, vertical } = flipsOf(settings)
    // Only scale adapts itself when the crop changes its size: everything else comes after it.
    const flips = [...(horizontal ? ['hflip'] : []), ...(vertical ? ['vflip'] : [])]
    const chain = [`crop@ptz=${cropOf(whole, WHOLE)}`, scale, ...flips].join(',')
    const key = `${chain} ${sourceOptions(frame)}`
    if (key !== this.#builtFor) {
      this.close()
      this.#graph = new Graph(chain, frame)
      this.#builtFor = key
      this.#window = cropOf(whole, WHOLE)
    }
    this.#look(whole, {
      ...window,
      x: horizontal ? 1 - window.x - window.width : window.x,
      y: vertical ? 1 - window.y - window.height : window.y,
    })
    this.#graph?.run(frame, output)
  }

  close(): void {
    this.#graph?.close()
    this.#graph = undefined
    this.#builtFor = ''
  }

  #look(whole: Area, window: ViewWindow): void {
    const wanted = cropOf(whole, window)
    if (wanted === this.#window) return
    const [width, height, x, y] = wanted.split(':') as [string, string, string, string]
    for (const [option, value] of Object.entries({ w: width, h: height, x, y }))
      this.#graph?.command('crop@ptz', option, value)
    this.#window = wanted
  }

  /** The part of a picture that has the view's shape. */
  #shapeOf(frame: Frame): Area {
    return largestInside(frame, this.#size.width, this.#size.height)
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

const WHOLE: ViewWindow = { x: 0, y: 0, width: 1, height: 1 }

function sizeOf({ width, height }: Size): Size {
  return { width: even(width), height: even(height) }
}

/** `width:height:x:y` of a window in pixels. */
function cropOf(whole: Area, window: ViewWindow): string {
  const width = Math.min(even(whole.width * window.width + 1), whole.width)
  const height = Math.min(even(whole.height * window.height + 1), whole.height)
  const at = (start: number, room: number, share: number) => start + Math.floor((room * share) / 2) * 2
  const x = Math.min(at(whole.x, whole.width, window.x), whole.x + whole.width - width)
  const y = Math.min(at(whole.y, whole.height, window.y), whole.y + whole.height - height)
  return `${width}:${height}:${x}:${y}`
}

/** Turned by 180° is both; mirrored and turned leaves up and down exchanged. */
function flipsOf({ mirror, rotate }: PictureSettings): { horizontal: boolean; vertical: boolean } {
  return { horizontal: mirror !== rotate, vertical: rotate }
}
