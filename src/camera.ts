/**
 * The camera, composed: every part is made here, started in the order of the list and stopped in reverse. No
 * other file knows all of them.
 */
import { join } from 'node:path'
import { Abilities, type AbilityKey } from './api/ability.ts'
import { COMMANDS, SETTINGS } from './api/commands/index.ts'
import { time, timeIn } from './api/commands/system/Time.ts'
import { osd } from './api/commands/video-input/Osd.ts'
import type { FactoryResetPort, Parts, PowerLedPort } from './api/parts.ts'
import { Settings } from './api/settings.ts'
import { openAccess } from './auth/access.ts'
import { loadSealingKey } from './auth/sealing-key.ts'
import { type Clock, systemClock } from './base/clock.ts'
import { type Part, startAll, stopAll } from './base/lifecycle.ts'
import type { Log } from './base/log.ts'
import { systemTimers } from './base/timers.ts'
import { createAlarm, type Sightings } from './camera-alarm.ts'
import { createLater, LATER_ABILITIES } from './camera-later.ts'
import { createNetwork } from './camera-network.ts'
import { createNotifications } from './camera-notifications.ts'
import { createDiscovery } from './camera-onvif.ts'
import type { CameraHost, RunningCamera } from './camera-process.ts'
import { createPush } from './camera-push.ts'
import { createRecording, type Recording } from './camera-recording.ts'
import { createListeners } from './camera-servers.ts'
import type { Config } from './config/schema.ts'
import { factorySettings } from './engine/factory-settings.ts'
import { LiveChannel } from './engine/live-channel.ts'
import { Feed } from './firmware/feed.ts'
import { versionOfProgram } from './firmware/state.ts'
import { Upgrades } from './firmware/upgrades.ts'
import { openHead } from './ptz/open.ts'
import { loadCertificate } from './servers/http/certificate.ts'
import type { Listener } from './servers/listener.ts'
import { ServicePorts } from './servers/service-ports.ts'
import { Volume } from './storage/volume.ts'
import { openStore, type Store } from './store/store.ts'
import { AutoMaintenance } from './system/auto-maintenance.ts'
import { channelNotes } from './system/channel-notes.ts'
import { DeviceClock } from './system/device-clock.ts'
import { DeviceLog } from './system/device-log.ts'
import { performFactoryReset, requestFactoryReset } from './system/factory-reset.ts'
import { zoneFromHost } from './system/host-zone.ts'
import { loadIdentity } from './system/identity.ts'
import type { LogEvent } from './system/log-event.ts'
import { Performance } from './system/performance.ts'
import { findPowerLed } from './system/power-led.ts'
import { noteStart, noteStop } from './system/run-notes.ts'

/** Keys of GetAbility that parts support without a command of their own. */
const ABILITIES_OF_PARTS: readonly AbilityKey[] = [
  'http',
  'https',
  'ptzType',
  'recSchedule',
  'rtsp',
  ...LATER_ABILITIES,
]
/** Time for an answer to reach its client before the camera goes down. */
const ANSWER_FIRST_MS = 100

