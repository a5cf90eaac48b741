/** Watches one run of a version on trial: whether it gets ready in time, and stays. */
import type { Program } from './program.ts'

export class TrialWatch {
  #trial: Program['trial']
  #timer: NodeJS.Timeout | undefined
  #isReady = false

  /** For a program that is not on trial it does nothing. `kill` has to end the camera. */
  constructor({ trial }: Program, readyLimitMs: number, kill: (why: string) => void) {
    this.#trial = trial
    if (trial === undefined) return
    const why = `The camera was not ready within ${Math.round(readyLimitMs / 1000)} s.`
    this.#timer = setTimeout(() => kill(why), readyLimitMs)
  }

  ready(): void {
    const trial = this.#trial
    if (trial === undefined) return
    this.#isReady = true
    clearTimeout(this.#timer)
    this.#timer = setTimeout(() => {
      this.#trial = undefined
      trial.proven()
    }, trial.healthyMs)
  }

  /** `end`: by itself, because the camera asked for it, or because the supervisor stops. True if the version has failed. */
  ended(end: 'by itself' | 'asked' | 'stopped', why: string): boolean {
    clearTimeout(this.#timer)
    const trial = this.#trial
    this.#trial = undefined
    if (trial === undefined) return false
    if (end === 'by itself') trial.failed(why)
    // One that asks again and again runs out of tries.
    else if (end === 'stopped' && this.#isReady) trial.interrupted()
    return end === 'by itself'
  }
}
