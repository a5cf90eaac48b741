/** The whole way of a picture at one size: picture graph, then OSD. A stream has one, and so has a snapshot. */
import { Frame } from 'node-av/lib'
import { Osd } from './osd.ts'
import type { Picture, Rendition } from './picture.ts'
import type { Size } from './size.ts'
import { type Levels, View } from './view.ts'

export class PictureChain {
  readonly #view: View
  readonly #osd = new Osd()
  readonly #scaled = allocated()
  readonly #finished = allocated()
  #last:
    | { readonly frame: Frame; readonly version: number; readonly view: string; readonly overlay: string }
    | undefined

  constructor(size: Size, levels: Levels = 'video') {
    this.#view = new View(size, levels)
  }

  /**
   * The finished frame, lent until the next call. The same picture with the same words is not drawn again.
   * Errors: CameraError `internal` if FFmpeg cannot convert the picture.
   */
  render(picture: Picture, { window, settings, overlay }: Rendition): Frame {
    const { frame, version } = picture
    const text = JSON.stringify(overlay)
    const view = JSON.stringify([window, settings])
    const last = this.#last
    const scaled = last?.frame === frame && last.version === version && last.view === view
    if (scaled && last.overlay === text) return this.#finished
    this.#last = undefined
    if (!scaled) this.#view.run(picture, window, settings, this.#scaled)
    this.#osd.run(this.#scaled, overlay, this.#finished)
    this.#last = { frame, version, view, overlay: text }
    return this.#finished
  }

  close(): void {
    this.#view.close()
    this.#osd.close()
    this.#scaled.free()
    this.#finished.free()
  }
}

function allocated(): Frame {
  const frame = new Frame()
  frame.alloc()
  return frame
}
