/** Everything the camera remembers, by kind. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import { replaceFile } from '../base/durable.ts'
import type { Log } from '../base/log.ts'
import { AlarmEventStore } from './alarm-events.ts'
import { CloudStore } from './cloud.ts'
import { Database } from './database.ts'
import { DeliveryStore } from './deliveries.ts'
import { EventNoticeStore } from './event-notices.ts'
import { LogStore } from './log.ts'
import { MotionStore } from './motion.ts'
import { PushStore } from './push.ts'
import { RECORDINGS, RecordingStore } from './recordings.ts'
import { SettingsStore } from './settings.ts'
import { ThrottleStore } from './throttle.ts'
import { UserStore } from './users.ts'

export interface Store {
  readonly settings: SettingsStore
  readonly users: UserStore
  readonly throttle: ThrottleStore
  readonly log: LogStore
  readonly alarmEvents: AlarmEventStore
  readonly deliveries: DeliveryStore
  readonly eventNotices: EventNoticeStore
  readonly push: PushStore
  readonly cloud: CloudStore
  /** The database was damaged, and its last good copy or a new one took its place. */
  readonly wasDamaged: boolean
  readonly recordings: RecordingStore
  readonly motion: MotionStore
  /** The admin has had a password once: a factory account without one would be the fruit of damage. */
  readonly isProtected: boolean
  /** Notes that for ever. On the disk when this returns. */
  markProtected(): void
  /** Stores all that `write` does, or nothing. Errors: CameraError `write-failed`, and those of `write`. */
  atomically(write: () => void): void
  close(): void
}

interface StoreOptions {
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Log
}

/** Errors: CameraError with a sentence for the owner; those of the system. */
export function openStore({ dataDir, clock, log }: StoreOptions): Store {
  const database = new Database({ dataDir, clock, log })
  const index = new Database({ dataDir, clock, log, kind: RECORDINGS })
  // Not in the database, so that it outlives its loss.
  const marker = join(dataDir, 'protected')
  return {
    settings: new SettingsStore(database),
    users: new UserStore(database),
    throttle: new ThrottleStore(database),
    log: new LogStore(database),
    alarmEvents: new AlarmEventStore(database),
    deliveries: new DeliveryStore(database),
    eventNotices: new EventNoticeStore(database),
    push: new PushStore(database),
    cloud: new CloudStore(database),
    wasDamaged: database.hasReplaced,
    recordings: new RecordingStore(index),
    motion: new MotionStore(index),
    isProtected: existsSync(marker),
    markProtected: () => {
      if (existsSync(marker)) return
      replaceFile(marker, (file) => writeFileSync(file, 'This camera has had an admin password.\n'))
    },
    atomically: (write) => database.transaction(write),
    close: () => {
      index.close()
      database.close()
    },
  }
}
