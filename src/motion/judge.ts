/**
 * Whether what moved is an alarm: scope, sensitivity, two pictures that agree, and a hold time. Pure; fed by the
 * engine's cells as they come, and by a clock between them.
 */
import type { LocalTime } from '../base/local-time.ts'
import { CELLS, countCommon } from './grid.ts'
import { type Period, sensitivityAt } from './sensitivity.ts'

/** A picture over the limit counts when there was another one not longer ago: two of three at 7 pictures a second. */
const AGREEMENT_MS = 450
/** Motion is over when nothing was over the limit for so long. */
const HOLD_MS = 3000

/** What the owner has set (Guide §3.8.1). */
export interface MotionSettings {
  readonly isEnabled: boolean
  /** A bit for each cell in which motion counts. */
  readonly scope: Uint8Array
  readonly periods: readonly Period[]
}

export const FACTORY_MOTION: MotionSettings = {
  isEnabled: true,
  scope: new Uint8Array(CELLS / 8).fill(0xff),
  periods: [],
}

export interface Verdict {
  /** Motion goes on, or has been over for less than the hold time. */
  readonly isMotion: boolean
  /** Share of armed cells that moved, 0 to 1. */
  readonly score: number
  /** Those cells. */
  readonly cells: Uint8Array
}

const NO_CELLS = new Uint8Array(CELLS / 8)

/** Share of armed cells above which there is motion, from 0.04 % at 1 by 12 % a step to 10 % at 50 (docs/design/motion.md). */
export function limitOf(sensitivity: number): number {
  return 0.001 * 1.12 ** (sensitivity - 9)
}

export class Judge {
  #settings: MotionSettings = FACTORY_MOTION
  #armed = CELLS
  #overMs = Number.NEGATIVE_INFINITY
  #confirmedMs = Number.NEGATIVE_INFINITY

  /** Takes effect with the next picture; nothing goes on when it is switched off. */
  configure(settings: MotionSettings): void {
    this.#settings = settings
    this.#armed = countCommon(settings.scope, settings.scope)
    if (!settings.isEnabled) this.forget()
  }

  /** Judges one picture. Times are monotonic milliseconds, `local` is what the camera's clock shows. */
  judge(moved: Uint8Array, atMs: number, local: LocalTime): Verdict {
    const { isEnabled, scope, periods } = this.#settings
    if (!isEnabled || this.#armed === 0) return { isMotion: false, score: 0, cells: NO_CELLS }
    const count = countCommon(moved, scope)
    const score = count / this.#armed
    const isOver = score > limitOf(sensitivityAt(periods, local)) && count >= Math.min(2, this.#armed)
    if (isOver) {
      if (atMs - this.#overMs <= AGREEMENT_MS || this.isMotionAt(atMs)) this.#confirmedMs = atMs
      this.#overMs = atMs
    }
    const cells = count === 0 ? NO_CELLS : moved.map((byte, index) => byte & scope[index]!)
    return { isMotion: this.isMotionAt(atMs), score, cells }
  }

  /** Whether motion goes on at a time without a new picture. */
  isMotionAt(atMs: number): boolean {
    return atMs - this.#confirmedMs < HOLD_MS
  }

  /** Milliseconds until motion is over if nothing moves any more; 0 if there is none. */
  remainingMs(atMs: number): number {
    return Math.max(0, this.#confirmedMs + HOLD_MS - atMs)
  }

  /** What was seen counts no more. */
  forget(): void {
    this.#overMs = Number.NEGATIVE_INFINITY
    this.#confirmedMs = Number.NEGATIVE_INFINITY
  }
}
