/** Where on the screen a source's picture stands, and which part of it: framing, crop, masks. Pure geometry. */
import { type ViewWindow, WHOLE } from '../head/motion.ts'
import { type Area, even, largestInside, type Size } from './size.ts'

/** `fit` shows all of it between black bars, `fill` cuts off what has the wrong shape. */
export type Framing = 'fit' | 'fill'

export interface Placement {
  /** What can be seen of the source without head and crop, pixels of its picture. */
  readonly whole: Area
  /** The part of the above that the crop leaves, in fractions. */
  readonly part: ViewWindow
  /** Where that stands in the output. */
  readonly inner: Area
  /** The part of the uncropped screen that stands there, in fractions; it may reach beyond the screen. */
  readonly seen: ViewWindow
}

export interface Source extends Size {
  /** Width of a pixel divided by its height. */
  readonly pixelAspect: number
}

export interface Sight {
  /** Size of main: masks and crop are measured on it, whatever the shape of the output. */
  readonly screen: Size
  readonly crop: ViewWindow
  /** What the head sees. */
  readonly window: ViewWindow
}

export function placementOf(
  source: Source,
  framing: Framing,
  output: Size,
  { screen, crop, window }: Sight,
): Placement {
  const onScreen = shownOn(screen, source, framing)
  const seen = overlapOf(onScreen.picture, crop)
  if (seen !== undefined && !sameWindow(seen, onScreen.picture)) {
    return {
      whole: onScreen.whole,
      part: relativeTo(onScreen.picture, seen),
      inner: largestInside(output, seen.width * screen.width, seen.height * screen.height),
      seen,
    }
  }
  const { whole, inner, picture } = shownOn(output, source, framing)
  if (output.width * screen.height === output.height * screen.width)
    return { whole, part: WHOLE, inner, seen: picture }
  // Another shape shows more or less of the source than the screen does.
  const [x, width] = along('x', 'width')
  const [y, height] = along('y', 'height')
  return { whole, part: WHOLE, inner, seen: { x, y, width, height } }

  function along(at: 'x' | 'y', length: 'width' | 'height'): readonly [start: number, length: number] {
    const toScreen = (share: number) => {
      const pixel = whole[at] + (window[at] + share * window[length]) * whole[length]
      const ofHead = ((pixel - onScreen.whole[at]) / onScreen.whole[length] - window[at]) / window[length]
      return onScreen.picture[at] + ofHead * onScreen.picture[length]
    }
    return [toScreen(0), toScreen(1) - toScreen(0)]
  }
}

/** How a source stands on a screen without a crop; `picture` is `inner` in fractions. */
function shownOn(screen: Size, source: Source, framing: Framing) {
  const whole: Area =
    framing === 'fill'
      ? largestInside(source, screen.width, screen.height)
      : { width: even(source.width), height: even(source.height), x: 0, y: 0 }
  const inner: Area =
    framing === 'fill'
      ? { width: screen.width, height: screen.height, x: 0, y: 0 }
      : largestInside(screen, source.width * source.pixelAspect, source.height)
  const picture: ViewWindow = {
    x: inner.x / screen.width,
    y: inner.y / screen.height,
    width: inner.width / screen.width,
    height: inner.height / screen.height,
  }
  return { whole, inner, picture }
}

/** Masks on the screen, pixels, rounded outwards. What is not on it is left out. */
export function maskAreas(masks: readonly ViewWindow[], { inner, seen }: Placement, screen: Size): Area[] {
  return masks.flatMap((mask) => {
    const [left, right] = span(mask.x, mask.width, [seen.x, seen.width], [inner.x, inner.width], screen.width)
    const [top, bottom] = span(
      mask.y,
      mask.height,
      [seen.y, seen.height],
      [inner.y, inner.height],
      screen.height,
    )
    return right > left && bottom > top
      ? [{ x: left, y: top, width: right - left, height: bottom - top }]
      : []
  })
}

/** The black bars around the picture. */
export function barAreas({ inner }: Placement, { width, height }: Size): Area[] {
  const right = inner.x + inner.width
  const bottom = inner.y + inner.height
  const bars = [
    { x: 0, y: 0, width: inner.x, height },
    { x: right, y: 0, width: width - right, height },
    { x: 0, y: 0, width, height: inner.y },
    { x: 0, y: bottom, width, height: height - bottom },
  ]
  return bars.filter((bar) => bar.width > 0 && bar.height > 0)
}

type Range = readonly [start: number, length: number]

function span(start: number, length: number, seen: Range, inner: Range, limit: number): [number, number] {
  const at = (share: number) => inner[0] + ((share - seen[0]) / seen[1]) * inner[1]
  // A share such as 110/1280 is not exact.
  const tolerance = 1e-6
  const from = Math.floor(at(start) + tolerance)
  const to = Math.ceil(at(start + length) - tolerance)
  return [Math.max(0, from), Math.min(limit, to)]
}

function overlapOf(one: ViewWindow, other: ViewWindow): ViewWindow | undefined {
  const x = Math.max(one.x, other.x)
  const y = Math.max(one.y, other.y)
  const width = Math.min(one.x + one.width, other.x + other.width) - x
  const height = Math.min(one.y + one.height, other.y + other.height) - y
  return width > 0 && height > 0 ? { x, y, width, height } : undefined
}

function relativeTo(outer: ViewWindow, inner: ViewWindow): ViewWindow {
  return {
    x: (inner.x - outer.x) / outer.width,
    y: (inner.y - outer.y) / outer.height,
    width: inner.width / outer.width,
    height: inner.height / outer.height,
  }
}

function sameWindow(one: ViewWindow, other: ViewWindow): boolean {
  const isNear = (name: keyof ViewWindow) => Math.abs(one[name] - other[name]) < 1e-9
  return isNear('x') && isNear('y') && isNear('width') && isNear('height')
}
