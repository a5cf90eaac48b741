/** Waiting for a slow client. */
import type { Writable } from 'node:stream'

/** Resolves when `target` takes more, or is gone; nothing of the waiting stays behind. */
export function drained(target: Writable): Promise<void> {
  if (target.destroyed) return Promise.resolve()
  return new Promise((resolve) => {
    const goOn = () => {
      target.off('drain', goOn)
      target.off('close', goOn)
      resolve()
    }
    target.on('drain', goOn)
    target.on('close', goOn)
  })
}
