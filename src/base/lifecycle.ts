/** Starting and stopping a list of parts. */
import type { Log } from './log.ts'

export interface Part {
  readonly name: string
  start?(): Promise<void> | void
  stop?(): Promise<void> | void
}

/** Starts the parts in order. If one fails, those already started are stopped again in reverse. */
export async function startAll(parts: readonly Part[], log: Log): Promise<void> {
  for (const [index, part] of parts.entries()) {
    try {
      await part.start?.()
    } catch (error) {
      await stopAll(parts.slice(0, index), log)
      throw error
    }
  }
}

/** Stops the parts in reverse order; a part that fails to stop is logged and does not keep the others from it. */
export async function stopAll(parts: readonly Part[], log: Log): Promise<void> {
  for (const part of parts.toReversed()) {
    try {
      await part.stop?.()
    } catch (error) {
      log.error({ err: error, failed: part.name }, 'a part did not stop cleanly')
    }
  }
}
