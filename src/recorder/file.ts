/** Recorded files on the disk: written, closed and mended in the order of docs/design/recordings.md. */
import { constants, type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Description } from '../media/container/mp4/format.ts'
import { durationOf, type Recording, readRecording } from '../media/container/mp4/reader.ts'
import { type Closing, closing, RecordingWriter } from '../media/container/mp4/writer.ts'
import type { Packet } from '../media/packet.ts'
import type { FileState } from './protocol.ts'

/** A file that is being written. A call that failed leaves it as it is; only `abandon` may follow. */
export class GrowingFile {
  readonly #handle: FileHandle
  readonly #writer: RecordingWriter

  private constructor(handle: FileHandle, writer: RecordingWriter) {
    this.#handle = handle
    this.#writer = writer
  }

  /**
   * Makes the file, and the folder of its day if need be; not the one above, which is there while the volume is.
   * Errors: those of the system, also if the file exists.
   */
  static async create(path: string, description: Description, firstPts90k: number): Promise<GrowingFile> {
    await makeDay(dirname(path))
    const handle = await open(path, 'wx', 0o600)
    const file = new GrowingFile(handle, new RecordingWriter(description, firstPts90k))
    try {
      await writeAll(handle, file.#writer.head())
      await handle.sync()
      await syncFolder(dirname(path))
      return file
    } catch (error) {
      await handle.close()
      throw error
    }
  }

  get state(): FileState {
    return { sizeBytes: this.#writer.sizeBytes, duration90k: this.#writer.duration90k }
  }

  /** One more fragment. */
  async append(packets: readonly Packet[]): Promise<void> {
    for (const packet of packets) this.#writer.add(packet)
    const fragment = this.#writer.flush()
    if (fragment === undefined) return
    await writeAll(this.#handle, fragment)
    await this.#handle.datasync()
  }

  /** Makes it an ordinary MP4. */
  async close(endPts90k: number): Promise<FileState> {
    const last = this.#writer.flushAll(endPts90k)
    if (last !== undefined) await writeAll(this.#handle, last)
    const sizeBytes = await finish(this.#handle, this.#writer.sizeBytes, this.#writer.close())
    await this.#handle.close()
    return { sizeBytes, duration90k: this.#writer.duration90k }
  }

  async abandon(): Promise<void> {
    await this.#handle.close()
  }
}

/** A file that nobody writes: cut off its torn end and closed. Errors: ParseError if it is no recording; the system's. */
export async function mendFile(path: string): Promise<FileState & { readonly description: Description }> {
  const handle = await open(path, constants.O_RDWR)
  try {
    const { size } = await handle.stat()
    const recording = await readHandle(handle, size)
    const { description, isClosed } = recording
    const duration90k = durationOf(recording)
    if (isClosed) return { description, duration90k, sizeBytes: size }
    if (recording.sizeBytes < size) await handle.truncate(recording.sizeBytes)
    const sizeBytes =
      duration90k === 0
        ? recording.sizeBytes
        : await finish(handle, recording.sizeBytes, closing(description, recording.runs, recording.sizeBytes))
    return { description, duration90k, sizeBytes }
  } finally {
    await handle.close()
  }
}

/** What an open file of that size holds. Errors: ParseError; the system's. */
export function readHandle(handle: FileHandle, size: number): Promise<Recording> {
  return readRecording(size, async (offset, length) => {
    const wanted = Math.max(0, Math.min(length, size - offset))
    const bytes = Buffer.alloc(wanted)
    const { bytesRead } = await handle.read(bytes, 0, wanted, offset)
    return bytes.subarray(0, bytesRead)
  })
}

/** The tail must be on the disk before the patch makes it count. Gives the whole size. */
async function finish(handle: FileHandle, sizeBytes: number, close: Closing): Promise<number> {
  await writeAll(handle, close.tail, sizeBytes)
  await handle.datasync()
  await writeAll(handle, close.patch, close.patchOffset)
  await handle.sync()
  return sizeBytes + close.tail.length
}

/** Writes at the end, or at `position`. A disk may take less than it was given. */
async function writeAll(handle: FileHandle, bytes: Buffer, position: number | null = null): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const at = position === null ? null : position + done
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, at)
    done += bytesWritten
  }
}

/** Makes a folder that will still be there after a power cut. */
async function makeDay(path: string): Promise<void> {
  try {
    await mkdir(path, { mode: 0o700 })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'EEXIST') return
    throw error
  }
  await syncFolder(dirname(path))
}

/** A new name in a folder is on the disk only when the folder is. */
export async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}
