/**
 * The camera, composed: every part is made here, started in the order of the list and stopped in reverse. No
 * other file knows all of them; what belongs together is put together in `camera/`.
 */
import { SETTINGS } from './api/commands/index.ts'
import { osd } from './api/commands/video-input/Osd.ts'
import type { Parts } from './api/parts.ts'
import { Settings } from './api/settings.ts'
import { type Part, startAll, stopAll } from './base/lifecycle.ts'
import { abilitiesOf } from './camera/abilities.ts'
import { createAlarm } from './camera/alarm.ts'
import { type Channel, createChannel } from './camera/channel.ts'
import { type Foundation, openFoundation } from './camera/foundation.ts'
import { createLater } from './camera/later.ts'
import { createNetwork } from './camera/network.ts'
import { createNotifications } from './camera/notifications.ts'
import { createDiscovery } from './camera/onvif.ts'
import { createPush } from './camera/push.ts'
import { createRecording } from './camera/recording.ts'
import { createListeners } from './camera/servers.ts'
import { createSystem } from './camera/system.ts'
import type { CameraHost, RunningCamera } from './camera-process.ts'
import type { Config } from './config/schema.ts'
import { loadCertificate } from './servers/http/certificate.ts'
import type { Listener } from './servers/listener.ts'
import { ServicePorts } from './servers/service-ports.ts'
import { loadIdentity } from './system/identity.ts'
import { noteStart, noteStop } from './system/run-notes.ts'

/** Makes and starts a camera. Errors: CameraError with a sentence for the owner. */
export async function createCamera(config: Config, host: CameraHost): Promise<RunningCamera> {
  const base = await openFoundation(config, host.log)
  const { log, access } = base
  const camera = await createParts(base, host)
  const list = lifecyclesOf(base, camera)
  await startAll(list, log)
  if (!access.users.hasAdminPassword()) {
    log.warn(
      'the admin has no password: the camera listens on this machine only until one is set on its web page',
    )
  }
  return {
    ports: Object.fromEntries(camera.listeners.map(({ name, port }) => [name, port])),
    stop: () => stopAll(list, log),
  }
}

async function createParts(base: Foundation, host: CameraHost) {
  const { config, store, deviceClock, access, log } = base
  const alarm = createAlarm(base)
  const channel = createChannel(base, alarm.sightings)
  const { live } = channel
  const recording = createRecording({ ...base, live, events: alarm.events })
  alarm.record(recording)
  const later = createLater({ ...base, live, alarm, recording })
  let listeners: readonly Listener[] = []
  const networkBytes = () => listeners.reduce((sum, { transferredBytes }) => sum + transferredBytes, 0)
  const device = loadIdentity(store.settings)
  const system = createSystem(base, { host, device, live, recording, networkBytes })
  const settings = new Settings({ settings: SETTINGS, channels: 1, store: store.settings, log })
  const named = { ...base, live, device, cameraName: () => settings.current(osd).osdChannel.name }
  const push = await createPush({ ...named, recordingsFolder: recording.folder })
  const notifications = createNotifications({ ...named, others: push.notifiers })
  for (const listener of [...push.listeners, notifications.listener]) alarm.events.listen(listener)
  const servicePorts = new ServicePorts(log)
  const network = await createNetwork({
    ...base,
    device,
    memory: store.settings,
    settings,
    servicePorts,
    isOpen: () => config.bind !== undefined || access.users.hasAdminPassword(),
  })
  const parts: Parts = {
    ...base,
    settings,
    device,
    servicePorts,
    abilities: abilitiesOf(config, {
      absent: [...network.absent, ...(system.hasPowerLed ? [] : ['powerLed' as const])],
      isOnline: system.upgrades.isOnline,
      hasCloud: push.cloud.isConfigured,
    }),
    clock: deviceClock,
    channels: [live],
    ptz: [channel.head.ptz],
    motion: [alarm.motion],
    firmware: system.upgrades,
    volume: recording.guardedVolume,
    recordings: recording.recordings,
    alarmEvents: store.alarmEvents,
    network: network.parts,
    ...system.parts,
    ...later.parts,
    email: notifications.email,
    ftp: notifications.ftp,
    ...push.parts,
  }
  base.finishReset()
  const certificate = await loadCertificate(config.dataDir, base.clock)
  listeners = createListeners({
    config,
    parts,
    live,
    recording,
    desk: push.desk,
    certificate,
    servicePorts,
    alarm,
  })
  return {
    parts,
    alarm,
    channel,
    recording,
    later,
    system,
    push,
    notifications,
    servicePorts,
    network,
    listeners,
  }
}

type Camera = Awaited<ReturnType<typeof createParts>>

/** In the order of starting. */
function lifecyclesOf(
  { config, store, deviceClock, deviceLog }: Foundation,
  camera: Camera,
): readonly Part[] {
  const { parts, alarm, recording, later, system, push, notifications, servicePorts, network, listeners } =
    camera
  const { live, head }: Channel = camera.channel
  const running = { deviceLog, memory: store.settings }
  const started = { version: parts.device.firmwareVersion, wasDamaged: store.wasDamaged }
  return [
    { name: 'store', stop: () => store.close() },
    { name: 'device log', start: () => noteStart({ ...running, ...started }), stop: () => noteStop(running) },
    { name: 'upgrades', start: () => system.upgrades.start(), stop: () => system.upgrades.stop() },
    { name: 'volume', start: () => recording.volume.start() },
    { name: 'settings', start: () => parts.settings.applyAll(parts) },
    alarm.memory,
    later.part,
    { name: 'live', start: () => live.start(), stop: () => live.stop() },
    { name: 'recorder', start: () => recording.recorder.start(), stop: () => recording.recorder.stop() },
    { name: 'motion strip', start: () => recording.motion.start(), stop: () => recording.motion.stop() },
    { name: 'notifications', start: () => notifications.start(), stop: () => notifications.stop() },
    alarm.watch,
    { name: 'ptz', start: () => head.ptz.start(), stop: () => head.stop() },
    { name: 'clock', start: () => deviceClock.start(), stop: () => deviceClock.stop() },
    { name: 'maintenance', start: () => system.maintenance.start(), stop: () => system.maintenance.stop() },
    { name: 'push', start: () => push.start(), stop: () => push.stop() },
    ...listeners,
    { name: 'service ports', start: () => servicePorts.start(), stop: () => servicePorts.stop() },
    ...network.list,
    ...createDiscovery(config, parts, () => servicePorts.portOf('onvif') ?? 0),
    { name: 'performance', start: () => system.performance.start(), stop: () => system.performance.stop() },
  ]
}
