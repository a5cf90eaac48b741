/** What the camera notices by itself, composed: motion of each channel, events, and who is told of them. */
import { AlarmEvents } from '../alarm/events.ts'
import type { Part } from '../base/lifecycle.ts'
import type { Log } from '../base/log.ts'
import { systemTimers } from '../base/timers.ts'
import type { Sighting } from '../engine/protocol.ts'
import { MotionWatch } from '../motion/motion-watch.ts'
import type { Store } from '../store/store.ts'
import type { DeviceClock } from '../system/device-clock.ts'
import type { LogEvent } from '../system/log-event.ts'
import type { Recording } from './recording.ts'

interface AlarmOptions {
  readonly store: Store
  readonly deviceClock: DeviceClock
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

/** What engine and head tell besides pictures. */
export interface Sightings {
  sighting(sighting: Sighting, atMonotonicMs: number): void
  crashed(): void
  /** The head moves the picture for so long from now. */
  moving(forMs: number): void
}

export interface Alarm {
  readonly events: AlarmEvents
  readonly motion: MotionWatch
  readonly sightings: Sightings
  /** Recordings are made of motion from now on, and the time line shows it. */
  record(recording: Recording): void
  /** Starts before the first picture comes: what a crash cut off is ended. */
  readonly memory: Part
  /** Stops before the recorder does, which is told that events end. */
  readonly watch: Part
}

const CHANNEL = 0

export function createAlarm({ store, deviceClock, note, log }: AlarmOptions): Alarm {
  const events = new AlarmEvents({ rows: store.alarmEvents, clock: deviceClock, note, log })
  const motion = new MotionWatch({ channel: CHANNEL, events, clock: deviceClock, timers: systemTimers })
  return {
    events,
    motion,
    sightings: {
      sighting: (sighting, atMs) => motion.take(sighting, atMs),
      crashed: () => motion.lose(),
      moving: (forMs) => motion.blind(forMs),
    },
    record: ({ recorder, motion: strip }) => {
      // The root brings out what is small: somebody far away is a thousandth of the picture.
      motion.listen((channel, utcMs, score) => strip.note(channel, utcMs, Math.sqrt(score)))
      events.listen({
        began: ({ kind }) => kind === 'motion' && recorder.event(true),
        ended: ({ kind }) => kind === 'motion' && recorder.event(false),
      })
    },
    memory: { name: 'events', start: () => events.start() },
    watch: {
      name: 'motion',
      start: () => motion.start(),
      stop: () => {
        motion.stop()
        events.stop()
      },
    },
  }
}
