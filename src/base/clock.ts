/** Where time comes from. Parts take a `Clock` so that tests can hold it still. See docs/design/time.md. */

export interface Clock {
  /** Wall clock of the camera, milliseconds since 1970-01-01 UTC. It may jump. */
  wallMs(): number
  /** Monotonic time in milliseconds with a fraction, the same for every process of this host. It never jumps. */
  monotonicMs(): number
}

/** The host's clocks. */
export const systemClock: Clock = {
  wallMs: () => Date.now(),
  // CLOCK_MONOTONIC: one origin for all processes, unlike performance.now().
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
}

/** A clock for tests: it stands still until `advance` is called. */
export function manualClock(startWallMs = 0): Clock & { advance(ms: number): void } {
  let elapsedMs = 0
  return {
    wallMs: () => startWallMs + elapsedMs,
    monotonicMs: () => elapsedMs,
    advance: (ms) => {
      elapsedMs += ms
    },
  }
}
