/** The sample tables of a track in a complete file (ISO/IEC 14496-12:2022 §8.6, §8.7). */
import { fullBox, u32, u32List, u64 } from './box.ts'
import type { Run, Sample } from './format.ts'
import type { TrackTable } from './movie.ts'

/** A run and where its data lies in the file. */
export interface PlacedRun extends Run {
  readonly offset: number
}

/** `runs` of one track in the order of time; each becomes a chunk. */
export function trackTable(runs: readonly PlacedRun[]): TrackTable {
  const samples = runs.flatMap((run) => run.samples)
  const keys = samples.flatMap(({ isKey }, index) => (isKey ? [index + 1] : []))
  return {
    startTime: runs[0]?.startTime ?? 0,
    duration: samples.reduce((sum, { duration }) => sum + duration, 0),
    boxes: [
      timeToSample(samples),
      // Without it every sample is a key sample (§8.6.2).
      ...(keys.length < samples.length ? [fullBox('stss', {}, u32List([keys.length, ...keys]))] : []),
      sampleToChunk(runs),
      fullBox('stsz', {}, u32(0, samples.length), u32List(samples.map(({ sizeBytes }) => sizeBytes))),
      chunkOffsets(runs),
    ],
  }
}

function timeToSample(samples: readonly Sample[]): Buffer {
  const entries: [count: number, duration: number][] = []
  for (const { duration } of samples) {
    const last = entries.at(-1)
    if (last?.[1] === duration) last[0] += 1
    else entries.push([1, duration])
  }
  return fullBox('stts', {}, u32List([entries.length, ...entries.flat()]))
}

function sampleToChunk(runs: readonly PlacedRun[]): Buffer {
  const entries: [firstChunk: number, count: number, descriptionIndex: number][] = []
  for (const [index, { samples }] of runs.entries()) {
    if (entries.at(-1)?.[1] !== samples.length) entries.push([index + 1, samples.length, 1])
  }
  return fullBox('stsc', {}, u32List([entries.length, ...entries.flat()]))
}

function chunkOffsets(runs: readonly PlacedRun[]): Buffer {
  const offsets = runs.map(({ offset }) => offset)
  return offsets.some((offset) => offset >= 2 ** 32)
    ? fullBox('co64', {}, u32(offsets.length), u64(...offsets))
    : fullBox('stco', {}, u32List([offsets.length, ...offsets]))
}
