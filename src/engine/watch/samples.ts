/** Samples of a source's own pictures, each a pixel as it came, to tell whether one is the same as the one before. */
import { SWS_POINT } from 'node-av/constants'
import type { Frame } from 'node-av/lib'
import { GrayScaler } from '../gray-scaler.ts'

const TILE_COLUMNS = 8
const TILE_ROWS = 5
/** Samples of a tile, across and down. */
const ACROSS = 6
const DOWN = 4
const WIDTH = TILE_COLUMNS * ACROSS
const HEIGHT = TILE_ROWS * DOWN

export class Samples {
  readonly #scaler = new GrayScaler({ width: WIDTH, height: HEIGHT }, SWS_POINT)
  #last = new Uint8Array(WIDTH * HEIGHT)
  #now = new Uint8Array(WIDTH * HEIGHT)
  #isFirst = true

  /**
   * Share of the tiles in which the frame is not as the one before; undefined for the first one. Errors: CameraError
   * `internal`.
   */
  changedShare(frame: Frame): number | undefined {
    const [now, last] = [this.#now, this.#last]
    this.#scaler.scale(frame, now)
    const changed = new Uint8Array(TILE_COLUMNS * TILE_ROWS)
    for (let at = 0; at < now.length; at += 1) {
      if (now[at] === last[at]) continue
      const [row, column] = [Math.floor(at / WIDTH / DOWN), Math.floor((at % WIDTH) / ACROSS)]
      changed[row * TILE_COLUMNS + column] = 1
    }
    this.#now = last
    this.#last = now
    const isFirst = this.#isFirst
    this.#isFirst = false
    return isFirst ? undefined : changed.reduce((sum, one) => sum + one, 0) / changed.length
  }

  forget(): void {
    this.#isFirst = true
  }

  close(): void {
    this.#scaler.close()
  }
}