/** Makes and starts a camera. Errors: CameraError with a sentence for the owner. */
export async function createCamera(
  config: Config,
  { log, installation, reboot, shutdown }: CameraHost,
): Promise<RunningCamera> {
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
  const alarm = createAlarm({ store, deviceClock, note, log })
  const { sightings } = alarm
  const { live, head } = createChannel(config, { store, clock, deviceClock, note, log, sightings })
  const maintenance = new AutoMaintenance({
    clock: deviceClock,
    memory: store.settings,
    restart: () => {
      deviceLog.write({ type: 'system', detail: 'automatic maintenance: restart' })
      reboot()
    },
    log,
  })
  const volume = new Volume({
    folder: config.recordings ?? join(config.dataDir, 'recordings'),
    memory: store.settings,
    note,
    log,
  })
  const recording = createRecording({ config, live, volume, store, clock, deviceClock, note, log })
  alarm.record(recording)
  const newer = createLater({ config, live, alarm, recording, deviceClock })
  let listeners: readonly Listener[] = []
  const performance = new Performance({
    clock,
    encodedBytes: () => live.encodedBytes,
    networkBytes: () => listeners.reduce((sum, { transferredBytes }) => sum + transferredBytes, 0),
    otherPids: () => otherProcesses(live, recording),
  })
  const powerLed = powerLedOf(config)
  if (powerLed === undefined)
    log.warn('this machine has no LED that the camera may switch: there is no power LED')
  const settings = new Settings({ settings: SETTINGS, channels: 1, store: store.settings, log })
  const device = loadIdentity(store.settings)
  const push = createPush({
    config,
    live,
    store,
    deviceClock,
    device,
    cameraName: () => settings.current(osd, 0).osdChannel.name,
    recordingsFolder: volume.recordings,
    note,
    log,
  })
  const notifications = createNotifications({
    ...{ config, live, store, deviceClock, note, log, serial: device.serial },
    others: push.notifiers,
    cameraName: () => settings.current(osd).osdChannel.name,
  })
  for (const listener of [...push.listeners, notifications.listener]) alarm.events.listen(listener)
  const factoryReset: FactoryResetPort = {
    atNextStart: (by) => requestFactoryReset(config.dataDir, store.settings, by),
  }
  const upgrades = createUpgrades(config, installation, {
    serial: device.serial,
    localTime: () => deviceClock.local(),
    clock,
    log,
    deviceLog,
    reboot: () => later(reboot),
    resetAtNextStart: () => factoryReset.atNextStart(),
  })
  const servicePorts = new ServicePorts(log)
  const network = await createNetwork({
    config,
    device,
    clock,
    memory: store.settings,
    settings,
    deviceClock,
    servicePorts,
    isOpen: () => config.bind !== undefined || access.users.hasAdminPassword(),
    note,
    log,
  })
  const parts: Parts = {
    access,
    settings,
    abilities: abilitiesOf(config, powerLed, upgrades, {
      hasCloud: push.cloud.isConfigured,
      absent: network.absent,
    }),
    channels: [live],
    device,
    ptz: [head.ptz],
    motion: [alarm.motion],
    power: { reboot: () => later(reboot), shutdown: () => later(shutdown) },
    clock: deviceClock,
    maintenance,
    powerLed: powerLed ?? { switch: () => undefined },
    deviceLog,
    store,
    performance,
    firmware: upgrades,
    factoryReset,
    volume: recording.volume,
    recordings: recording.recordings,
    servicePorts,
    network: network.parts,
    ...newer.parts,
    email: notifications.email,
    ftp: notifications.ftp,
    pushHours: push.pushHours,
    siren: push.siren,
    cloud: push.cloud,
    log,
  }
  reset?.finish(deviceLog)
  const running = { deviceLog, memory: store.settings }
  const certificate = await loadCertificate(config.dataDir, clock)
  listeners = createListeners(config, parts, live, recording, push.desk, certificate, servicePorts, alarm)

  const list: readonly Part[] = [
    { name: 'store', stop: () => store.close() },
    {
      name: 'device log',
      start: () =>
        noteStart({ ...running, version: parts.device.firmwareVersion, wasDamaged: store.wasDamaged }),
      stop: () => noteStop(running),
    },
    { name: 'upgrades', start: () => upgrades.start(), stop: () => upgrades.stop() },
    { name: 'volume', start: () => volume.start() },
    { name: 'settings', start: () => settings.applyAll(parts) },
    alarm.memory,
    newer.part,
    { name: 'live', start: () => live.start(), stop: () => live.stop() },
    { name: 'recorder', start: () => recording.recorder.start(), stop: () => recording.recorder.stop() },
    { name: 'motion strip', start: () => recording.motion.start(), stop: () => recording.motion.stop() },
    { name: 'notifications', start: () => notifications.start(), stop: () => notifications.stop() },
    alarm.watch,
    { name: 'ptz', start: () => head.ptz.start(), stop: () => head.stop() },
    { name: 'clock', start: () => deviceClock.start(), stop: () => deviceClock.stop() },
    { name: 'maintenance', start: () => maintenance.start(), stop: () => maintenance.stop() },
    { name: 'push', start: () => push.start(), stop: () => push.stop() },
    ...listeners,
    { name: 'service ports', start: () => servicePorts.start(), stop: () => servicePorts.stop() },
    ...network.list,
    ...createDiscovery(config, parts, () => listeners.find(({ name }) => name === 'onvif')?.port ?? 0),
    { name: 'performance', start: () => performance.start(), stop: () => performance.stop() },
  ]
  await startAll(list, log)
  if (!access.users.hasAdminPassword()) {
    log.warn(
      'the admin has no password: the camera listens on this machine only until one is set on its web page',
    )
  }
  return {
    ports: Object.fromEntries(listeners.map(({ name, port }) => [name, port])),
    stop: () => stopAll(list, log),
  }
}

