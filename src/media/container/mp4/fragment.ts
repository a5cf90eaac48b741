/**
 * A movie fragment: samples of one or two tracks with all that is told about them, in one piece that can be appended
 * to a file (ISO/IEC 14496-12:2022 §8.8).
 *
 *   moof
 *   ├─ mfhd
 *   └─ traf for each run: tfhd, tfdt, trun
 *   mdat: the data of the runs, one behind the other
 */
import { BOX_HEADER_BYTES, box, fourCc, fullBox, u32, u64 } from './box.ts'
import { INTER_FLAGS, KEY_FLAGS, type Run } from './format.ts'

/** tf_flags: default-base-is-moof (§8.8.7.1). */
const BASE_IS_MOOF = 0x020000
/** tr_flags: data-offset, sample-duration, sample-size and sample-flags present (§8.8.8.1). */
const TRUN_FLAGS = 0x000001 | 0x000100 | 0x000200 | 0x000400

export interface DataRun extends Run {
  readonly data: readonly Uint8Array[]
}

/** `sequence` counts the fragments of a file from 1. */
export function fragment(sequence: number, runs: readonly DataRun[]): Buffer {
  // Offsets are as wide whatever they are, so the size is known before they are.
  const headBytes = head(sequence, runs, 0).length
  const data = runs.flatMap((run) => run.data)
  const dataBytes = data.reduce((sum, { length }) => sum + length, 0)
  const mdat = Buffer.concat([u32(BOX_HEADER_BYTES + dataBytes), fourCc('mdat')])
  return Buffer.concat([head(sequence, runs, headBytes + BOX_HEADER_BYTES), mdat, ...data])
}

function head(sequence: number, runs: readonly Run[], dataOffset: number): Buffer {
  let offset = dataOffset
  const tracks = runs.map((run) => {
    const traf = trackFragment(run, offset)
    offset += sizeOf(run)
    return traf
  })
  return box('moof', fullBox('mfhd', {}, u32(sequence)), tracks)
}

function trackFragment({ track, startTime, samples }: Run, dataOffset: number): Buffer {
  return box(
    'traf',
    fullBox('tfhd', { flags: BASE_IS_MOOF }, u32(track)),
    fullBox('tfdt', { version: 1 }, u64(startTime)),
    fullBox(
      'trun',
      { flags: TRUN_FLAGS },
      u32(samples.length, dataOffset),
      u32(
        ...samples.flatMap(({ duration, sizeBytes, isKey }) => [
          duration,
          sizeBytes,
          isKey ? KEY_FLAGS : INTER_FLAGS,
        ]),
      ),
    ),
  )
}

/** Bytes of a run's data. */
export function sizeOf({ samples }: Run): number {
  return samples.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0)
}
