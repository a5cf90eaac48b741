/** Recordings as the rest of the camera sees them: the index, with the files that are growing as far as they are written. */
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { StoredFile } from '../api/define/command.ts'
import type { RecordedSpan, RecordingsPort } from '../api/parts.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import type { RecordingRow, RecordingStore } from '../store/recordings.ts'
import { recordingPath } from './names.ts'
import type { RecordingPlan } from './policy.ts'

/** The recorder of one channel. */
interface ChannelRecorder {
  configure(plan: RecordingPlan): void
  /** How a row stands now. */
  present(row: RecordingRow): RecordingRow
}

interface RecordingsOptions {
  readonly index: RecordingStore
  readonly recorders: readonly ChannelRecorder[]
  readonly folder: string
}

export class Recordings implements RecordingsPort {
  readonly #options: RecordingsOptions

  constructor(options: RecordingsOptions) {
    this.#options = options
  }

  configure(channel: number, plan: RecordingPlan): void {
    this.#options.recorders[channel]?.configure(plan)
  }

  between(span: RecordedSpan, fromMs: number, toMs: number, limit: number): RecordingRow[] {
    const { index } = this.#options
    // A row that grows ends where it began: it is looked for by its beginning alone.
    const rows = index.between(span, fromMs, toMs, limit).map((row) => this.#present(row))
    const growing = index
      .unfinished()
      .filter((row) => row.channel === span.channel && row.stream === span.stream)
    const more = growing
      .filter(({ id, state }) => state === 'open' && !rows.some((row) => row.id === id))
      .map((row) => this.#present(row))
      .filter(({ startMs, endMs }) => startMs <= toMs && endMs >= fromMs)
    return [...rows, ...more].filter(({ sizeBytes }) => sizeBytes > 0)
  }

  hasAny(span: RecordedSpan, fromMs: number, toMs: number): boolean {
    return this.#options.index.hasAny(span, fromMs, toMs)
  }

  extent(span: RecordedSpan): { readonly startMs: number; readonly endMs: number } | undefined {
    const { index } = this.#options
    const extent = index.extent(span)
    if (extent === undefined) return undefined
    // A row that grows ends where it began.
    const growing = index.unfinished().filter(({ channel, stream, state }) => {
      return state === 'open' && channel === span.channel && stream === span.stream
    })
    const ends = growing.map((row) => this.#present(row).endMs)
    return { startMs: extent.startMs, endMs: Math.max(extent.endMs, ...ends) }
  }

  async file(name: string): Promise<StoredFile | undefined> {
    const { index, folder } = this.#options
    const row = index.find(name)
    const path = recordingPath(name)
    if (row === undefined || path === undefined) return undefined
    const { sizeBytes } = this.#present(row)
    if (sizeBytes === 0) return undefined
    try {
      const { mtimeMs } = await stat(join(folder, path))
      return { path: join(folder, path), sizeBytes, modifiedMs: mtimeMs }
    } catch (error) {
      throw new CameraError('read-failed', `${name}: ${messageOf(error)}`, error)
    }
  }

  #present(row: RecordingRow): RecordingRow {
    return this.#options.recorders[row.channel]?.present(row) ?? row
  }
}
