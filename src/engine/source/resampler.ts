/** Sound of any sort into 16 kHz mono. A new sort in mid stream starts a new converter. */
import { AV_CHANNEL_ORDER_NATIVE, AV_SAMPLE_FMT_FLT, type AVSampleFormat } from 'node-av/constants'
import { Frame, SoftwareResampleContext } from 'node-av/lib'
import { check } from '../native.ts'
import { SAMPLE_RATE } from '../sound-rate.ts'

/** One channel, front centre (AV_CH_FRONT_CENTER). */
const MONO = { nbChannels: 1, order: AV_CHANNEL_ORDER_NATIVE, mask: 4n }

export class Resampler {
  #context: SoftwareResampleContext | undefined
  #builtFor = ''

  /** Samples from -1 to 1. Errors: CameraError `internal`. */
  convert(input: Frame): Float32Array {
    this.#prepare(input)
    const output = new Frame()
    output.alloc()
    output.format = AV_SAMPLE_FMT_FLT
    output.sampleRate = SAMPLE_RATE
    output.channelLayout = MONO
    try {
      check(this.#context?.convertFrame(output, input) ?? 0, 'resampling')
      const bytes = output.data?.[0]?.subarray(0, output.nbSamples * 4)
      // Copied: the frame's memory is gone when it is freed.
      return bytes ? new Float32Array(Uint8Array.from(bytes).buffer) : new Float32Array()
    } finally {
      output.free()
    }
  }

  close(): void {
    this.#context?.free()
    this.#context = undefined
    this.#builtFor = ''
  }

  #prepare({ format, sampleRate, channelLayout }: Frame): void {
    const { nbChannels, order, mask } = channelLayout
    const key = `${format}:${sampleRate}:${nbChannels}:${order}:${mask}`
    if (key === this.#builtFor) return
    this.close()
    const context = new SoftwareResampleContext()
    this.#context = context
    check(
      context.allocSetOpts2(
        MONO,
        AV_SAMPLE_FMT_FLT,
        SAMPLE_RATE,
        channelLayout,
        format as AVSampleFormat,
        sampleRate,
      ),
      'resampling',
    )
    check(context.init(), 'resampling')
    this.#builtFor = key
  }
}
