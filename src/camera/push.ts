/** What tells of events beyond e-mail and FTP, composed: browsers, webhooks, MQTT, the siren and the cloud. */
import { join } from 'node:path'
import type { EventListener } from '../alarm/event.ts'
import type { MqttOptions } from '../alarm/mqtt/mqtt.ts'
import { type Notifier, Refused } from '../alarm/notifier.ts'
import { foldersOf } from '../alarm/outbox.ts'
import { takePicture } from '../alarm/pictures.ts'
import { hostSiren } from '../alarm/siren/host.ts'
import { Siren, type SirenDriver } from '../alarm/siren/siren.ts'
import { virtualSiren } from '../alarm/siren/virtual.ts'
import { loadVapidKeys } from '../alarm/web-push/keys.ts'
import { Pause } from '../alarm/web-push/pause.ts'
import { readEndpoint, readSubscription } from '../alarm/web-push/subscribe.ts'
import { webPushNotifier } from '../alarm/web-push/web-push.ts'
import { testWebhook, type WebhookOptions, webhookNotifier } from '../alarm/webhook/webhook.ts'
import type { DeviceIdentity, WebhooksPort } from '../api/parts.ts'
import { CameraError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { systemTimers } from '../base/timers.ts'
import { WeeklyGate } from '../base/weekly-gate.ts'
import { Cloud } from '../cloud/cloud.ts'
import { cloudPictures } from '../cloud/pictures.ts'
import type { Config } from '../config/schema.ts'
import type { LiveChannel } from '../engine/live-channel.ts'
import { recordingPath } from '../recorder/names.ts'
import type { PushDesk } from '../servers/http/push.ts'
import type { Store } from '../store/store.ts'
import type { DeviceClock } from '../system/device-clock.ts'
import type { LogEvent } from '../system/log-event.ts'

interface PushOptions {
  readonly config: Config
  readonly live: LiveChannel
  readonly store: Store
  readonly deviceClock: DeviceClock
  readonly device: DeviceIdentity
  /** As GetDevInfo tells it. */
  readonly cameraName: () => string
  /** Folder of the recorded files. */
  readonly recordingsFolder: string
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

export type Push = Awaited<ReturnType<typeof createPush>>

export async function createPush(options: PushOptions) {
  const { config, live, store, deviceClock, device, cameraName } = options
  const log = options.log.child({ part: 'push' })
  const allowLocalTargets = config.allowLocalTargets === 'yes'
  const local = () => deviceClock.local()
  const nowMs = () => deviceClock.wallMs()
  const snapshot = () => live.snapshot({ stream: 'main' })
  const folders = foldersOf(join(config.dataDir, 'outbox'))
  const picture = (name: string) => takePicture({ snapshot, ...folders }, name)
  const gate = new WeeklyGate(local)
  const keys = await loadVapidKeys(store.settings)
  const siren = new Siren({ driver: driverOf(options), gate: new WeeklyGate(local), timers: systemTimers })
  const cloud = createCloud(options)
  const mqtt = await createMqtt(options, { gate, snapshot, nowMs, allowLocalTargets, log })
  const names = () => ({ name: cameraName(), serial: device.serial })
  const pushPause = new Pause(nowMs)
  const webhooks = createWebhooks(config, { gate, names, nowMs, allowLocalTargets })
  const notifiers: Notifier[] = [
    webPushNotifier({
      subscriptions: store.push,
      keys,
      gate,
      pause: pushPause,
      cameraName,
      nowMs,
      allowLocalTargets,
    }),
    webhooks.notifier,
    ...(mqtt === undefined ? [] : [mqtt]),
    ...(cloud.isConfigured ? [cloudPictures({ cloud, picture, nowMs })] : []),
  ]
  const desk: PushDesk = {
    publicKey: keys.publicKey,
    get isSirenOn() {
      return siren.isSounding
    },
    subscribe: (body, userName) =>
      store.push.add({ ...readSubscription(body, allowLocalTargets), userName, createdMs: nowMs() }),
    unsubscribe: (body) => store.push.remove(readEndpoint(body)),
  }
  const listeners: EventListener[] = [siren, ...(mqtt === undefined ? [] : [mqtt])]
  return {
    notifiers,
    listeners,
    parts: { pushHours: gate, pushPause, webhooks: webhooks.port, siren, cloud },
    cloud,
    desk,
    start: () => {
      mqtt?.start()
      cloud.start()
    },
    stop: async () => {
      siren.stop()
      await Promise.all([mqtt?.stop(), cloud.stop()])
    },
  }
}

/** Undefined if there is no broker. */
async function createMqtt(
  { config: { mqttUrl: url }, device, cameraName, note }: PushOptions,
  common: Omit<MqttOptions, 'url' | 'camera' | 'note'>,
) {
  if (url === undefined) return undefined
  const { Mqtt } = await import('../alarm/mqtt/mqtt.ts')
  const { serial, model, firmwareVersion: version } = device
  return new Mqtt({
    ...common,
    url,
    camera: () => ({ serial, model, version, name: cameraName() }),
    note: (detail) => note({ type: 'network', detail }),
  })
}

/** Those of the configuration, and those that clients set. */
function createWebhooks({ webhooks: own = [] }: Config, options: Omit<WebhookOptions, 'webhooks'>) {
  let others: readonly string[] = []
  const port: WebhooksPort = {
    configure: (urls) => {
      others = [...new Set(urls)]
    },
    test: async (url) => {
      await testWebhook(url, options).catch((error: unknown) => {
        // The API knows no refusal but an answer that is of no use.
        throw error instanceof Refused ? new CameraError('receive-failed', error.message, error) : error
      })
    },
  }
  const all = () => [
    ...own,
    ...others.filter((url) => !own.some((one) => one.url === url)).map((url) => ({ url })),
  ]
  return { port, notifier: webhookNotifier({ ...options, webhooks: all }) }
}

/** The virtual siren is always there: who watches hears it too. */
function driverOf({ config, live, note }: PushOptions): SirenDriver {
  const inStreams = virtualSiren(live)
  if (config.siren === 'virtual') return inStreams
  const onHost = hostSiren({
    program: 'aplay',
    failed: (reason) => note({ type: 'alarm', detail: `the siren cannot be heard: ${reason}` }),
  })
  return {
    start: () => {
      inStreams.start()
      onHost.start()
    },
    stop: () => {
      inStreams.stop()
      onHost.stop()
    },
  }
}

function createCloud({
  config,
  store,
  deviceClock,
  device,
  recordingsFolder,
  note,
  log,
}: PushOptions): Cloud {
  const { cloudEndpoint, cloudBucket, cloudRegion, cloudRateKbps, allowLocalTargets } = config
  return new Cloud({
    place:
      cloudEndpoint === undefined
        ? undefined
        : {
            endpoint: cloudEndpoint,
            bucket: cloudBucket,
            region: cloudRegion,
            allowLocalTargets: allowLocalTargets === 'yes',
            bytesPerSecond: cloudRateKbps === undefined ? undefined : (cloudRateKbps * 1000) / 8,
          },
    serial: device.serial,
    gate: new WeeklyGate(() => deviceClock.local()),
    memory: store.settings,
    progress: store.cloud,
    recordings: {
      closedAfter: (id, limit) =>
        store.recordings.closedAfter(id, limit).map((row) => ({
          id: row.id,
          name: row.name,
          path: join(recordingsFolder, recordingPath(row.name) ?? row.name),
          sizeBytes: row.sizeBytes,
        })),
      firstOpen: () => store.recordings.firstOpen(),
      isKnown: (name) => store.recordings.isKnown(name),
    },
    nowMs: () => deviceClock.wallMs(),
    timers: systemTimers,
    note,
    log: log.child({ part: 'cloud' }),
  })
}
