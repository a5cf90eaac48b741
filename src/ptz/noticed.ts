/**
 * A head of which somebody wants to know when it moves: while a head that is not in the engine turns, everything in the
 * picture does, and no motion detector can tell why.
 */
import type { Direction, Head, LensGoal, Place } from './head.ts'

/** A drive lasts until it is stopped, which is told too; this is longer than any may last. */
const DRIVE_MS = 65_000
/** A head comes to rest, and the picture of it arrives. */
const SETTLE_MS = 2000
/** Lenses are slow to focus, also by themselves. */
const FOCUS_MS = 4000

export class NoticedHead implements Head {
  readonly #head: Head
  readonly #moving: (forMs: number) => void

  /** `moving` is told for how long from now the picture changes; each time counts instead of the one before. */
  constructor(head: Head, moving: (forMs: number) => void) {
    this.#head = head
    this.#moving = moving
  }

  turn(direction: Direction, speed: number): Promise<number | undefined> {
    this.#moving(DRIVE_MS)
    return this.#head.turn(direction, speed)
  }

  zoom(way: 1 | -1, speed: number): Promise<void> {
    this.#moving(DRIVE_MS)
    return this.#head.zoom(way, speed)
  }

  focus(way: 1 | -1, speed: number): Promise<void> {
    this.#moving(DRIVE_MS)
    return this.#head.focus(way, speed)
  }

  iris(way: 1 | -1, speed: number): Promise<void> {
    this.#moving(DRIVE_MS)
    return this.#head.iris(way, speed)
  }

  async stop(): Promise<void> {
    await this.#head.stop()
    this.#moving(SETTLE_MS)
  }

  async lensTo(goal: LensGoal): Promise<void> {
    this.#moving(DRIVE_MS)
    await this.#head.lensTo(goal)
    this.#moving(FOCUS_MS)
  }

  remember(slot: number): Promise<Place> {
    return this.#head.remember(slot)
  }

  forget(place: Place): Promise<void> {
    return this.#head.forget(place)
  }

  async goTo(place: Place, speed: number): Promise<number> {
    this.#moving(DRIVE_MS)
    const takesMs = await this.#head.goTo(place, speed)
    this.#moving(takesMs + SETTLE_MS)
    return takesMs
  }

  setAutoFocus(enabled: boolean): Promise<void> {
    this.#moving(FOCUS_MS)
    return this.#head.setAutoFocus(enabled)
  }

  pose(): ReturnType<Head['pose']> {
    return this.#head.pose()
  }

  close(): Promise<void> {
    return this.#head.close()
  }
}
