/**
 * One FFmpeg filter chain with one input and one output, run synchronously: a frame in, a frame out. Changes
 * come through `command`, between two frames.
 */
import { AV_BUFFERSRC_FLAG_KEEP_REF } from 'node-av/constants'
import { Filter, type FilterContext, FilterGraph, FilterInOut, type Frame } from 'node-av/lib'
import { CameraError } from '../../base/errors.ts'
import { check } from '../native.ts'

export class Graph {
  readonly #graph = new FilterGraph()
  readonly #source: FilterContext
  readonly #sink: FilterContext

  /** `like` is a frame with the size, pixel format and colours of all that will come. Errors: CameraError `internal`. */
  constructor(description: string, like: Frame) {
    this.#graph.alloc()
    this.#graph.nbThreads = 1
    try {
      this.#source = this.#end('buffer', 'in', sourceOptions(like))
      this.#sink = this.#end('buffersink', 'out')
      // The ends are named from the chain's point of view: its open input is our source's output.
      const inputs = openPad('in', this.#source)
      const outputs = openPad('out', this.#sink)
      check(this.#graph.parsePtr(description, outputs, inputs), 'filter chain')
      check(this.#graph.configSync(), 'filter chain')
    } catch (error) {
      this.#graph.free()
      throw error
    }
  }

  /** Puts `input` through the chain; what was in `output` is released first. The input stays the caller's. */
  run(input: Frame, output: Frame): void {
    check(this.#source.buffersrcAddFrameSync(input, AV_BUFFERSRC_FLAG_KEEP_REF), 'filter input')
    output.unref()
    check(this.#sink.buffersinkGetFrameSync(output), 'filter output')
  }

  /** Changes an option of a named filter, for example `drawtext@time`, `text`. Takes effect with the next frame. */
  command(filter: string, option: string, value: string): void {
    const answer = this.#graph.sendCommand(filter, option, value)
    if (typeof answer === 'number') check(answer, `${filter} ${option}`)
  }

  close(): void {
    this.#graph.free()
  }

  #end(filterName: 'buffer' | 'buffersink', name: string, options?: string): FilterContext {
    const filter = Filter.getByName(filterName)
    const context = filter && this.#graph.createFilter(filter, name, options)
    if (!context) throw new CameraError('internal', `cannot create the filter ${filterName}`)
    return context
  }
}

/** Everything a chain is built for; two frames with the same text can go through the same chain. */
export function sourceOptions(frame: Frame): string {
  const { width, height, format, colorSpace, colorRange } = frame
  const { num, den } = frame.sampleAspectRatio
  const aspect = num > 0 && den > 0 ? `${num}/${den}` : '1/1'
  return (
    `video_size=${width}x${height}:pix_fmt=${format}:time_base=1/90000:pixel_aspect=${aspect}` +
    `:colorspace=${colorSpace}:range=${colorRange}`
  )
}

function openPad(name: string, context: FilterContext): FilterInOut {
  const pad = new FilterInOut()
  pad.alloc()
  pad.name = name
  pad.filterCtx = context
  pad.padIdx = 0
  return pad
}

/** Quotes a value for the text of a filter chain: once for the filter's options, once for the chain. */
export function quoteFilterValue(value: string): string {
  const option = value.replaceAll(/[\\':]/g, '\\$&')
  return option.replaceAll(/[\\'[\],;]/g, '\\$&')
}
