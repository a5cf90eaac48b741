/** When a stream whose segment failed may begin another one. */
import type { RecordedStream } from './names.ts'

/** A segment that failed is followed by another at once, those after it in pauses that the ring covers: it may soon be over. */
const PAUSES_MS: readonly number[] = [0, 2000, ...Array<number>(15).fill(4000)]
/** After a minute it is not. */
const LONG_PAUSE_MS = 30_000
const FULL_PAUSE_MS = 2000
/** Failures so far apart have nothing to do with each other. */
const FORGET_MS = 60_000

/** All times are monotonic. */
export class Retries {
  /** From which time on, 1/90000 s, the next segment has to reach. */
  readonly #due = new Map<RecordedStream, { readonly atMs: number; readonly fromPts90k: number }>()
  /** One after the other. */
  readonly #failures = new Map<RecordedStream, { readonly count: number; readonly atMs: number }>()

  get isEmpty(): boolean {
    return this.#due.size === 0
  }

  has(stream: RecordedStream): boolean {
    return this.#due.has(stream)
  }

  /** What failed on a disk that was going away says nothing of the one that came. */
  forget(): void {
    this.#due.clear()
    this.#failures.clear()
  }

  /** `fromPts90k` is undefined if nothing is missing. A full disk is no reason to wait longer and longer. */
  add(stream: RecordedStream, code: string, fromPts90k: number | undefined, nowMs: number): void {
    const pauseMs = code === 'ENOSPC' ? FULL_PAUSE_MS : this.#pauseAfter(stream, nowMs)
    if (fromPts90k !== undefined) this.#due.set(stream, { atMs: nowMs + pauseMs, fromPts90k })
  }

  /** Whether it is time for another segment: from when on, 1/90000 s. */
  take(stream: RecordedStream, nowMs: number): number | undefined {
    const due = this.#due.get(stream)
    if (due === undefined || nowMs < due.atMs) return undefined
    this.#due.delete(stream)
    return due.fromPts90k
  }

  #pauseAfter(stream: RecordedStream, nowMs: number): number {
    const last = this.#failures.get(stream)
    const count = last === undefined || nowMs - last.atMs > FORGET_MS ? 0 : last.count
    this.#failures.set(stream, { count: count + 1, atMs: nowMs })
    return PAUSES_MS[count] ?? LONG_PAUSE_MS
  }
}
