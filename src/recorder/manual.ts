/** Recording by the owner's hand: from now on, until told otherwise or for a while. It ends with the camera's process. */
import type { Clock } from '../base/clock.ts'
import type { Timers } from '../base/timers.ts'

interface ManualRecordingOptions {
  readonly recorder: { record(isManual: boolean): void }
  readonly clock: Pick<Clock, 'monotonicMs'>
  readonly timers: Timers
}

export class ManualRecording {
  readonly #options: ManualRecordingOptions
  #isOn = false
  /** Monotonic; undefined without an end. */
  #endMs: number | undefined
  #cancel: () => void = () => undefined

  constructor(options: ManualRecordingOptions) {
    this.#options = options
  }

  get isOn(): boolean {
    return this.#isOn
  }

  /** Seconds until it ends by itself, rounded up; 0 if it doesn't, or is off. */
  get remainingSeconds(): number {
    if (this.#endMs === undefined) return 0
    return Math.max(0, Math.ceil((this.#endMs - this.#options.clock.monotonicMs()) / 1000))
  }

  /** Begins, or counts anew. Without seconds it goes on until it is stopped. */
  start(seconds: number | undefined): void {
    const { recorder, clock, timers } = this.#options
    this.#cancel()
    this.#isOn = true
    this.#endMs = seconds === undefined ? undefined : clock.monotonicMs() + seconds * 1000
    if (seconds !== undefined) this.#cancel = timers.after(seconds * 1000, () => this.stop())
    recorder.record(true)
  }

  stop(): void {
    this.#cancel()
    this.#isOn = false
    this.#endMs = undefined
    this.#options.recorder.record(false)
  }
}
