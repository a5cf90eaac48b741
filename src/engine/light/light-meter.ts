/** How bright a picture is, in few cells: all that the engine looks at to judge the light. */
import type { Frame } from 'node-av/lib'
import { GrayScaler } from '../gray-scaler.ts'

const COLUMNS = 32
const ROWS = 18

export class LightMeter {
  readonly #scaler = new GrayScaler({ width: COLUMNS, height: ROWS })

  /** Mean brightness of 32 × 18 cells, row by row, 0 (black) to 255 (white) whatever the levels of the picture. Errors: CameraError `internal`. */
  cells(frame: Frame): Uint8Array {
    const cells = new Uint8Array(COLUMNS * ROWS)
    this.#scaler.scale(frame, cells)
    return cells
  }

  close(): void {
    this.#scaler.close()
  }
}

export function meanOf(cells: Uint8Array): number {
  return cells.reduce((sum, cell) => sum + cell, 0) / cells.length
}
