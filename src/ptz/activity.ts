/** What a head does by itself until somebody ends it: patrol, track, scan. One at a time. */
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Timers } from '../base/timers.ts'

interface ActivityOptions {
  readonly timers: Timers
  readonly log: Log
  /** It cannot go on. */
  readonly failed: () => void
}

export type ActivityKind = 'scan' | 'patrol' | 'track'

interface Running {
  readonly kind: ActivityKind
  readonly id: number
  readonly activity: Activity
}

export class Activities {
  readonly #options: ActivityOptions
  #running: Running | undefined

  constructor(options: ActivityOptions) {
    this.#options = options
  }

  get areRunning(): boolean {
    return this.#running !== undefined
  }

  isRunning(kind: ActivityKind, id: number): boolean {
    return this.#running?.kind === kind && this.#running.id === id
  }

  /** In place of what runs. `step` is called with 0, 1, 2, …, see `Activity`. Errors: those of the first step. */
  async start(kind: ActivityKind, id: number, step: Step): Promise<void> {
    this.stop()
    const failed = () => {
      if (this.#running?.activity !== activity) return
      this.#running = undefined
      this.#options.failed()
    }
    const activity = new Activity(step, { ...this.#options, failed })
    await activity.start()
    this.#running = { kind, id, activity }
  }

  /** The head may still be under way. */
  stop(): void {
    this.#running?.activity.stop()
    this.#running = undefined
  }
}

type Step = (index: number) => Promise<number>

/** Runs steps one after the other; each says how many milliseconds later the next one comes. */
class Activity {
  readonly #options: ActivityOptions
  readonly #step: Step
  #isStopped = false
  #cancel: () => void = () => undefined

  /** Nothing is done before `start`. */
  constructor(step: Step, options: ActivityOptions) {
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
