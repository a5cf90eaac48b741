/** Colours as video has them: ITU-R BT.601 with luma from 16 to 235. */

export interface Colour {
  readonly y: number
  readonly u: number
  readonly v: number
}

/** A colour from `#rrggbb`. */
export function rgb(hex: string): Colour {
  const value = Number.parseInt(hex.slice(1), 16)
  const [r, g, b] = [(value >> 16) & 255, (value >> 8) & 255, value & 255]
  return {
    y: Math.round(16 + 0.257 * r + 0.504 * g + 0.098 * b),
    u: Math.round(128 - 0.148 * r - 0.291 * g + 0.439 * b),
    v: Math.round(128 + 0.439 * r - 0.368 * g - 0.071 * b),
  }
}

/** The colour between two others: `share` 0 is the first, 1 the second. */
export function mix(from: Colour, to: Colour, share: number): Colour {
  const between = (a: number, b: number) => Math.round(a + (b - a) * share)
  return { y: between(from.y, to.y), u: between(from.u, to.u), v: between(from.v, to.v) }
}

/** The same colour in the shade (factor below 1) or in the sun (above 1). */
export function shade({ y, u, v }: Colour, factor: number): Colour {
  return { y: Math.max(16, Math.min(235, Math.round(16 + (y - 16) * factor))), u, v }
}
