/** Doing something later. Parts take `Timers` so that tests need no waiting. */
import { type Clock, manualClock } from './clock.ts'

export interface Timers {
  /** Runs `action` once after `ms`; the function that comes back prevents it. It keeps no process alive. */
  after(ms: number, action: () => void): () => void
}

/** The longest wait of setTimeout, a signed 32-bit number of milliseconds. */
const LONGEST_MS = 2 ** 31 - 1

export const systemTimers: Timers = {
  after: (ms, action) => {
    const timer = setTimeout(action, Math.min(LONGEST_MS, ms))
    timer.unref()
    return () => clearTimeout(timer)
  },
}

/** A clock for tests with its timers: they run when `advance` passes them, in the order of their times. */
export function manualTime(): Timers & { readonly clock: Clock; advance(ms: number): void } {
  const clock = manualClock()
  const waiting = new Set<{ readonly atMs: number; readonly action: () => void }>()
  return {
    clock,
    after: (ms, action) => {
      const entry = { atMs: clock.monotonicMs() + ms, action }
      waiting.add(entry)
      return () => waiting.delete(entry)
    },
    advance: (ms) => {
      const end = clock.monotonicMs() + ms
      for (;;) {
        const [next] = [...waiting].filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)
        if (next === undefined) break
        waiting.delete(next)
        clock.advance(Math.max(0, next.atMs - clock.monotonicMs()))
        next.action()
      }
      clock.advance(end - clock.monotonicMs())
    },
  }
}
