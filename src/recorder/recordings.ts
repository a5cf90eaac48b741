/** Recordings as the rest of the camera sees them: the index, with the files that are growing as far as they are written. */
import { createReadStream } from 'node:fs'
import { open, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import type { StoredFile } from '../api/define/command.ts'
import type { RecordedSpan, RecordingsPort } from '../api/parts.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import { HEAD_BYTES, isClosedHead } from '../media/container/mp4/writer.ts'
import type { RecordingRow, RecordingStore } from '../store/recordings.ts'
import { recordingPath } from './names.ts'
import type { RecordingPlan } from './policy.ts'

/** The recorder of one channel. */
interface ChannelRecorder {
  configure(plan: RecordingPlan): void
  /** How a row stands now. */
  present(row: RecordingRow): RecordingRow
}

/** So many rows are looked up at once. */
const PAGE_ROWS = 500

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
    const rows = this.#options.index.between(span, fromMs, toMs, limit).map((row) => this.#present(row))
    const more = this.#growing(span).filter(
      ({ id, startMs, endMs }) => startMs <= toMs && endMs >= fromMs && !rows.some((row) => row.id === id),
    )
    return [...rows, ...more].filter(({ sizeBytes }) => sizeBytes > 0)
  }

  /** All of them as `between` gives them, looked up as they are taken: there may be a year of them. */
  *each(span: RecordedSpan, fromMs: number, toMs: number): Generator<RecordingRow> {
    const taken = new Set<number>()
    for (let beginMs = fromMs; ; ) {
      // What grows stands behind a full page, out of its turn.
      const page = this.between(span, beginMs, toMs, PAGE_ROWS).slice(0, PAGE_ROWS)
      const rows = page.filter(({ id }) => !taken.has(id))
      if (rows.length === 0) return
      for (const row of rows) {
        taken.add(row.id)
        yield row
      }
      beginMs = Math.max(fromMs, rows.at(-1)!.startMs)
    }
  }

  hasAny(span: RecordedSpan, fromMs: number, toMs: number): boolean {
    if (this.#options.index.hasAny(span, fromMs, toMs)) return true
    return this.#growing(span).some(({ startMs, endMs }) => startMs < toMs && endMs > fromMs)
  }

  extent(span: RecordedSpan): { readonly startMs: number; readonly endMs: number } | undefined {
    const extent = this.#options.index.extent(span)
    if (extent === undefined) return undefined
    return { ...extent, endMs: Math.max(extent.endMs, ...this.#growing(span).map(({ endMs }) => endMs)) }
  }

  async file(name: string): Promise<StoredFile | undefined> {
    const { index, folder } = this.#options
    const row = index.find(name)
    const path = recordingPath(name)
    if (row === undefined || path === undefined) return undefined
    const { sizeBytes, state } = this.#present(row)
    if (sizeBytes === 0) return undefined
    const file = join(folder, path)
    try {
      if (state === 'open') return await growingFile(file, sizeBytes)
      const { mtimeMs } = await stat(file)
      return { sizeBytes, modifiedMs: mtimeMs, read: (start, end) => createReadStream(file, { start, end }) }
    } catch (error) {
      throw new CameraError('read-failed', `${name}: ${messageOf(error)}`, error)
    }
  }

  /** The index has a file that grows as if it ended where it begins. */
  #growing({ channel, stream }: RecordedSpan): RecordingRow[] {
    const rows = this.#options.index.unfinished()
    return rows
      .filter((row) => row.state === 'open' && row.channel === channel && row.stream === stream)
      .map((row) => this.#present(row))
  }

  #present(row: RecordingRow): RecordingRow {
    return this.#options.recorders[row.channel]?.present(row) ?? row
  }
}

/**
 * A file that is being written, as it is now: closing it changes its beginning, which is read beforehand. Errors: the
 * system's.
 */
async function growingFile(path: string, sizeBytes: number): Promise<StoredFile> {
  await using handle = await open(path, 'r')
  const head = Buffer.alloc(HEAD_BYTES)
  await handle.read(head, 0, HEAD_BYTES, 0)
  const { mtimeMs, size } = await handle.stat()
  const isClosed = isClosedHead(head)
  return {
    sizeBytes: isClosed ? size : sizeBytes,
    modifiedMs: mtimeMs,
    read: (first, last) => Readable.from(partsOf(path, head, first, last)),
  }
}

async function* partsOf(path: string, head: Buffer, first: number, last: number): AsyncGenerator<Buffer> {
  if (first < head.length) yield head.subarray(first, last + 1)
  if (last >= head.length) yield* createReadStream(path, { start: Math.max(first, head.length), end: last })
}
