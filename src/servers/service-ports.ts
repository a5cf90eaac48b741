/**
 * The ports of all services together (Guide §3.3.12): a plan takes effect as a whole or not at all, and no client is cut
 * off by it. See docs/design/network.md.
 */
import type { Server } from 'node:net'
import { CameraError, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Listener } from './listener.ts'

/** Services with a port in the API and their usual ports, which count where nothing else is configured. */
export const USUAL_PORTS = { http: 80, https: 443, media: 9000, onvif: 8000, rtmp: 1935, rtsp: 554 } as const
export type ServiceName = keyof typeof USUAL_PORTS
export const SERVICE_NAMES = Object.keys(USUAL_PORTS) as readonly ServiceName[]

export interface ServicePlan {
  /** 0 is the configured one. */
  readonly port: number
  readonly isOn: boolean
}
export type PortPlan = Readonly<Record<ServiceName, ServicePlan>>

/** One step of a plan. */
interface Move {
  readonly listener: Listener
  /** 0 is any free one; undefined switches off. */
  readonly port: number | undefined
}

export class ServicePorts {
  readonly #log: Log
  #listeners: readonly Listener[] = []
  #isRunning = false
  readonly #watchers = new Set<() => void>()

  constructor(log: Log) {
    this.#log = log
  }

  /** The listeners of the camera, before they start; those of other names are left alone. */
  attach(listeners: readonly Listener[]): void {
    this.#listeners = listeners
  }

  /** All listeners have started: from now on a plan moves them. */
  start(): void {
    this.#isRunning = true
    this.#tell()
  }

  stop(): void {
    this.#isRunning = false
  }

  /** Listens on another address of this machine, on the same ports. Errors: CameraError `connect-failed`. */
  async rebind(address: string | undefined): Promise<void> {
    for (const listener of this.#listeners) await listener.move({ port: listener.port, address })
    this.#tell()
  }

  /** Whether this camera has such a service, be it switched off. */
  has(name: ServiceName): boolean {
    return this.#find(name) !== undefined
  }

  /** Where a service listens; undefined if it doesn't. */
  portOf(name: ServiceName): number | undefined {
    return this.#find(name)?.port || undefined
  }

  /** As configured. */
  factoryPortOf(name: ServiceName): number {
    return this.#find(name)?.factoryPort || USUAL_PORTS[name]
  }

  /** Calls `watcher` whenever services may have moved. */
  onChange(watcher: () => void): void {
    this.#watchers.add(watcher)
  }

  /** Errors: CameraError `set-failed`; every service is where it was then. */
  async apply(plan: PortPlan): Promise<void> {
    if (!this.#isRunning) {
      for (const name of SERVICE_NAMES) this.#find(name)?.plan(plan[name].port, !plan[name].isOn)
      return
    }
    const moves = SERVICE_NAMES.flatMap((name) => this.#moveOf(name, plan[name]))
    if (moves.length === 0) return
    await this.#perform(moves)
    for (const { listener, port } of moves) {
      this.#log.info(
        { service: listener.name, port },
        port === undefined ? 'service switched off' : 'service moved',
      )
    }
    this.#tell()
  }

  #moveOf(name: ServiceName, { port, isOn }: ServicePlan): Move[] {
    const listener = this.#find(name)
    if (listener === undefined) return []
    const wanted = isOn ? port || listener.factoryPort : undefined
    const isThere = isOn ? !listener.isOff && listener.port === wanted : listener.isOff
    return isThere ? [] : [{ listener, port: wanted }]
  }

  async #perform(moves: readonly Move[]): Promise<void> {
    for (const listener of this.#listeners) listener.endGrace()
    const ports = new Set<number | undefined>(moves.map(({ port }) => port))
    const opened: { readonly listener: Listener; readonly server: Server }[] = []
    // What stands in the way of another service of the same plan.
    const released: { readonly listener: Listener; readonly port: number }[] = []
    try {
      for (const { listener } of moves) {
        if (listener.port === 0 || !ports.has(listener.port)) continue
        released.push({ listener, port: listener.port })
        listener.release()
      }
      for (const { listener, port } of moves) {
        if (port !== undefined) opened.push({ listener, server: await listener.prepare(port) })
      }
    } catch (error) {
      for (const { server } of opened) server.close()
      for (const { listener, port } of released) await this.#reopen(listener, port)
      throw new CameraError('set-failed', messageOf(error), error)
    }
    for (const { listener, server } of opened) listener.take(server)
    for (const { listener, port } of moves) if (port === undefined) listener.switchOff()
  }

  async #reopen(listener: Listener, port: number): Promise<void> {
    try {
      listener.take(await listener.prepare(port))
    } catch (error) {
      this.#log.error({ service: listener.name, port, reason: messageOf(error) }, 'a port is lost')
    }
  }

  #find(name: ServiceName): Listener | undefined {
    return this.#listeners.find((listener) => listener.name === name)
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher()
  }
}
