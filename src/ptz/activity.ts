/** What a head does by itself until somebody ends it: patrol, track, scan. */
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Timers } from '../base/timers.ts'

export interface ActivityOptions {
  readonly timers: Timers
  readonly log: Log
  /** It cannot go on. */
  readonly failed: () => void
}

/** Runs steps one after the other; each says how many milliseconds later the next one comes. */
export class Activity {
  readonly #options: ActivityOptions
  readonly #step: (index: number) => Promise<number>
  #isStopped = false
  #cancel: () => void = () => undefined

  /** Nothing is done before `start`. `step` is called with 0, 1, 2, … */
  constructor(step: (index: number) => Promise<number>, options: ActivityOptions) {
    this.#step = step
    this.#options = options
  }

  /** Takes the first step. Errors: those of the step; the others end the activity with a line in the log. */
  async start(): Promise<void> {
    await this.#take(0)
  }

  stop(): void {
    this.#isStopped = true
    this.#cancel()
  }

  async #take(index: number): Promise<void> {
    const waitMs = await this.#step(index)
    if (this.#isStopped) return
    this.#cancel = this.#options.timers.after(waitMs, () => {
      this.#take(index + 1).catch((error) => {
        if (this.#isStopped) return
        this.stop()
        this.#options.log.warn({ reason: messageOf(error) }, 'the head stopped moving by itself')
        this.#options.failed()
      })
    })
  }
}
