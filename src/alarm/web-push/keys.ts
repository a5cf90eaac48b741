/** The camera's own keys, by which push services know it (VAPID, RFC 8292): made once and kept in the store. */
import webPush, { type VapidKeys } from 'web-push'

const KEY = 'push.vapid'

export interface Memory {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

/** Errors: CameraError `write-failed`. */
export function loadVapidKeys(memory: Memory): VapidKeys {
  const stored = memory.load(KEY) as VapidKeys | undefined
  if (typeof stored?.publicKey === 'string' && typeof stored.privateKey === 'string') return stored
  const keys = webPush.generateVAPIDKeys()
  memory.save({ [KEY]: keys })
  return keys
}
