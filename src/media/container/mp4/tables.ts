/** The sample tables of a track in a complete file (ISO/IEC 14496-12:2022 §8.6, §8.7). */
import { fullBox, u32List, u64List } from './box.ts'
import type { Run, Sample } from './format.ts'
import type { TrackTable } from './movie.ts'

/** A run and where its data lies in the file. */
export interface PlacedRun extends Run {
  readonly offset: number
}

/** `runs` of one track in the order of time; each becomes a chunk. */
export function trackTable(runs: readonly PlacedRun[]): TrackTable {
  const tables = new SampleTables()
  for (const run of runs) tables.add(run)
  return tables.track()
}

/** What can be told of a sample's duration: some readers take sample_delta for signed. Of pictures it is 6.6 hours. */
const LONGEST_DURATION = 2 ** 31 - 1

/** Collected chunk by chunk, in plain numbers: a day has millions of samples. */
export class SampleTables {
  #startTime: number | undefined
  #endTime = 0
  /** sample_count and sample_delta in turn (§8.6.1.2). */
  readonly #times: number[] = []
  readonly #sizes: number[] = []
  /** Numbers of the key samples, from 1 on. */
  readonly #keys: number[] = []
  /** Of each chunk. */
  readonly #counts: number[] = []
  readonly #descriptions: number[] = []
  readonly #offsets: number[] = []
  /** The newest one, which can be shown again. */
  #lastKey: { readonly sizeBytes: number; readonly offset: number; readonly description: number } | undefined

  get isEmpty(): boolean {
    return this.#startTime === undefined
  }

  /** End of the last sample, in the track's timescale. */
  get endTime(): number {
    return this.#endTime
  }

  /**
   * A chunk of samples, as the `description`th entry of the sample descriptions tells them. What came before lasts until it
   * begins.
   */
  add({ startTime, samples, offset }: PlacedRun, description = 1): void {
    if (this.#startTime === undefined) {
      this.#startTime = startTime
      this.#endTime = startTime
    } else if (startTime !== this.#endTime) this.#stretch(startTime - this.#endTime)
    this.#addChunk(samples.length, description, offset)
    let at = offset
    for (const sample of samples) {
      this.#addSample(sample)
      if (sample.isKey) this.#lastKey = { sizeBytes: sample.sizeBytes, offset: at, description }
      at += sample.sizeBytes
    }
  }

  /** `baseOffset` is added to all offsets, which are of eight bytes if `isLarge`. */
  track(baseOffset = 0, isLarge = this.#offsets.some((offset) => offset >= 2 ** 32)): TrackTable {
    const startTime = this.#startTime ?? 0
    const count = this.#sizes.length
    const offsets = baseOffset === 0 ? this.#offsets : this.#offsets.map((offset) => offset + baseOffset)
    return {
      startTime,
      duration: this.#endTime - startTime,
      boxes: [
        fullBox('stts', {}, u32List([this.#times.length / 2]), u32List(this.#times)),
        // Without it every sample is a key sample (§8.6.2).
        ...(this.#keys.length < count
          ? [fullBox('stss', {}, u32List([this.#keys.length]), u32List(this.#keys))]
          : []),
        this.#sampleToChunk(),
        fullBox('stsz', {}, u32List([0, count]), u32List(this.#sizes)),
        isLarge
          ? fullBox('co64', {}, u32List([offsets.length]), u64List(offsets))
          : fullBox('stco', {}, u32List([offsets.length]), u32List(offsets)),
      ],
    }
  }

  #addChunk(count: number, description: number, offset: number): void {
    this.#counts.push(count)
    this.#descriptions.push(description)
    this.#offsets.push(offset)
  }

  #addSample({ duration, sizeBytes, isKey }: Sample): void {
    this.#sizes.push(sizeBytes)
    if (isKey) this.#keys.push(this.#sizes.length)
    this.#addTime(duration)
  }

  #addTime(duration: number): void {
    const last = this.#times.length - 1
    if (last > 0 && this.#times[last] === duration) this.#times[last - 1]! += 1
    else this.#times.push(1, duration)
    this.#endTime += duration
  }

  /** Makes the last sample longer, or shorter. Where that cannot be told, the last key sample is shown again. */
  #stretch(by: number): void {
    const duration = this.#times.pop() ?? 0
    const count = this.#times.pop() ?? 1
    if (count > 1) this.#times.push(count - 1, duration)
    this.#endTime -= duration
    const longer = Math.max(1, duration + by)
    this.#addTime(Math.min(longer, LONGEST_DURATION))
    const key = this.#lastKey
    for (let left = longer - LONGEST_DURATION; left > 0 && key; left -= LONGEST_DURATION) {
      this.#addChunk(1, key.description, key.offset)
      this.#addSample({ ...key, duration: Math.min(left, LONGEST_DURATION), isKey: true })
    }
  }

  /** stsc (§8.7.4): first_chunk, samples_per_chunk, sample_description_index. */
  #sampleToChunk(): Buffer {
    const entries: number[] = []
    for (const [index, count] of this.#counts.entries()) {
      const description = this.#descriptions[index]!
      const isSame = count === entries.at(-2) && description === entries.at(-1)
      if (!isSame) entries.push(index + 1, count, description)
    }
    return fullBox('stsc', {}, u32List([entries.length / 3]), u32List(entries))
  }
}
