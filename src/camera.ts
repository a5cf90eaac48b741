/**
 * The camera, composed: every part is made here, started in the order of the list and stopped in reverse. No
 * other file knows all of them.
 */
import type { IncomingMessage } from 'node:http'
import type { Socket } from 'node:net'
import { join } from 'node:path'
import { Abilities, type AbilityKey } from './api/ability.ts'
import { COMMANDS, SETTINGS } from './api/commands/index.ts'
import { time, timeIn } from './api/commands/system/Time.ts'
import type { Command } from './api/define/command.ts'
import { Dispatcher } from './api/dispatch.ts'
import type { FactoryResetPort, Parts, PowerLedPort } from './api/parts.ts'
import { Settings } from './api/settings.ts'
import { openAccess } from './auth/access.ts'
import type { Principal } from './auth/types.ts'
import { type Clock, systemClock } from './base/clock.ts'
import { messageOf } from './base/errors.ts'
import { type Part, startAll, stopAll } from './base/lifecycle.ts'
import { systemTimers } from './base/timers.ts'
import type { CameraHost, RunningCamera } from './camera-process.ts'
import { createRecording, type Recording } from './camera-recording.ts'
import type { Config } from './config/schema.ts'
import { factorySettings } from './engine/factory-settings.ts'
import { LiveChannel } from './engine/live-channel.ts'
import { Feed } from './firmware/feed.ts'
import { versionOfProgram } from './firmware/state.ts'
import { Upgrades } from './firmware/upgrades.ts'
import { ViewerSlots } from './media/viewer-slots.ts'
import { openHead } from './ptz/open.ts'
import { ConnectionLimits } from './servers/connection-limits.ts'
import { createFlvHandler } from './servers/flv/server.ts'
import { ApiRoute } from './servers/http/api-route.ts'
import { type KeyPair, loadCertificate } from './servers/http/certificate.ts'
import { createExportHandler } from './servers/http/export.ts'
import { isOwnRequest } from './servers/http/origin.ts'
import { createPage } from './servers/http/page.ts'
import { createWebServer } from './servers/http/server.ts'
import { Listener } from './servers/listener.ts'
import type { LiveViewOptions } from './servers/live-view.ts'
import { createRtmpServer } from './servers/rtmp/server.ts'
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

const LOOPBACK = '127.0.0.1'
const PAGE_FOLDER = join(import.meta.dirname, '../web/dist')
/** Keys of GetAbility that parts support without a command of their own. */
const ABILITIES_OF_PARTS: readonly AbilityKey[] = ['http', 'https', 'ptzType', 'recSchedule']
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
  const access = await openAccess({
    store,
    clock,
    log,
    note: (event) => deviceLog.write(event),
    adminPassword: config.adminPassword,
  })
  takeZoneOfHost(store, clock)
  const live = new LiveChannel({
    settings: factorySettings(config.source, deviceClock.reading),
    clock,
    log: log.child({ channel: 0 }),
    watcher: channelNotes((event) => deviceLog.write(event)),
  })
  deviceClock.onChange(() => live.configure({ clock: deviceClock.reading }))
  const head = openHead({
    specification: config.ptz,
    source: config.source,
    channel: 0,
    clock,
    timers: systemTimers,
    memory: store.settings,
    log: log.child({ channel: 0 }),
    show: (motion) => live.configure({ head: motion }),
  })
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
    note: (event) => deviceLog.write(event),
    log,
  })
  const note = (event: LogEvent) => deviceLog.write(event)
  const recording = createRecording({ config, live, volume, store, clock, deviceClock, note, log })
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
  const factoryReset: FactoryResetPort = {
    atNextStart: (by) => requestFactoryReset(config.dataDir, store.settings, by),
  }
  const upgrades = new Upgrades({
    dataDir: config.dataDir,
    installation,
    running: versionOfProgram(join(import.meta.dirname, '..')),
    updateKey: config.updateKey,
    feed:
      config.updateUrl === undefined
        ? undefined
        : new Feed({ url: config.updateUrl, allowLocalTargets: config.allowLocalTargets === 'yes' }),
    serial: device.serial,
    localTime: () => deviceClock.local(),
    clock,
    log,
    deviceLog,
    reboot: () => later(reboot),
    resetAtNextStart: () => factoryReset.atNextStart(),
  })
  const parts: Parts = {
    access,
    settings,
    abilities: new Abilities(
      [...abilitiesOf(COMMANDS), ...ABILITIES_OF_PARTS].filter(
        (key) => key !== 'powerLed' || powerLed !== undefined,
      ),
      1,
      { upgrade: upgrades.isOnline ? 2 : 1 },
    ),
    channels: [live],
    device,
    ptz: [head.ptz],
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
    log,
  }
  reset?.finish(deviceLog)
  const running = { deviceLog, memory: store.settings }
  const certificate = await loadCertificate(config.dataDir, clock)
  listeners = createListeners(config, parts, live, recording, certificate)

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
    { name: 'live', start: () => live.start(), stop: () => live.stop() },
    { name: 'recorder', start: () => recording.recorder.start(), stop: () => recording.recorder.stop() },
    { name: 'ptz', start: () => head.ptz.start(), stop: () => head.stop() },
    { name: 'clock', start: () => deviceClock.start(), stop: () => deviceClock.stop() },
    { name: 'maintenance', start: () => maintenance.start(), stop: () => maintenance.stop() },
    ...listeners,
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

