/**
 * Name, time and mark in the picture. The text of users never becomes part of a filter chain: it goes through
 * the `text` command of drawtext filters that expand nothing, one for each font that the text needs.
 */
import type { Frame } from 'node-av/lib'
import { lastOf } from '../../base/once.ts'
import type { OsdSettings } from '../protocol.ts'
import { FONT_FILE } from './font-stack.ts'
import { Graph, quoteFilterValue, sourceOptions } from './graph.ts'
import { layoutOsd, type OsdLine, type OsdLineId } from './osd-layout.ts'
import { type Run, type TypesetLine, typeset } from './typeset.ts'

/** What stands in the picture at one moment. */
export interface Overlay {
  readonly settings: OsdSettings
  /** The formatted clock. */
  readonly time: string
}

const MARK = '\u25c9 Vedette'

export class Osd {
  #graph: Graph | undefined
  #builtFor = ''
  readonly #shown = new Map<string, string>()
  readonly #name = lastOf(typeset)
  readonly #timeWidth = lastOf((digits: string) => typeset(digits).width)
  readonly #mark = lastOf(typeset)

  /** Draws onto a copy of `input`. Without any line, `output` is just another reference to the input. */
  run(input: Frame, { settings, time }: Overlay, output: Frame): void {
    const texts: Record<OsdLineId, TypesetLine> = {
      name: this.#name(settings.name.text),
      time: {
        runs: [{ text: time, fontFile: FONT_FILE, x: 0 }],
        // All digits have the same width, so the line stands still.
        width: this.#timeWidth(time.replaceAll(/\d/g, '0')),
      },
      mark: this.#mark(MARK),
    }
    const widths = { name: texts.name.width, time: texts.time.width, mark: texts.mark.width }
    const lines = layoutOsd(settings, widths, input)
    const filters = lines.flatMap((line) => describe(line, texts[line.id].runs, settings.background))
    const chain = filters.join(',')
    const key = chain + sourceOptions(input)
    if (key !== this.#builtFor) {
      this.close()
      if (lines.length > 0) this.#graph = new Graph(chain, input)
      this.#builtFor = key
    }
    if (!this.#graph) {
      output.unref()
      output.ref(input)
      return
    }
    for (const { id } of lines) {
      for (const [index, { text }] of texts[id].runs.entries()) this.#show(`${id}${index}`, text)
    }
    this.#graph.run(input, output)
  }

  close(): void {
    this.#graph?.close()
    this.#graph = undefined
    this.#builtFor = ''
    this.#shown.clear()
  }

  #show(id: string, text: string): void {
    if (this.#shown.get(id) === text) return
    this.#graph?.command(`drawtext@${id}`, 'text', text)
    this.#shown.set(id, text)
  }
}

/** The filters of one line: the box if there is one, then each run on its own. */
function describe(
  { id, fontSize, x, baseline, box }: OsdLine,
  runs: readonly Run[],
  background: boolean,
): string[] {
  const look =
    id === 'mark' ? 'fontcolor=white@0.75:bordercolor=black@0.4' : 'fontcolor=white:bordercolor=black@0.7'
  const outline = background && id !== 'mark' ? 0 : Math.max(1, Math.round(fontSize / 14))
  const ground = `drawbox=x=${box.x}:y=${box.y}:w=${box.width}:h=${box.height}:color=black@0.6:t=fill`
  const words = runs.map((run, index) => {
    const at = `x=${Math.round(x + run.x * fontSize)}:y=${baseline}:y_align=baseline`
    const font = `fontfile=${quoteFilterValue(run.fontFile)}:fontsize=${fontSize}`
    return `drawtext@${id}${index}=${font}:${look}:borderw=${outline}:${at}:expansion=none:text=\\ `
  })
  return background && id !== 'mark' ? [ground, ...words] : words
}
