/** Rectangles of pixels, even in every number because chroma has half the resolution of luma (4:2:0). */

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Area extends Size {
  readonly x: number
  readonly y: number
}

/** The nearest even number from 2 on that is not above `value`. */
export function even(value: number): number {
  return Math.max(2, Math.floor(value / 2) * 2)
}

/** The largest area of the shape `width:height` in the middle of `outer`. */
export function largestInside(outer: Size, width: number, height: number): Area {
  const scale = Math.min(outer.width / width, outer.height / height)
  const inner = {
    width: Math.min(even(width * scale + 1), even(outer.width)),
    height: Math.min(even(height * scale + 1), even(outer.height)),
  }
  return { ...inner, x: middle(outer.width, inner.width), y: middle(outer.height, inner.height) }
}

const middle = (outer: number, inner: number) => Math.floor((outer - inner) / 4) * 2