interface ChannelOptions {
  readonly store: Store
  readonly clock: Clock
  readonly deviceClock: DeviceClock
  readonly note: (event: LogEvent) => void
  readonly log: Log
  readonly sightings: Sightings
}

/** Picture and head of the one channel; both follow the camera's clock. */
function createChannel(
  { source, ptz }: Config,
  { store, clock, deviceClock, note, log: parentLog, sightings }: ChannelOptions,
): { live: LiveChannel; head: ReturnType<typeof openHead> } {
  const log = parentLog.child({ channel: 0 })
  const notes = channelNotes(note)
  const live = new LiveChannel({
    settings: factorySettings(source, deviceClock.reading),
    clock,
    log,
    watcher: {
      ...notes,
      sighting: (sighting, atMs) => sightings.sighting(sighting, atMs),
      crashed: (how) => {
        notes.crashed(how)
        sightings.crashed()
      },
    },
  })
  deviceClock.onChange(() => live.configure({ clock: deviceClock.reading }))
  const head = openHead({
    specification: ptz,
    source,
    channel: 0,
    clock,
    timers: systemTimers,
    memory: store.settings,
    log,
    show: (motion) => live.configure({ head: motion }),
    moving: (forMs) => sightings.moving(forMs),
  })
  return { live, head }
}

/** A camera that was never told another zone lives in that of its host. */
function takeZoneOfHost({ settings }: Store, clock: Clock): void {
  if (settings.load(time.name) !== undefined) return
  settings.save({ [time.name]: timeIn(zoneFromHost(clock.wallMs())) })
}

/** The processes of the camera besides this one: its supervisor, unless it was started without, its engine and its recorder. */
function otherProcesses({ enginePid }: LiveChannel, { recorder }: Recording): number[] {
  const pids = [process.connected ? process.ppid : undefined, enginePid, recorder.writerPid]
  return pids.filter((pid) => pid !== undefined)
}

/** Undefined if the machine shall have one and has none. The virtual one is nothing but its state. */
function powerLedOf({ hardware, powerLedDir }: Config): PowerLedPort | undefined {
  return hardware === 'host' ? findPowerLed(powerLedDir) : { switch: () => undefined }
}

/** What commands and parts claim, less what this machine lacks. */
function abilitiesOf(
  { ptz }: Config,
  powerLed: PowerLedPort | undefined,
  { isOnline }: Upgrades,
  { hasCloud, absent }: { readonly hasCloud: boolean; readonly absent: readonly AbilityKey[] },
): Abilities {
  const claimed = COMMANDS.flatMap(({ access }) => (typeof access === 'string' ? [] : [access.key]))
  const keys = [...claimed, ...ABILITIES_OF_PARTS].filter(
    (key) => (key !== 'powerLed' || powerLed !== undefined) && !absent.includes(key),
  )
  return new Abilities(keys, 1, {
    upgrade: isOnline ? 2 : 1,
    // Clients ask a head of type 2 also for positions of zoom and focus; one of type 3 only turns.
    ptzType: ptz === 'digital' ? 2 : 3,
    cloudStorage: hasCloud ? 1 : 0,
  })
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
  const running = versionOfProgram(join(import.meta.dirname, '..'))
  return new Upgrades({ ...others, dataDir, installation, running, updateKey, feed })
}

function later(action: () => void): void {
  setTimeout(action, ANSWER_FIRST_MS)
}
