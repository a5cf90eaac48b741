/**
 * One recording on its way into the cloud. What has arrived is stored after every part, so that an upload goes on where
 * it was, and nothing is uploaded twice (docs/design/cloud.md).
 */
import { open } from 'node:fs/promises'
import { CameraError } from '../base/errors.ts'
import type { CloudStore, CloudUpload } from '../store/cloud.ts'
import type { Bucket } from './bucket.ts'

/** S3 takes no smaller parts but the last one; 5 MiB is the least. */
export const PART_BYTES = 8 * 1024 * 1024
const TYPE = 'video/mp4'

export interface Recorded {
  readonly name: string
  readonly path: string
  readonly sizeBytes: number
}

type Progress = Pick<CloudStore, 'find' | 'save'>

/** Does nothing more if it is there. Errors: CameraError; those of the file system if the file is gone. */
export async function upload(
  bucket: Bucket,
  progress: Progress,
  key: string,
  { name, path, sizeBytes }: Recorded,
): Promise<void> {
  const former = progress.find(name)
  if (former?.state === 'done') return
  const file = await open(path)
  try {
    // Its end may have been reached without our having noted it.
    if (former === undefined || (await bucket.sizeOf(key)) !== sizeBytes) {
      const start: CloudUpload = former ?? { name, state: 'open', uploadId: undefined, parts: [] }
      progress.save(start)
      const read = async (at: number) => {
        const piece = Buffer.alloc(Math.min(PART_BYTES, sizeBytes - at))
        const { bytesRead } = await file.read(piece, 0, piece.length, at)
        if (bytesRead !== piece.length) throw new CameraError('read-failed', `${name} is shorter than it was`)
        return piece
      }
      if (sizeBytes <= PART_BYTES) await bucket.put(key, await read(0), TYPE)
      else await uploadParts(bucket, progress, key, start, sizeBytes, read)
    }
    progress.save({ name, state: 'done', uploadId: undefined, parts: [] })
  } finally {
    await file.close()
  }
}

async function uploadParts(
  bucket: Bucket,
  progress: Progress,
  key: string,
  start: CloudUpload,
  sizeBytes: number,
  read: (at: number) => Promise<Uint8Array>,
): Promise<void> {
  const { name } = start
  const uploadId = start.uploadId ?? (await bucket.begin(key, TYPE))
  const parts = [...start.parts]
  progress.save({ name, state: 'open', uploadId, parts })
  try {
    for (let at = parts.length * PART_BYTES; at < sizeBytes; at = parts.length * PART_BYTES) {
      parts.push(await bucket.putPart(key, uploadId, parts.length + 1, await read(at)))
      progress.save({ name, state: 'open', uploadId, parts })
    }
    await bucket.complete(key, uploadId, parts)
  } catch (error) {
    // The storage has forgotten the upload: begin anew the next time.
    if (error instanceof CameraError && error.kind === 'not-exist') {
      progress.save({ name, state: 'open', uploadId: undefined, parts: [] })
    }
    throw error
  }
}
