/** The network side of the camera, composed (docs/design/network.md). */
import type { DeviceIdentity } from './api/parts.ts'
import type { Part } from './base/lifecycle.ts'
import type { Log } from './base/log.ts'
import { systemTimers } from './base/timers.ts'
import type { Config } from './config/schema.ts'
import { Discovery, uidOf } from './network/discovery.ts'
import { VirtualLink } from './network/link/virtual.ts'
import { query } from './network/ntp/query.ts'
import { TimeSync } from './network/ntp/time-sync.ts'
import type { NetworkParts } from './network/ports.ts'
import { VirtualModem, VirtualWifi } from './network/wireless/virtual.ts'
import type { ServicePorts } from './servers/service-ports.ts'
import type { DeviceClock } from './system/device-clock.ts'
import type { LogEvent } from './system/log-event.ts'

interface NetworkOptions {
  readonly config: Config
  readonly device: DeviceIdentity
  readonly deviceClock: DeviceClock
  readonly servicePorts: ServicePorts
  /** The services are there for other machines. */
  readonly isOpen: () => boolean
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

export interface CameraNetwork {
  readonly parts: NetworkParts
  /** Started after the servers. */
  readonly list: readonly Part[]
}

export function createNetwork(options: NetworkOptions): CameraNetwork {
  const { config, device, deviceClock, servicePorts, isOpen, note } = options
  const log = options.log.child({ part: 'network' })
  const allowLocalTargets = config.allowLocalTargets === 'yes'
  const timeSync = new TimeSync({
    clock: deviceClock,
    ask: (server) => query(server, { clock: deviceClock, allowLocalTargets }),
    timers: systemTimers,
    random: Math.random,
    note,
    log,
  })
  const wifi = new VirtualWifi(note)
  const mobile = new VirtualModem(note, log)
  const link = new VirtualLink(device.serial, () => wifi.isJoined)
  const discovery = new Discovery({
    uid: uidOf(device.serial),
    model: device.model,
    services: () => (isOpen() ? servicesOf(servicePorts) : []),
    log,
  })
  servicePorts.onChange(() => discovery.update())
  return {
    parts: { timeSync, link, wifi, mobile, discovery },
    list: [
      { name: 'time sync', start: () => timeSync.start(), stop: () => timeSync.stop() },
      { name: 'discovery', start: () => discovery.start(), stop: () => discovery.stop() },
    ],
  }
}

/** What other machines can use. */
function servicesOf(servicePorts: ServicePorts) {
  return (['http', 'https', 'rtmp', 'rtsp'] as const).flatMap((name) => {
    const port = servicePorts.portOf(name)
    return port === undefined ? [] : [{ name, port }]
  })
}
