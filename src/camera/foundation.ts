/** What every part of a camera stands on: configuration, store, clocks, the owner's log and the users. */
import { join } from 'node:path'
import { time, timeIn } from '../api/commands/system/Time.ts'
import { type Access, openAccess } from '../auth/access.ts'
import { loadSealingKey } from '../auth/sealing-key.ts'
import { type Clock, systemClock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Config } from '../config/schema.ts'
import { openStore, type Store } from '../store/store.ts'
import { DeviceClock } from '../system/device-clock.ts'
import { DeviceLog } from '../system/device-log.ts'
import { performFactoryReset } from '../system/factory-reset.ts'
import { zoneFromHost } from '../system/host-zone.ts'
import type { LogEvent } from '../system/log-event.ts'

export interface Foundation {
  readonly config: Config
  readonly clock: Clock
  readonly store: Store
  readonly deviceClock: DeviceClock
  readonly deviceLog: DeviceLog
  /** Notes for the owner. */
  readonly note: (event: LogEvent) => void
  readonly access: Access
  readonly log: Log
  /** Ends a reset to the factory state that was asked for before this start. */
  readonly finishReset: () => void
}

/** Errors: CameraError with a sentence for the owner. */
export async function openFoundation(config: Config, log: Log): Promise<Foundation> {
  const clock = systemClock
  const reset = performFactoryReset(config.dataDir)
  const store = openStore({ dataDir: config.dataDir, clock, log })
  reset?.keep(store.settings)
  const deviceClock = new DeviceClock({ host: clock, memory: store.settings, log })
  const deviceLog = new DeviceLog({ rows: store.log, clock: deviceClock, log })
  const note = (event: LogEvent) => deviceLog.write(event)
  const access = await openAccess({
    store,
    clock,
    log,
    note,
    adminPassword: config.adminPassword,
    sealingKey: loadSealingKey(join(config.dataDir, 'sealing.key')),
    keepsPasswords: config.onvif === 'yes' || config.mediaPort !== 'off',
  })
  takeZoneOfHost(store, clock)
  const finishReset = () => reset?.finish(deviceLog)
  return { config, clock, store, deviceClock, deviceLog, note, access, log, finishReset }
}

/** A camera that was never told another zone lives in that of its host. */
function takeZoneOfHost({ settings }: Store, clock: Clock): void {
  if (settings.load(time.name) !== undefined) return
  settings.save({ [time.name]: timeIn(zoneFromHost(clock.wallMs())) })
}
