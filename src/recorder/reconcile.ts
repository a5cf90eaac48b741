/**
 * After a start: the index and the folder are made to agree. What was being written is closed, what was being deleted
 * goes, files without a row get one and rows without a file go. Never with a volume that is not ready.
 */
import { readdir } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { Log } from '../base/log.ts'
import type { RecordingStore } from '../store/recordings.ts'
import { recordingName, recordingPath } from './names.ts'
import type { Segments } from './segments.ts'
import { deleteFiles, type Volume } from './space.ts'

interface ReconcileOptions {
  readonly index: RecordingStore
  readonly volume: Volume
  readonly segments: Segments
  readonly log: Log
}

/** Errors: the system's. */
export async function reconcile(options: ReconcileOptions): Promise<void> {
  if (!(await options.volume.state()).isMounted) return
  await settleUnfinished(options)
  await compareFolders(options)
}

/** Closes files that nobody writes and ends deletions. Errors: the system's. */
export async function settleUnfinished({ index, volume, segments }: ReconcileOptions): Promise<void> {
  const unfinished = index.unfinished()
  for (const row of unfinished.filter(({ state }) => state === 'open')) await segments.settleFile(row)
  const garbage = index.unfinished().filter(({ state }) => state === 'garbage')
  if (garbage.length > 0) await deleteFiles(volume, index, garbage)
}

/** The folder of a day. */
const DAY = /^\d{4}-\d\d-\d\d$/

async function compareFolders(options: ReconcileOptions): Promise<void> {
  const { index, volume, log } = options
  const folders = new Set((await namesIn(volume.recordings)).filter((name) => DAY.test(name)))
  for (const day of index.days()) folders.add(`${day.slice(4, 8)}-${day.slice(8, 10)}-${day.slice(10, 12)}`)
  const known = { added: 0, removed: 0 }
  for (const folder of [...folders].sort()) {
    if (!(await volume.state()).isMounted) return
    const { added, removed } = await compareDay(folder, options)
    known.added += added
    known.removed += removed
  }
  if (known.added + known.removed > 0) log.warn(known, 'the index of recordings was put right')
}

async function compareDay(
  folder: string,
  { index, volume, segments, log }: ReconcileOptions,
): Promise<{ added: number; removed: number }> {
  const rows = index.namesLike(`Rec_${folder.replaceAll('-', '')}`)
  const files = await namesIn(join(volume.recordings, folder))
  // It may have gone before it was read.
  if (!(await volume.state()).isMounted) return { added: 0, removed: 0 }
  const there = new Set(files)
  const missing = [...rows].filter(([name]) => !there.has(name)).map(([, id]) => id)
  if (missing.length > 0) index.remove(missing)
  let added = 0
  // Their names are in the order of their times, in which their rows shall be.
  for (const name of files.sort().filter((one) => !rows.has(one) && !index.isKnown(one))) {
    if (await adopt(name, { index, volume, segments, log })) added += 1
  }
  return { added, removed: missing.length }
}

/** Gives a file its row. */
async function adopt(name: string, { index, volume, segments, log }: ReconcileOptions): Promise<boolean> {
  const path = recordingPath(name)
  if (path === undefined) return false
  const mended = await segments.mend(segments.nextMendId(), join(volume.recordings, path))
  const description = mended?.description
  if (mended === undefined || description === undefined || mended.duration90k === 0) {
    log.warn({ file: basename(path) }, 'a file among the recordings is none and is left alone')
    return false
  }
  const { channel, stream, startMs, runUpMs, format } = description
  const { width, height, frameRate } = format.video
  index.insert({
    ...{ name, channel, stream, startMs, width, height, frameRate, runUpMs },
    endMs: startMs + Math.round(mended.duration90k / 90),
    sizeBytes: mended.sizeBytes,
    state: 'closed',
  })
  if (name !== recordingName(startMs, stream))
    log.warn({ file: name }, 'a recording has another name than its time')
  return true
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return []
    throw error
  }
}
