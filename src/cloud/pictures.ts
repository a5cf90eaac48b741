/** A picture of every event, into the cloud: planned and kept by the outbox like every message. */
import { readFile } from 'node:fs/promises'
import type { Attachment, Notifier } from '../alarm/notifier.ts'
import { CameraError } from '../base/errors.ts'
import type { Cloud } from './cloud.ts'

const EXPIRES_MS = 7 * 24 * 3600_000

interface PicturesOptions {
  readonly cloud: Pick<Cloud, 'wantsPictures' | 'putPicture'>
  /** Takes a picture now. */
  readonly picture: (name: string) => Promise<Attachment>
  readonly nowMs: () => number
}

export function cloudPictures({ cloud, picture, nowMs }: PicturesOptions): Notifier {
  return {
    name: 'cloud',
    plan: async ({ id, kind, startMs }, occasion) => {
      if (occasion !== 'began' || !cloud.wantsPictures) return []
      const stamp = new Date(startMs).toISOString().replaceAll(/[-:]/g, '').replace('T', '_').slice(0, 15)
      const name = `${stamp}_${id}_${kind}.jpg`
      const attachments = [await picture(name)]
      return [{ content: {}, attachments, expiresMs: nowMs() + EXPIRES_MS }]
    },
    deliver: async ({ attachments }, signal) => {
      const [first] = attachments
      if (first === undefined) throw new CameraError('read-failed', 'the picture is gone')
      await cloud.putPicture(first.name, await readFile(first.path), signal)
    },
  }
}
