/** The whole way of a picture at one size, in the order of docs/design/picture.md. A stream has one, and so has a snapshot. */
import { Frame } from 'node-av/lib'
import { Graph, sourceOptions } from './graph.ts'
import { lensFilters } from './lens.ts'
import { Osd } from './osd.ts'
import type { Levels, Look, Picture, Rendition } from './picture.ts'
import { barAreas, maskAreas } from './placement.ts'
import { applyTables, blacken, Denoiser, writablePlanes } from './retouch.ts'
import type { Size } from './size.ts'
import { lumaTable, type Tables } from './tone.ts'
import { type Treatment, treatmentOf } from './treatment.ts'
import { View } from './view.ts'

interface Drawn {
  readonly frame: Frame
  readonly version: number
  readonly view: string
  readonly look: Look
  readonly flickerGain: number
  readonly overlay: string
}

export class PictureChain {
  readonly #size: Size
  readonly #levels: Levels
  readonly #view: View
  readonly #denoiser = new Denoiser()
  readonly #finish = new Finish()
  readonly #osd = new Osd()
  readonly #scaled = allocated()
  readonly #treated = allocated()
  readonly #finished = allocated()
  #treatment: { readonly look: Look; readonly clean: boolean; readonly treatment: Treatment } | undefined
  #flicker: { readonly of: Treatment; readonly gain: number; readonly tables: Tables } | undefined
  #last: Drawn | undefined
  /** How many more pictures are drawn although nothing changes. */
  #unsettled = 0
  /** How many pictures were drawn. */
  #treatments = 0

  constructor(size: Size, levels: Levels = 'video') {
    this.#size = size
    this.#levels = levels
    this.#view = new View(size, levels)
  }

  /**
   * The finished frame, lent until the next call. The same picture with the same words is not drawn again.
   * Errors: CameraError `internal` if FFmpeg cannot convert the picture.
   */
  render(picture: Picture, rendition: Rendition): Frame {
    const { window, crop, screen, lens, look, flickerGain, overlay } = rendition
    const now: Drawn = {
      frame: picture.frame,
      version: picture.version,
      view: JSON.stringify([window, crop, screen.width, screen.height, lens]),
      look,
      flickerGain,
      overlay: JSON.stringify(overlay),
    }
    const last = this.#last
    const isSame = last !== undefined && looksLike(last, now)
    if (isSame && this.#unsettled === 0 && last.overlay === now.overlay) return this.#finished
    this.#last = undefined
    const treatment = this.#treatmentFor(look, picture.clean)
    this.#unsettled = isSame ? Math.max(0, this.#unsettled - 1) : treatment.settles
    if (!isSame || this.#unsettled > 0) this.#treat(picture, rendition, treatment)
    this.#osd.run(this.#treated, overlay, this.#finished)
    this.#last = now
    return this.#finished
  }

  /** The frame of the last `render` before words were written on it, lent until the next; another number is another frame. */
  get treated(): { readonly frame: Frame; readonly version: number } {
    return { frame: this.#treated, version: this.#treatments }
  }

  close(): void {
    this.#view.close()
    this.#finish.close()
    this.#osd.close()
    this.#scaled.free()
    this.#treated.free()
    this.#finished.free()
  }

  #treat(picture: Picture, rendition: Rendition, treatment: Treatment): void {
    this.#treatments += 1
    const placement = this.#view.run(picture, rendition, treatment, this.#scaled)
    const tables = this.#tablesFor(treatment, rendition.flickerGain)
    if (treatment.noiseLimit === 0) this.#denoiser.forget()
    if (treatment.noiseLimit > 0 || tables.y !== undefined || tables.chroma !== undefined) {
      const planes = writablePlanes(this.#scaled)
      if (treatment.noiseLimit > 0) this.#denoiser.run(planes, treatment.noiseLimit)
      applyTables(planes, tables)
    }
    this.#finish.run(this.#scaled, treatment.finish, this.#treated)
    // Bars stay black whatever was done to the picture between them.
    const bars =
      isTreated(treatment) || lensFilters(rendition.lens).length > 0 ? barAreas(placement, this.#size) : []
    const black = [...bars, ...maskAreas(rendition.look.masks, placement, this.#size)]
    if (black.length > 0) blacken(writablePlanes(this.#treated), black, this.#levels)
  }

  #treatmentFor(look: Look, clean: boolean): Treatment {
    const known = this.#treatment
    if (known?.look === look && known.clean === clean) return known.treatment
    const treatment = treatmentOf(look, this.#levels, clean)
    this.#treatment = { look, clean, treatment }
    return treatment
  }

  #tablesFor(treatment: Treatment, gain: number): Tables {
    if (gain === 1) return treatment.tables
    const known = this.#flicker
    if (known?.of === treatment && known.gain === gain) return known.tables
    const evened = lumaTable((light) => Math.min(1, light * gain), this.#levels)
    const { y, chroma } = treatment.tables
    const tables = { y: y === undefined ? evened : (evened?.map((value) => y[value]!) ?? y), chroma }
    this.#flicker = { of: treatment, gain, tables }
    return tables
  }
}

/** Filters behind the tables; without any, the output is just another reference to the input. */
class Finish {
  #graph: Graph | undefined
  #builtFor = ''

  run(input: Frame, filters: readonly string[], output: Frame): void {
    const key = filters.length === 0 ? '' : `${filters.join(',')} ${sourceOptions(input)}`
    if (key !== this.#builtFor) {
      this.close()
      if (filters.length > 0) this.#graph = new Graph(filters.join(','), input)
      this.#builtFor = key
    }
    if (this.#graph) {
      this.#graph.run(input, output)
      return
    }
    output.unref()
    output.ref(input)
  }

  close(): void {
    this.#graph?.close()
    this.#graph = undefined
    this.#builtFor = ''
  }
}

/** Something is done to light or colour. */
function isTreated({ tables, sensor, finish }: Treatment): boolean {
  return tables.y !== undefined || sensor.length > 0 || finish.length > 0
}

function looksLike(one: Drawn, other: Drawn): boolean {
  return (
    one.frame === other.frame &&
    one.version === other.version &&
    one.view === other.view &&
    one.look === other.look &&
    one.flickerGain === other.flickerGain
  )
}

function allocated(): Frame {
  const frame = new Frame()
  frame.alloc()
  return frame
}
