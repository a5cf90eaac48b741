/** A picture of every event, into the cloud: planned and kept by the outbox like every message. */
import { randomUUID } from 'node:crypto'
import { readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Notifier } from '../alarm/notifier.ts'
import { CameraError } from '../base/errors.ts'
import type { Cloud } from './cloud.ts'

const EXPIRES_MS = 7 * 24 * 3600_000

interface PicturesOptions {
  readonly cloud: Pick<Cloud, 'wantsPictures' | 'putPicture'>
  readonly snapshot: () => Promise<Uint8Array>
  readonly nowMs: () => number
}

export function cloudPictures({ cloud, snapshot, nowMs }: PicturesOptions): Notifier {
  return {
    name: 'cloud',
    plan: async ({ id, kind, startMs }, occasion) => {
      if (occasion !== 'began' || !cloud.wantsPictures) return []
      const stamp = new Date(startMs).toISOString().replaceAll(/[-:]/g, '').replace('T', '_').slice(0, 15)
      const name = `${stamp}_${id}_${kind}.jpg`
      const path = join(tmpdir(), `vedette-${randomUUID()}.jpg`)
      writeFileSync(path, await snapshot(), { mode: 0o600 })
      const attachments = [{ name, type: 'image/jpeg', path }]
      return [{ content: {}, attachments, expiresMs: nowMs() + EXPIRES_MS }]
    },
    deliver: async ({ attachments }, signal) => {
      const [picture] = attachments
      if (picture === undefined) throw new CameraError('read-failed', 'the picture is gone')
      await cloud.putPicture(picture.name, readFileSync(picture.path), signal)
    },
  }
}
