/**
 * The ports of the services, opened on the router (Guide §3.3.14): asked for with a lease that is renewed, and closed again when
 * the owner, a move or the end of the camera asks for it. See docs/design/network.md.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Timers } from '../../base/timers.ts'
import type { LogEvent } from '../../system/log-event.ts'

/** What is asked of a router; `Gateway` is the real one. */
export interface Router {
  readonly host: string
  externalAddress(): Promise<string>
  map(mapping: { readonly port: number; readonly description: string }, leaseS: number): Promise<number>
  unmap(port: number): Promise<void>
}

interface Memory {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

interface PortMappingsOptions {
  /** Errors: CameraError if there is none. */
  readonly findRouter: (signal: AbortSignal) => Promise<Router>
  /** What shall be open now. */
  readonly services: () => readonly { readonly name: string; readonly port: number }[]
  readonly memory: Memory
  readonly timers: Timers
  readonly note: (event: LogEvent) => void
  readonly log: Log
}

/** Ports that may be open on the router; survives a crash, so that none stays open for good. */
const OPEN_KEY = 'upnp.open'
const LEASE_S = 3600
const RENEW_MS = (LEASE_S * 1000) / 3
const FIRST_RETRY_MS = 60_000
const MAX_RETRY_MS = 30 * 60_000
/** The camera must be down within 2 s. */
const GOODBYE_LIMIT_MS = 1000

export class PortMappings {
  readonly #options: PortMappingsOptions
  #isOn = false
  #isRunning = false
  #router: Router | undefined
  /** What is open leads to an address that was ours. */
  #isAstray = false
  #cancel: (() => void) | undefined
  #retryMs = FIRST_RETRY_MS
  #complaint = ''
  #stopping = new AbortController()
  #queue: Promise<void> = Promise.resolve()

  constructor(options: PortMappingsOptions) {
    this.#options = options
  }

  configure(isOn: boolean): void {
    const isSame = isOn === this.#isOn
    this.#isOn = isOn
    if (!isSame) this.update()
  }

  start(): void {
    this.#isRunning = true
    this.#stopping = new AbortController()
    this.update()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.#stopping.abort()
    this.#enqueue()
    await Promise.race([this.#queue, wait(GOODBYE_LIMIT_MS, undefined, { ref: false })])
    this.#cancel?.()
  }

  /** Services may have come, gone or moved. */
  update(): void {
    if (!this.#isRunning) return
    this.#retryMs = FIRST_RETRY_MS
    this.#enqueue()
  }

  /** This machine has other addresses: what the router forwards leads astray. */
  readdress(): void {
    this.#isAstray = true
    this.update()
  }

  /** Of the network, as the router tells it; undefined if none is known. Errors: CameraError. */
  async externalAddress(): Promise<string | undefined> {
    return this.#isOn ? await this.#router?.externalAddress() : undefined
  }

  get #open(): readonly number[] {
    const stored = this.#options.memory.load(OPEN_KEY)
    return Array.isArray(stored) ? stored.filter((port) => Number.isInteger(port)) : []
  }

  set #open(ports: readonly number[]) {
    this.#options.memory.save({ [OPEN_KEY]: ports.length === 0 ? undefined : ports })
  }

  /** Errors: those of the store. */
  async #synchronise(): Promise<void> {
    this.#cancel?.()
    const { services, findRouter, timers } = this.#options
    const wanted = this.#isOn && this.#isRunning ? services() : []
    if (wanted.length === 0 && this.#open.length === 0) return
    let nextMs = RENEW_MS
    try {
      if (this.#isAstray) this.#router = undefined
      this.#router ??= await findRouter(this.#stopping.signal)
      await this.#close(this.#router, new Set(this.#isAstray ? [] : wanted.map(({ port }) => port)))
      this.#isAstray = false
      await this.#openAll(this.#router, wanted)
      this.#complaint = ''
      this.#retryMs = FIRST_RETRY_MS
    } catch (error) {
      // It may have got another address, or another router stands there.
      this.#router = undefined
      this.#complain(messageOf(error))
      nextMs = this.#retryMs
      this.#retryMs = Math.min(2 * nextMs, MAX_RETRY_MS)
    }
    const isDone = !this.#isOn && this.#open.length === 0
    if (this.#isRunning && !isDone) this.#cancel = timers.after(nextMs, () => this.#enqueue())
  }

  #enqueue(): void {
    this.#queue = this.#queue
      .then(() => this.#synchronise())
      .catch((error) => this.#options.log.error({ reason: messageOf(error) }, 'UPnP failed'))
  }

  async #close(router: Router, wanted: ReadonlySet<number>): Promise<void> {
    const { log, note } = this.#options
    for (const port of this.#open) {
      if (wanted.has(port)) continue
      try {
        await router.unmap(port)
        note({ type: 'network', detail: `UPnP: port ${port} of the router is closed` })
      } catch (error) {
        // A lease that has ended is gone already; but a router that does not answer has to be asked again.
        if (!(error instanceof CameraError) || error.kind !== 'set-failed') throw error
        log.debug({ port, reason: messageOf(error) }, 'a port of the router was not closed')
      }
      this.#open = this.#open.filter((other) => other !== port)
    }
  }

  async #openAll(router: Router, wanted: readonly { name: string; port: number }[]): Promise<void> {
    const { note, log } = this.#options
    const failed: string[] = []
    for (const { name, port } of wanted) {
      const isNew = !this.#open.includes(port)
      if (isNew) this.#open = [...this.#open, port]
      try {
        const leaseS = await router.map({ port, description: `Vedette ${name}` }, LEASE_S)
        log.debug({ port, leaseS }, 'port of the router')
        if (isNew)
          note({ type: 'network', detail: `UPnP: port ${port} of the router ${router.host} is open` })
      } catch (error) {
        // Only after a refusal it is certain that the port is not ours: an answer that was lost may have opened it.
        if (error instanceof CameraError && error.kind === 'set-failed')
          this.#open = this.#open.filter((other) => other !== port)
        failed.push(messageOf(error))
      }
    }
    if (failed.length > 0) throw new Error(failed.join('; '))
  }

  /** The owner hears of each reason once. */
  #complain(reason: string): void {
    this.#options.log.debug({ reason }, 'UPnP failed')
    if (reason !== this.#complaint) this.#options.note({ type: 'network', detail: `UPnP: ${reason}` })
    this.#complaint = reason
  }
}
