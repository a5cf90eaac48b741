/** The parts of chapter 3.1, composed: power, maintenance, upgrades, load, the power LED, the way back to the factory state. */
import { join } from 'node:path'
import type { DeviceIdentity, Parts, PowerLedPort } from '../api/parts.ts'
import type { CameraHost } from '../camera-process.ts'
import type { Config } from '../config/schema.ts'
import { Feed } from '../firmware/feed.ts'
import { versionOfProgram } from '../firmware/state.ts'
import { Upgrades } from '../firmware/upgrades.ts'
import { AutoMaintenance } from '../system/auto-maintenance.ts'
import { requestFactoryReset } from '../system/factory-reset.ts'
import { Performance } from '../system/performance.ts'
import { findPowerLed } from '../system/power-led.ts'
import type { Channel } from './channel.ts'
import type { Foundation } from './foundation.ts'
import type { Recording } from './recording.ts'

/** Time for an answer to reach its client before the camera goes down. */
const ANSWER_FIRST_MS = 100

interface SystemOptions {
  readonly host: CameraHost
  readonly device: DeviceIdentity
  readonly live: Channel['live']
  readonly recording: Recording
  /** Bytes that all services have moved. */
  readonly networkBytes: () => number
}

type SystemParts = Pick<Parts, 'power' | 'maintenance' | 'powerLed' | 'performance' | 'factoryReset'>

export function createSystem(base: Foundation, options: SystemOptions) {
  const { config, clock, store, deviceClock, deviceLog, log } = base
  const { host, device, live, recording, networkBytes } = options
  const reboot = () => later(host.reboot)
  const maintenance = new AutoMaintenance({
    clock: deviceClock,
    memory: store.settings,
    restart: () => {
      deviceLog.write({ type: 'system', detail: 'automatic maintenance: restart' })
      host.reboot()
    },
    log,
  })
  const performance = new Performance({
    clock,
    encodedBytes: () => live.encodedBytes,
    networkBytes,
    otherPids: () => otherProcesses(live, recording),
  })
  const powerLed = powerLedOf(config)
  if (powerLed === undefined)
    log.warn('this machine has no LED that the camera may switch: there is no power LED')
  const factoryReset: Parts['factoryReset'] = {
    atNextStart: (by) => requestFactoryReset(config.dataDir, store.settings, by),
  }
  const upgrades = createUpgrades(config, host.installation, {
    serial: device.serial,
    localTime: () => deviceClock.local(),
    clock,
    log,
    deviceLog,
    reboot,
    resetAtNextStart: () => factoryReset.atNextStart(),
  })
  const parts: SystemParts = {
    power: { reboot, shutdown: () => later(host.shutdown) },
    maintenance,
    powerLed: powerLed ?? { switch: () => undefined },
    performance,
    factoryReset,
  }
  return { parts, maintenance, performance, upgrades, hasPowerLed: powerLed !== undefined }
}

/** The processes of the camera besides this one: its supervisor, unless it was started without, its engine and its recorder. */
function otherProcesses({ enginePid }: Channel['live'], { recorder }: Recording): number[] {
  const pids = [process.connected ? process.ppid : undefined, enginePid, recorder.writerPid]
  return pids.filter((pid) => pid !== undefined)
}

/** Undefined if the machine shall have one and has none. The virtual one is nothing but its state. */
function powerLedOf({ hardware, powerLedDir }: Config): PowerLedPort | undefined {
  return hardware === 'host' ? findPowerLed(powerLedDir) : { switch: () => undefined }
}

type UpgradesOptions = ConstructorParameters<typeof Upgrades>[0]
type FromConfig = 'dataDir' | 'installation' | 'running' | 'updateKey' | 'feed'

function createUpgrades(
  { dataDir, updateKey, updateUrl, allowLocalTargets }: Config,
  installation: string,
  others: Omit<UpgradesOptions, FromConfig>,
): Upgrades {
  const feed =
    updateUrl === undefined
      ? undefined
      : new Feed({ url: updateUrl, allowLocalTargets: allowLocalTargets === 'yes' })
  const running = versionOfProgram(join(import.meta.dirname, '../..'))
  return new Upgrades({ ...others, dataDir, installation, running, updateKey, feed })
}

function later(action: () => void): void {
  setTimeout(action, ANSWER_FIRST_MS)
}
