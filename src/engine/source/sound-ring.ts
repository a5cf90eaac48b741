/**
 * The last and next seconds of a source's sound, by sample number of the timeline. What was not written is
 * silence; what was read is gone.
 */

/** 4 s at 16 kHz; a power of two, so that a number's place is its lowest bits. */
const SIZE = 65536

/** A piece that begins this near to the end of the one before is joined to it: stamps are rounded (40 ms). */
const JOIN_SAMPLES = 640

export class SoundRing {
  readonly #samples = new Float32Array(SIZE)
  /** The first sample that can still be written. */
  #start = 0
  #end = 0

  /** Keeps of `samples` what is neither read already nor more than the ring's size ahead. */
  write(firstSample: number, samples: Float32Array): void {
    const first = Math.abs(firstSample - this.#end) <= JOIN_SAMPLES ? this.#end : firstSample
    const from = Math.max(0, this.#start - first)
    const to = Math.min(samples.length, this.#start + SIZE - first)
    for (let index = from; index < to; index += 1)
      this.#samples[(first + index) & (SIZE - 1)] = samples[index]!
    this.#end = first + samples.length
  }

  read(firstSample: number, samples: Float32Array): void {
    // Somebody who was away for long finds nothing of before.
    if (firstSample >= this.#start + SIZE) this.#samples.fill(0)
    for (let index = 0; index < samples.length; index += 1) {
      const place = (firstSample + index) & (SIZE - 1)
      samples[index] = this.#samples[place]!
      this.#samples[place] = 0
    }
    this.#start = firstSample + samples.length
  }

  clear(): void {
    this.#samples.fill(0)
  }
}
