/** Samples of a source's own pictures, exactly as they came, to tell whether one is the same as the one before. */
import type { Frame } from 'node-av/lib'

const TILE_COLUMNS = 8
const TILE_ROWS = 5
const SAMPLES_OF_TILE = 24

const SAMPLES = TILE_COLUMNS * TILE_ROWS * SAMPLES_OF_TILE

export class Samples {
  readonly #last = new Uint8Array(SAMPLES)
  #isFirst = true
  #places = new Uint32Array(SAMPLES)
  #placedFor = ''

  /** Share of the tiles in which the frame is not as the one before; undefined for the first one. */
  changedShare(frame: Frame): number | undefined {
    const [plane] = frame.data ?? []
    const stride = frame.linesize[0]
    if (!plane || !stride) return undefined
    const [places, last] = [this.#placesFor(frame, stride), this.#last]
    let changed = 0
    for (let first = 0; first < SAMPLES; first += SAMPLES_OF_TILE) {
      let isChanged = false
      for (let at = first; at < first + SAMPLES_OF_TILE; at += 1) {
        const value = plane[places[at]!]!
        if (value !== last[at]) isChanged = true
        last[at] = value
      }
      if (isChanged) changed += 1
    }
    const isFirst = this.#isFirst
    this.#isFirst = false
    return isFirst ? undefined : changed / (TILE_COLUMNS * TILE_ROWS)
  }

  forget(): void {
    this.#isFirst = true
  }

  /** Where the samples are in a plane, tile by tile. */
  #placesFor(frame: Frame, stride: number): Uint32Array {
    const key = `${frame.width} ${frame.height} ${stride}`
    if (key === this.#placedFor) return this.#places
    this.#placedFor = key
    const [width, height] = [frame.width / TILE_COLUMNS, frame.height / TILE_ROWS]
    this.#places = Uint32Array.from({ length: SAMPLES }, (_, at) => {
      const [tile, sample] = [Math.floor(at / SAMPLES_OF_TILE), at % SAMPLES_OF_TILE]
      const left = Math.floor((tile % TILE_COLUMNS) * width)
      const top = Math.floor(Math.floor(tile / TILE_COLUMNS) * height)
      // Spread evenly over the tile, without any row or column twice (golden ratio).
      const x = left + Math.floor(((sample * 0.618) % 1) * width)
      const y = top + Math.floor(((sample + 0.5) / SAMPLES_OF_TILE) * height)
      return y * stride + x
    })
    return this.#places
  }
}
