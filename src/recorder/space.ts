/** Room on the recordings volume: how much must stay free, and which files go for it. */
import { rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { RecordingRow } from '../store/recordings.ts'
import { syncFolder } from './file.ts'
import { recordingPath } from './names.ts'

export interface VolumeState {
  /** It is the one that was prepared, and it can be written. */
  readonly isMounted: boolean
  readonly capacityBytes: number
  readonly freeBytes: number
}

/** The volume that recordings lie on. */
export interface Volume {
  /** Folder of the recordings; everything in it is ours. */
  readonly recordings: string
  state(): Promise<VolumeState>
}

/** The rows that deleting needs. */
export interface Deletions {
  oldest(limit: number): RecordingRow[]
  discard(ids: readonly number[]): void
  remove(ids: readonly number[]): void
}

const MAX_HEADROOM_BYTES = 1024 ** 3
const HEADROOM_SHARE = 1 / 20
/** Files that are deleted together: two writes of the index for all of them. */
const BATCH = 8

/** What must stay free: a twentieth of the volume, at most 1 GiB, and at least what comes in the next moments. */
export function headroomBytes(capacityBytes: number, bytesPerSecond: number): number {
  return Math.max(Math.min(capacityBytes * HEADROOM_SHARE, MAX_HEADROOM_BYTES), bytesPerSecond * 2)
}

/** Deletes the oldest recordings until the headroom is free. False if there is nothing left to delete. Errors: the system's. */
export async function makeRoom(volume: Volume, rows: Deletions, bytesPerSecond: number): Promise<boolean> {
  for (;;) {
    const { isMounted, capacityBytes, freeBytes } = await volume.state()
    if (!isMounted) throw new Error('the recordings volume went away')
    const missing = headroomBytes(capacityBytes, bytesPerSecond) - freeBytes
    if (missing <= 0) return true
    const oldest = rows.oldest(BATCH)
    if (oldest.length === 0) return false
    await deleteFiles(volume, rows, enoughOf(oldest, missing))
  }
}

function enoughOf(oldest: readonly RecordingRow[], bytes: number): readonly RecordingRow[] {
  let sum = 0
  const count = oldest.findIndex(({ sizeBytes }) => {
    sum += sizeBytes
    return sum >= bytes
  })
  return count < 0 ? oldest : oldest.slice(0, count + 1)
}

/**
 * Deletes files and their rows in the order that survives a power cut. Rows stay as garbage if their files could not be
 * deleted, or the volume went away meanwhile. Errors: the system's.
 */
export async function deleteFiles(
  volume: Volume,
  rows: Pick<Deletions, 'discard' | 'remove'>,
  files: readonly Pick<RecordingRow, 'id' | 'name'>[],
): Promise<void> {
  const ids = files.map(({ id }) => id)
  rows.discard(ids)
  const folder = volume.recordings
  const folders = new Set<string>()
  for (const { name } of files) {
    const path = recordingPath(name)
    if (path === undefined) continue
    await rm(join(folder, path), { force: true })
    folders.add(dirname(join(folder, path)))
  }
  for (const one of folders) await syncFolder(one).catch(ignoreMissing)
  if ((await volume.state()).isMounted) rows.remove(ids)
}

function ignoreMissing(error: unknown): void {
  if (!(error instanceof Error && 'code' in error && error.code === 'ENOENT')) throw error
}
