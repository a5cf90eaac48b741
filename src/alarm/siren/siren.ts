/**
 * The siren: sounds from the beginning of a motion to its end in the hours of SetAudioAlarm, for at least 3 s and at most
 * a minute.
 */
import type { Timers } from '../../base/timers.ts'
import type { WeeklyGate, WeeklyPlan } from '../../base/weekly-gate.ts'
import type { AlarmEvent, EventListener } from '../event.ts'

const LEAST_MS = 3000
const MOST_MS = 60_000

/** What makes the noise. Neither call may throw. */
export interface SirenDriver {
  start(): void
  stop(): void
}

interface SirenOptions {
  readonly driver: SirenDriver
  readonly gate: WeeklyGate
  readonly timers: Timers
}

export class Siren implements EventListener {
  readonly #options: SirenOptions
  /** Motions that go on. */
  readonly #events = new Set<number>()
  #isSounding = false
  /** It has sounded for less than the least time. */
  #isYoung = false
  #cancels: (() => void)[] = []
  /** By hand. */
  #isPlaying = false
  #cancelPlay: () => void = () => undefined

  constructor(options: SirenOptions) {
    this.#options = options
  }

  get isSounding(): boolean {
    return this.#isSounding
  }

  /** Silent at once outside of the new hours. */
  configure(plan: WeeklyPlan): void {
    const { gate } = this.#options
    gate.configure(plan)
    if (!gate.isOpen) this.#stop()
  }

  began({ id, kind }: AlarmEvent): void {
    if (kind !== 'motion' || !this.#options.gate.isOpen) return
    this.#events.add(id)
    this.#start()
  }

  ended({ id }: AlarmEvent): void {
    this.#events.delete(id)
    this.#stopUnlessNeeded()
  }

  /** Sounds by hand for a while, whatever the hours say. */
  play(ms: number): void {
    this.#cancelPlay()
    this.#isPlaying = true
    this.#cancelPlay = this.#options.timers.after(ms, () => {
      this.#isPlaying = false
      this.#stopUnlessNeeded()
    })
    this.#sound()
  }

  /** Silent at once, also while something moves. */
  silence(): void {
    this.#cancelPlay()
    this.#isPlaying = false
    this.#stop()
  }

  stop(): void {
    this.silence()
  }

  #start(): void {
    const { timers } = this.#options
    for (const cancel of this.#cancels.splice(0)) cancel()
    this.#isYoung = true
    this.#cancels = [
      timers.after(LEAST_MS, () => {
        this.#isYoung = false
        this.#stopUnlessNeeded()
      }),
      timers.after(MOST_MS, () => this.#stop()),
    ]
    this.#sound()
  }

  #sound(): void {
    if (this.#isSounding) return
    this.#isSounding = true
    this.#options.driver.start()
  }

  #stopUnlessNeeded(): void {
    if (this.#events.size === 0 && !this.#isYoung) this.#stop()
  }

  #stop(): void {
    for (const cancel of this.#cancels.splice(0)) cancel()
    this.#events.clear()
    this.#isYoung = false
    if (!this.#isSounding || this.#isPlaying) return
    this.#isSounding = false
    this.#options.driver.stop()
  }
}
