/**
 * From a picture of any size to a picture of the wanted one: window, crop, scale, mirror, and the filters of the
 * sensor. A chain is built for one kind of input and built anew when the input or its text changes.
 */
import type { Frame } from 'node-av/lib'
import { type Lens, type ViewWindow, WHOLE, within } from '../head/motion.ts'
import { Graph, sourceOptions } from './graph.ts'
import { lensFilters, setLens } from './lens.ts'
import type { Levels, Picture, Rendition } from './picture.ts'
import { type Placement, placementOf } from './placement.ts'
import { type Area, even, type Size } from './size.ts'
import type { Treatment } from './treatment.ts'

export class View {
  readonly #size: Size
  readonly #levels: Levels
  #graph: Graph | undefined
  #builtFor = ''
  /** The part of the input that is seen. */
  #window = ''
  /** What the lens was last set to. */
  #lens = ''

  constructor(size: Size, levels: Levels) {
    this.#size = size
    this.#levels = levels
  }

  /**
   * Writes a picture at the view's size, as planar 4:2:0, into `output`, and tells where it stands.
   * Errors: CameraError `internal`.
   */
  run(
    { frame, framing }: Picture,
    sight: Pick<Rendition, 'window' | 'crop' | 'screen' | 'lens'>,
    { horizontal, vertical, sensor }: Treatment,
    output: Frame,
  ): Placement {
    const { num, den } = frame.sampleAspectRatio
    const pixelAspect = num > 0 && den > 0 ? num / den : 1
    const source = { width: frame.width, height: frame.height, pixelAspect }
    const placement = placementOf(source, framing, this.#size, sight)
    const { whole, part } = placement
    // Only scale adapts itself when the crop changes its size: everything else comes after it.
    const flips = [...(horizontal ? ['hflip'] : []), ...(vertical ? ['vflip'] : [])]
    const chain = [
      `crop@ptz=${cropOf(whole, WHOLE)}`,
      this.#scale(placement.inner, framing === 'fit'),
      ...flips,
      ...lensFilters(sight.lens),
      ...sensor,
    ].join(',')
    const key = `${chain} ${sourceOptions(frame)}`
    if (key !== this.#builtFor) {
      this.close()
      this.#graph = new Graph(chain, frame)
      this.#builtFor = key
      this.#window = cropOf(whole, WHOLE)
      this.#lens = ''
    }
    const visible = within(sight.window, part)
    this.#look(whole, {
      ...visible,
      x: horizontal ? 1 - visible.x - visible.width : visible.x,
      y: vertical ? 1 - visible.y - visible.height : visible.y,
    })
    this.#focus(sight.lens)
    this.#graph?.run(frame, output)
    return placement
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

  #focus(lens: Lens): void {
    const wanted = JSON.stringify(lens)
    if (wanted === this.#lens || this.#graph === undefined) return
    setLens(this.#graph, lens, this.#size.width)
    this.#lens = wanted
  }

  #scale(inner: Area, squarePixels: boolean): string {
    const { width, height } = this.#size
    const range = this.#levels === 'full' ? 'pc' : 'tv'
    const bars = inner.width < width || inner.height < height
    return [
      `scale@ptz=${inner.width}:${inner.height}:flags=bilinear:out_range=${range}`,
      'format=yuv420p',
      ...(bars ? [`pad=${width}:${height}:${inner.x}:${inner.y}`] : []),
      ...(squarePixels || bars ? ['setsar=1'] : []),
    ].join(',')
  }
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