/** The servers, each behind its port. They open to the network when the admin has a password. */
function createListeners(
  config: Config,
  parts: Parts,
  live: LiveChannel,
  recording: Recording,
  certificate: KeyPair,
): readonly Listener[] {
  const { access, abilities, log } = parts
  const { guard, users } = access
  const limits = new ConnectionLimits()
  const authenticated = (socket: Socket) => limits.authenticated(socket)
  const may = (key: AbilityKey) => (principal: Principal) =>
    abilities.permits(principal.user.level, { key, right: 'read' })
  const viewing: LiveViewOptions = {
    streams: { find: (channel, name) => (channel === 0 ? live.stream(name) : undefined) },
    guard,
    slots: new ViewerSlots(),
    mayView: may('live'),
    authenticated,
    log,
  }
  const isTrusted = (request: IncomingMessage) => users.hasAdminPassword() || isOwnRequest(request)
  const dispatcher = new Dispatcher(COMMANDS, parts)
  const web = createWebServer({
    api: new ApiRoute({ dispatcher, isTrusted, authenticated }),
    isTrusted,
    flv: createFlvHandler({
      ...viewing,
      playback: { guard, mayReplay: may('recReplay'), open: recording.open },
    }),
    exports: createExportHandler({ ...recording, guard, mayDownload: may('recDownload'), log }),
    page: createPage(PAGE_FOLDER),
    certificate,
    log,
  })
  const rtmp = createRtmpServer(viewing)

  // Without a password the camera is there for this machine only.
  const address = () => config.bind ?? (users.hasAdminPassword() ? undefined : LOOPBACK)
  const listener = (name: string, port: number, accept: (socket: Socket) => void) =>
    new Listener({ name, endpoint: { port, address: address() }, limits, log, accept })
  const listeners = [
    listener('http', config.httpPort, web.http),
    listener('https', config.httpsPort, web.https),
    listener('rtmp', config.rtmpPort, rtmp.handle),
  ]
  users.onFirstAdminPassword(async () => {
    try {
      for (const one of listeners) await one.move({ port: one.port, address: address() })
      log.info('the admin has a password: the camera is open to the network')
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'a port could not be opened to the network; restart the camera')
    }
  })
  return listeners
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

/** The ability keys that commands claim. */
function abilitiesOf(commands: readonly Command[]): AbilityKey[] {
  return commands.flatMap(({ access }) => (typeof access === 'string' ? [] : [access.key]))
}

function later(action: () => void): void {
  setTimeout(action, ANSWER_FIRST_MS)
}
