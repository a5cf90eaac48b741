/** Evens out the pulsation of lamps: what a whole picture is brighter or darker than the last second. Pure but for its memory. */

/** How fast the mean of the past follows the pictures. */
const MEMORY_MS = 1000
/** More is no flicker: somebody switched the light. */
const LARGEST_RATIO = 1.6
/** Smaller differences cannot be seen, and would cost a new table for every picture. */
const SMALLEST_STEP = 1 / 256
/** Darker cells tell nothing about ratios. */
const DARKEST = 12

export class FlickerMeter {
  #past: Float32Array | undefined
  #atMs = 0

  /** The gain for a picture with these cells (LightMeter), 1 if it is as bright as the past. */
  gainFor(cells: Uint8Array, atMs: number): number {
    const past = this.#past
    if (past === undefined || past.length !== cells.length) return this.#begin(cells, atMs)
    const ratio = medianRatio(cells, past)
    if (ratio > LARGEST_RATIO || ratio < 1 / LARGEST_RATIO) return this.#begin(cells, atMs)
    const share = Math.min(1, Math.max(0, atMs - this.#atMs) / MEMORY_MS)
    this.#atMs = atMs
    for (const [index, cell] of cells.entries()) past[index]! += (cell - past[index]!) * share
    return Math.round(1 / ratio / SMALLEST_STEP) * SMALLEST_STEP
  }

  forget(): void {
    this.#past = undefined
  }

  #begin(cells: Uint8Array, atMs: number): number {
    this.#past = Float32Array.from(cells)
    this.#atMs = atMs
    return 1
  }
}

/** By how much most cells changed, whatever moves in some of them; 1 if all is dark. */
function medianRatio(cells: Uint8Array, past: Float32Array): number {
  const ratios: number[] = []
  for (const [index, cell] of cells.entries()) {
    if (past[index]! >= DARKEST) ratios.push(cell / past[index]!)
  }
  ratios.sort((one, other) => one - other)
  return ratios[ratios.length >> 1] ?? 1
}
