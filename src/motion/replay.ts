/** What a camera would have made of sightings that are already there: its events and scores, at a time of their own. */
import type { EventKind } from '../alarm/event.ts'
import { manualTime } from '../base/timers.ts'
import { CELLS } from './grid.ts'
import type { MotionSettings } from './judge.ts'
import { MotionWatch, type Seen } from './motion-watch.ts'

/** An event of a replay, milliseconds since its beginning. */
export interface ReplayedEvent {
  readonly kind: EventKind
  readonly startMs: number
  /** When it was told: what alarms is delayed by. */
  readonly noticedMs: number
  endMs: number | undefined
  /** Greatest share of armed cells that moved. */
  peakScore: number
}

const NOTHING = { covered: false, frozen: false, defocused: false }

export class Replay {
  readonly events: ReplayedEvent[] = []
  /** Greatest share of armed cells that moved, for each second. */
  readonly scores: number[] = []
  /** In how many pictures each armed cell moved. */
  readonly heat = new Uint32Array(CELLS)
  readonly #time = manualTime()
  readonly #watch: MotionWatch

  /** All times of the day have the first period's sensitivity. */
  constructor(settings: MotionSettings) {
    const { clock } = this.#time
    this.#watch = new MotionWatch({
      channel: 0,
      timers: this.#time,
      clock: {
        ...clock,
        local: () => ({ year: 2000, month: 1, day: 1, hour: 12, minute: 0, second: 0 }),
      },
      events: {
        begin: (_channel, kind, begun) => {
          this.#begin(kind, begun?.sinceMs ?? 0)
          if (begun !== undefined) this.#add(kind, begun.score, begun.cells)
        },
        add: (_channel, kind, score, cells) => this.#add(kind, score, cells),
        end: (_channel, kind) => this.#end(kind),
      },
    })
    this.#watch.configure(settings)
    this.#watch.listen((_channel, _utcMs, score) => this.scores.push(score))
    this.#watch.start()
  }

  /** Takes what was seen at a time; times grow. */
  take(seen: Seen | undefined, atMs: number): void {
    this.#advanceTo(atMs)
    if (seen !== undefined) this.#watch.take(seen, atMs)
  }

  /** Nothing comes any more: what goes on ends. */
  finish(atMs: number): void {
    this.#advanceTo(atMs)
    for (const { kind } of this.events.filter(({ endMs }) => endMs === undefined)) this.#end(kind)
    this.#watch.take({ cells: undefined, trouble: NOTHING }, atMs)
    this.#watch.stop()
  }

  #advanceTo(atMs: number): void {
    this.#time.advance(Math.max(0, atMs - this.#time.clock.monotonicMs()))
  }

  #begin(kind: EventKind, sinceMs: number): void {
    if (this.#find(kind) !== undefined) return
    const noticedMs = this.#time.clock.monotonicMs()
    this.events.push({ kind, startMs: noticedMs - sinceMs, noticedMs, endMs: undefined, peakScore: 0 })
  }

  #add(kind: EventKind, score: number, cells: Uint8Array): void {
    const event = this.#find(kind)
    if (event !== undefined) event.peakScore = Math.max(event.peakScore, score)
    for (let cell = 0; cell < CELLS; cell += 1)
      this.heat[cell]! += (cells[cell >> 3]! >> (7 - (cell & 7))) & 1
  }

  #end(kind: EventKind): void {
    const event = this.#find(kind)
    if (event !== undefined) event.endMs = this.#time.clock.monotonicMs()
  }

  #find(kind: EventKind): ReplayedEvent | undefined {
    return this.events.find((event) => event.kind === kind && event.endMs === undefined)
  }
}
