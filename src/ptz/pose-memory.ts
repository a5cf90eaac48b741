/** Where the digital head rested last, kept over restarts. */
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Timers } from '../base/timers.ts'
import { MAX_ZOOM, type Pose } from '../engine/head/motion.ts'
import { type Fields, type Memory, recall } from './memory.ts'

/** The disk is spared: one write in this time. */
const INTERVAL_MS = 1000

interface PoseMemoryOptions {
  readonly memory: Memory
  readonly key: string
  readonly timers: Timers
  readonly log: Log
}

export class PoseMemory {
  readonly #options: PoseMemoryOptions
  #stored: string | undefined
  #wanted: Pose | undefined
  #isWaiting = false

  constructor(options: PoseMemoryOptions) {
    this.#options = options
  }

  /** The stored pose, or `home` if there is none. */
  load(home: Pose): Pose {
    const { memory, key, log } = this.#options
    const pose = recall(memory, key, readPose, home, log)
    this.#stored = JSON.stringify(pose)
    return pose
  }

  /** Stores a pose, now or when a second has passed since the one before. */
  keep(pose: Pose): void {
    this.#wanted = pose
    if (this.#isWaiting) return
    this.flush()
    this.#isWaiting = true
    this.#options.timers.after(INTERVAL_MS, () => {
      this.#isWaiting = false
      this.flush()
    })
  }

  /** Stores what is not stored yet. A failure is logged: the head moves all the same. */
  flush(): void {
    const pose = this.#wanted
    const text = JSON.stringify(pose)
    if (pose === undefined || text === this.#stored) return
    try {
      this.#options.memory.save({ [this.#options.key]: pose })
      this.#stored = text
    } catch (error) {
      this.#options.log.warn({ reason: messageOf(error) }, 'the position of the head could not be stored')
    }
  }
}

function readPose(value: Fields): Pose {
  return {
    pan: value.member('pan').number(0, 1),
    tilt: value.member('tilt').number(0, 1),
    zoom: value.member('zoom').number(1, MAX_ZOOM),
    focus: value.member('focus').number(0, 1),
    iris: value.member('iris').number(-1, 1),
  }
}
