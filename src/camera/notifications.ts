/** What is sent to the owner when something happens, composed: the notifiers, their pictures, and the outbox. */
import { join } from 'node:path'
import { Clips } from '../alarm/clip.ts'
import { Email } from '../alarm/email/email.ts'
import type { AlarmEvent } from '../alarm/event.ts'
import { Ftp } from '../alarm/ftp/ftp.ts'
import { Notifications } from '../alarm/notifications.ts'
import type { Notifier } from '../alarm/notifier.ts'
import { foldersOf, Outbox } from '../alarm/outbox.ts'
import type { DeviceIdentity } from '../api/parts.ts'
import type { Clock } from '../base/clock.ts'
import type { LocalTime, Zone } from '../base/local-time.ts'
import type { Log } from '../base/log.ts'
import { systemTimers, type Timers } from '../base/timers.ts'
import type { Config } from '../config/schema.ts'
import type { StreamName } from '../media/packet.ts'
import type { Stream } from '../media/stream.ts'
import type { Store } from '../store/store.ts'
import type { LogEvent } from '../system/log-event.ts'

export interface NotificationsOptions {
  readonly config: Pick<Config, 'dataDir' | 'allowLocalTargets'>
  readonly live: {
    stream(name: StreamName): Stream
    snapshot(wish: { readonly stream: StreamName }): Promise<Uint8Array>
  }
  readonly store: Pick<Store, 'deliveries' | 'settings' | 'eventNotices' | 'alarmEvents' | 'atomically'>
  readonly deviceClock: Clock & {
    readonly reading: { readonly zone: Zone }
    local(utcMs?: number): LocalTime
  }
  readonly cameraName: () => string
  readonly device: Pick<DeviceIdentity, 'serial'>
  readonly note: (event: LogEvent) => void
  readonly log: Log
  readonly timers?: Timers
  /** Further ways to the owner. */
  readonly others?: readonly Notifier[]
}

const CHANNEL = 0

export function createNotifications(options: NotificationsOptions) {
  const { config, live, store, deviceClock: clock, note, log, timers = systemTimers } = options
  const { serial } = options.device
  const folder = join(config.dataDir, 'outbox')
  const scenery = {
    snapshot: () => live.snapshot({ stream: 'main' }),
    ...foldersOf(folder),
  }
  const clipsOf = (name: 'main' | 'sub') => new Clips({ channel: CHANNEL, stream: live.stream(name), clock })
  const clips = { main: clipsOf('main'), sub: clipsOf('sub') }
  const allowLocalTargets = config.allowLocalTargets === 'yes'
  const common = { scenery, clock, timers, allowLocalTargets, serial }
  const email = new Email({
    ...common,
    clips: clips.sub,
    memory: store.settings,
    cameraName: options.cameraName,
  })
  const ftp = new Ftp({ ...common, clips: clips.main })
  const notifiers = [email, ftp, ...(options.others ?? [])]
  const outbox = new Outbox({ folder, rows: store.deliveries, notifiers, clock, timers, note, log })
  const listener = new Notifications({
    notifiers,
    outbox,
    notices: store.eventNotices,
    find: (id) => store.alarmEvents.find(id) as AlarmEvent | undefined,
    atomically: (write) => store.atomically(write),
    timers,
    note,
  })
  return {
    listener,
    email,
    ftp,
    outbox,
    start: () => {
      outbox.start()
      listener.start()
    },
    stop: async () => {
      ftp.stop()
      clips.main.stop()
      clips.sub.stop()
      await listener.stop()
      await outbox.stop()
    },
  }
}
