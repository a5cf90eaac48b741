/** The sound of the siren: two tones in turn. Pure, so that it goes on without a click from frame to frame. */
import { SAMPLE_RATE } from './sound-rate.ts'

/** Hz; the first one sounds in even halves of a second. Both have whole periods in one. */
export const SIREN_TONES = [960, 770] as const
const HALF_SECOND = SAMPLE_RATE / 2
const LOUDNESS = 0.5

/** Adds the siren to samples from −1 to 1; the sound that was there becomes quieter. */
export function addSiren(firstSample: number, samples: Float32Array): void {
  for (let index = 0; index < samples.length; index += 1) {
    const at = firstSample + index
    const [high, low] = SIREN_TONES
    const tone = Math.floor(at / HALF_SECOND) % 2 === 0 ? high : low
    const siren = Math.sin((2 * Math.PI * tone * (at % SAMPLE_RATE)) / SAMPLE_RATE)
    samples[index] = samples[index]! * (1 - LOUDNESS) + siren * LOUDNESS
  }
}
