/** Samples of a source's own pictures, exactly as they came, to tell whether one is the same as the one before. */
import type { Frame } from 'node-av/lib'

const TILE_COLUMNS = 8
const TILE_ROWS = 5
const SAMPLES_OF_TILE = 24

export class Samples {
  readonly #last = new Uint8Array(TILE_COLUMNS * TILE_ROWS * SAMPLES_OF_TILE)
  #isFirst = true

  /** Share of the tiles in which the frame is not as the one before; undefined for the first one. */
  changedShare(frame: Frame): number | undefined {
    const [plane] = frame.data ?? []
    const stride = frame.linesize[0]
    if (!plane || !stride) return undefined
    const [width, height] = [frame.width / TILE_COLUMNS, frame.height / TILE_ROWS]
    let changed = 0
    for (let tile = 0; tile < TILE_COLUMNS * TILE_ROWS; tile += 1) {
      const left = Math.floor((tile % TILE_COLUMNS) * width)
      const top = Math.floor(Math.floor(tile / TILE_COLUMNS) * height)
      let isChanged = false
      for (let sample = 0; sample < SAMPLES_OF_TILE; sample += 1) {
        // Spread evenly over the tile, without any row or column twice (golden ratio).
        const x = left + Math.floor(((sample * 0.618) % 1) * width)
        const y = top + Math.floor(((sample + 0.5) / SAMPLES_OF_TILE) * height)
        const value = plane[y * stride + x]!
        const place = tile * SAMPLES_OF_TILE + sample
        if (value !== this.#last[place]) isChanged = true
        this.#last[place] = value
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
}
