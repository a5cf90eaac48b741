/** The camera's own keys, by which push services know it (VAPID, RFC 8292): made once and kept in the store. */
import type { VapidKeys } from 'web-push'

const KEY = 'push.vapid'

export interface Memory {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

/** Errors: CameraError `write-failed`. */
export async function loadVapidKeys(memory: Memory): Promise<VapidKeys> {
  const stored = memory.load(KEY) as VapidKeys | undefined
  if (typeof stored?.publicKey === 'string' && typeof stored.privateKey === 'string') return stored
  const { default: webPush } = await import('web-push')
  const keys = webPush.generateVAPIDKeys()
  memory.save({ [KEY]: keys })
  return keys
}
