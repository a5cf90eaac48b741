/** The network side of the camera, composed (docs/design/network.md). */
import type { Part } from './base/lifecycle.ts'
import type { Log } from './base/log.ts'
import { systemTimers } from './base/timers.ts'
import type { Config } from './config/schema.ts'
import { query } from './network/ntp/query.ts'
import { TimeSync } from './network/ntp/time-sync.ts'
import type { NetworkParts } from './network/ports.ts'
import type { DeviceClock } from './system/device-clock.ts'
import type { LogEvent } from './system/log-event.ts'

interface NetworkOptions {
  readonly config: Config
  readonly deviceClock: DeviceClock
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

export interface CameraNetwork {
  readonly parts: NetworkParts
  /** Started after the servers. */
  readonly list: readonly Part[]
}

export function createNetwork({ config, deviceClock, note, log: parentLog }: NetworkOptions): CameraNetwork {
  const log = parentLog.child({ part: 'network' })
  const allowLocalTargets = config.allowLocalTargets === 'yes'
  const timeSync = new TimeSync({
    clock: deviceClock,
    ask: (server) => query(server, { clock: deviceClock, allowLocalTargets }),
    timers: systemTimers,
    random: Math.random,
    note,
    log,
  })
  return {
    parts: { timeSync },
    list: [{ name: 'time sync', start: () => timeSync.start(), stop: () => timeSync.stop() }],
  }
}
