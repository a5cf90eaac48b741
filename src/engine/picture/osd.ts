/**
 * Name and time in the picture. The text of users never becomes part of a filter chain: it goes through the
 * `text` command of a drawtext filter that expands nothing.
 */
import { createRequire } from 'node:module'
import type { Frame } from 'node-av/lib'
import type { OsdSettings } from '../protocol.ts'
import { Graph, quoteFilterValue, sourceOptions } from './graph.ts'
import { layoutOsd, type OsdLayout, type OsdLine } from './osd-layout.ts'

/** Resolved at the start: a missing font would silently become another one. */
export const FONT_FILE = createRequire(import.meta.url).resolve('dejavu-fonts-ttf/ttf/DejaVuSans.ttf')

/** What stands in the picture at one moment. */
export interface Overlay {
  readonly settings: OsdSettings
  /** The formatted clock. */
  readonly time: string
}

export class Osd {
  #graph: Graph | undefined
  #builtFor = ''
  readonly #shown = new Map<OsdLine['id'], string>()

  /** Draws onto a copy of `input`. Without any line, `output` is just another reference to the input. */
  run(input: Frame, overlay: Overlay, output: Frame): void {
    const name = printable(overlay.settings.name.text)
    const layout = layoutOsd(overlay.settings, [...name].length, input)
    const key = JSON.stringify(layout) + sourceOptions(input)
    if (key !== this.#builtFor) {
      this.close()
      if (layout.lines.length > 0) this.#graph = new Graph(describe(layout), input)
      this.#builtFor = key
    }
    if (!this.#graph) {
      output.unref()
      output.ref(input)
      return
    }
    for (const { id } of layout.lines) this.#show(id, id === 'time' ? overlay.time : name)
    this.#graph.run(input, output)
  }

  close(): void {
    this.#graph?.close()
    this.#graph = undefined
    this.#builtFor = ''
    this.#shown.clear()
  }

  #show(id: OsdLine['id'], text: string): void {
    if (this.#shown.get(id) === text) return
    // drawtext refuses an empty text.
    this.#graph?.command(`drawtext@${id}`, 'text', text || ' ')
    this.#shown.set(id, text)
  }
}

function describe({ fontSize, lines }: OsdLayout): string {
  const look = [
    `fontfile=${quoteFilterValue(FONT_FILE)}`,
    `fontsize=${fontSize}`,
    'fontcolor=white',
    'bordercolor=black@0.7',
    `borderw=${Math.max(1, Math.round(fontSize / 14))}`,
    'y_align=font',
    'expansion=none',
    'fix_bounds=1',
    'text=\\ ',
  ].join(':')
  return lines.map(({ id, x, y }) => `drawtext@${id}=${look}:x=${x}:y=${y}`).join(',')
}

/** Line breaks and other control characters would break the layout. */
function printable(text: string): string {
  return text.replaceAll(/\p{Cc}+/gu, ' ')
}
