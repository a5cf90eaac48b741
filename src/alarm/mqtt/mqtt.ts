/** The camera at an MQTT broker: its states, which are always true, and its events (docs/design/push.md). */
import { connect as connectTcp, Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { type IClientOptions, MqttClient } from 'mqtt'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { checkedLookup, checkLiteral, within } from '../../base/outgoing.ts'
import type { WeeklyGate } from '../../base/weekly-gate.ts'
import { type AlarmEvent, EVENT_KINDS, type EventKind, type EventListener } from '../event.ts'
import type { Delivery, DeliveryOrder, Notifier, Occasion } from '../notifier.ts'
import { reportOf } from '../words.ts'
import { discoveryOf, type MqttCamera, topicsOf } from './topics.ts'

const FIRST_PAUSE_MS = 1000
const LONGEST_PAUSE_MS = 60_000
/** What is older is told by the state. */
const EXPIRES_MS = 3600_000
const CLOSE_LIMIT_MS = 500

export interface MqttOptions {
  /** `mqtt://` or `mqtts://`, with user and password. */
  readonly url: string
  readonly camera: () => MqttCamera
  readonly gate: WeeklyGate
  /** The newest picture as JPEG. */
  readonly snapshot: () => Promise<Uint8Array>
  readonly nowMs: () => number
  readonly allowLocalTargets: boolean
  /** The broker's certificate is checked with these besides the known ones. PEM. */
  readonly authorities?: string | undefined
  /** Told once when the connection is lost or refused, and when it is there again. */
  readonly note: (detail: string) => void
  readonly log: Log
}

export class Mqtt implements EventListener, Notifier {
  readonly name = 'mqtt'
  readonly #options: MqttOptions
  readonly #place: string
  readonly #going = new Map<EventKind, Set<number>>(EVENT_KINDS.map((kind) => [kind, new Set()]))
  #snapshot: Uint8Array | undefined
  #client: MqttClient | undefined
  #pauseMs = FIRST_PAUSE_MS
  #problem: string | undefined

  constructor(options: MqttOptions) {
    this.#options = options
    const { protocol, host } = new URL(options.url)
    this.#place = `${protocol}//${host}`
  }

  start(): void {
    const { serial } = this.#options.camera()
    const url = new URL(this.#options.url)
    const settings: IClientOptions = {
      clientId: `vedette-${serial}`.replaceAll(/[^A-Za-z0-9-]/g, '').slice(0, 64),
      ...(url.username === '' ? {} : { username: decodeURIComponent(url.username) }),
      ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
      clean: true,
      connectTimeout: 10_000,
      keepalive: 30,
      reconnectPeriod: FIRST_PAUSE_MS,
      // What could not be sent is told anew: states by the next connection, events by the outbox.
      queueQoSZero: false,
      resubscribe: false,
      will: { topic: topicsOf(serial).availability, payload: Buffer.from('offline'), qos: 1, retain: true },
    }
    const client = new MqttClient(() => this.#watched(this.#open(url)), settings)
    this.#client = client
    client.on('connect', () => {
      this.#pauseMs = FIRST_PAUSE_MS
      if (this.#problem !== undefined) this.#options.note(`MQTT: connected to ${this.#place}`)
      this.#problem = undefined
      this.#options.log.info({ broker: this.#place }, 'MQTT is connected')
      this.#tellAll().catch((error: unknown) => this.#failed(messageOf(error)))
    })
    client.on('error', (error) => this.#failed(messageOf(error)))
    client.on('close', () => {
      this.#failed('the connection is closed')
      client.options.reconnectPeriod = this.#pauseMs
      this.#pauseMs = Math.min(this.#pauseMs * 2, LONGEST_PAUSE_MS)
    })
  }

  async stop(): Promise<void> {
    const client = this.#client
    this.#client = undefined
    if (client === undefined) return
    client.removeAllListeners('close').removeAllListeners('error').removeAllListeners('connect')
    client.on('error', () => undefined)
    const late = new Promise((resolve) => setTimeout(resolve, CLOSE_LIMIT_MS).unref())
    if (client.connected) {
      const { availability } = topicsOf(this.#options.camera().serial)
      const said = client.publishAsync(availability, 'offline', { qos: 1, retain: true })
      await Promise.race([said.catch(() => undefined), late])
    }
    client.end(true)
  }

  began({ id, kind }: AlarmEvent): void {
    this.#going.get(kind)?.add(id)
    this.#tellState(kind)
    this.#picture().catch((error: unknown) => this.#failed(messageOf(error)))
  }

  ended({ id, kind }: AlarmEvent): void {
    this.#going.get(kind)?.delete(id)
    this.#tellState(kind)
  }

  /** The JSON of an event, in the hours of SetPush. */
  plan(event: AlarmEvent, occasion: Occasion): Promise<readonly DeliveryOrder[]> {
    const { gate, camera, nowMs } = this.#options
    if (occasion === 'lasts' || !gate.isOpen) return Promise.resolve([])
    const content = reportOf(event, occasion, camera())
    return Promise.resolve([{ content, attachments: [], expiresMs: nowMs() + EXPIRES_MS }])
  }

  async deliver({ content }: Delivery, signal: AbortSignal): Promise<void> {
    const client = this.#client
    if (client === undefined || !client.connected) {
      throw new CameraError(
        'connect-failed',
        `${this.#place} is not connected: ${this.#problem ?? 'not yet'}`,
      )
    }
    const { event } = topicsOf(this.#options.camera().serial)
    try {
      // The client waits for as long as it takes a broker to come back.
      await within(signal, this.#place, client.publishAsync(event, JSON.stringify(content), { qos: 1 }))
    } catch (error) {
      if (error instanceof CameraError) throw error
      throw new CameraError('send-failed', `${this.#place} took no message: ${messageOf(error)}`, error)
    }
  }

  /** The client keeps the reasons of some broken connections to itself. */
  #watched(socket: Socket): Socket {
    return socket.once('error', (error) => this.#failed(messageOf(error)))
  }

  #open(url: URL): Socket {
    const isSecure = url.protocol === 'mqtts:'
    const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
    const { allowLocalTargets, authorities } = this.#options
    const target = {
      host,
      port: Number(url.port || (isSecure ? 8883 : 1883)),
      lookup: checkedLookup({ allowLocalTargets }),
    }
    try {
      checkLiteral(host, { allowLocalTargets })
    } catch (error) {
      return new Socket().destroy(error as Error)
    }
    if (!isSecure) return connectTcp(target)
    return connectTls({
      ...target,
      servername: host,
      ...(authorities === undefined ? {} : { ca: authorities }),
    })
  }

  /** Once for a row of equal problems: in the device log, and in the log of the program. */
  #failed(what: string): void {
    if (this.#client === undefined || this.#problem !== undefined) return
    this.#problem = what
    this.#options.log.warn({ broker: this.#place, reason: what }, 'MQTT is not connected')
    this.#options.note(`MQTT: ${this.#place}: ${what}`)
  }

  /** Everything that is retained: the broker may have lost it, and it may have changed meanwhile. */
  async #tellAll(): Promise<void> {
    const camera = this.#options.camera()
    const topics = topicsOf(camera.serial)
    for (const [topic, text] of discoveryOf(camera)) await this.#publish(topic, text)
    for (const kind of EVENT_KINDS) await this.#publish(topics.state(kind), this.#stateOf(kind))
    if (this.#snapshot !== undefined) await this.#publish(topics.snapshot, this.#snapshot)
    await this.#publish(topics.availability, 'online')
  }

  #stateOf(kind: EventKind): 'ON' | 'OFF' {
    return (this.#going.get(kind)?.size ?? 0) > 0 ? 'ON' : 'OFF'
  }

  #tellState(kind: EventKind): void {
    const topic = topicsOf(this.#options.camera().serial).state(kind)
    this.#publish(topic, this.#stateOf(kind)).catch((error: unknown) => this.#failed(messageOf(error)))
  }

  async #picture(): Promise<void> {
    this.#snapshot = await this.#options.snapshot()
    await this.#publish(topicsOf(this.#options.camera().serial).snapshot, this.#snapshot)
  }

  /** Does nothing while there is no connection: the next one begins by telling all. */
  async #publish(topic: string, payload: string | Uint8Array): Promise<void> {
    if (!this.#client?.connected) return
    await this.#client.publishAsync(topic, Buffer.from(payload as Uint8Array), { qos: 1, retain: true })
  }
}
