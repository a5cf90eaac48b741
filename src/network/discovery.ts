/**
 * Announces the camera on the local network by DNS-SD (RFC 6763 over RFC 6762): `_http._tcp`, `_rtsp._tcp` and so on, named by its uid.
 * The library is loaded when it is wanted for the first time.
 */
import { createHash } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import type { Bonjour, Service } from 'bonjour-service'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { listAddresses } from './own-addresses.ts'
import type { DiscoveryPort } from './ports.ts'

export interface AnnouncedService {
  /** As in the type of the service, without its underscore. */
  readonly name: string
  readonly port: number
}

interface DiscoveryOptions {
  readonly uid: string
  readonly model: string
  /** What is to be found now. */
  readonly services: () => readonly AnnouncedService[]
  readonly log: Log
}

/** Time to say goodbye to the network. */
const GOODBYE_LIMIT_MS = 500
/** More would make of a small packet with many questions a flood of answers to all of the network. */
const ANSWERS_A_SECOND = 20
/** Without what is easily mistaken: RFC 4648 §6. */
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
const UID_LENGTH = 16

/** The same for the same camera for good; the serial number cannot be told from it. */
export function uidOf(serial: string): string {
  const bytes = createHash('sha256').update(`uid ${serial}`).digest().subarray(0, UID_LENGTH)
  return [...bytes].map((byte) => ALPHABET[byte % ALPHABET.length]).join('')
}

export class Discovery implements DiscoveryPort {
  readonly #options: DiscoveryOptions
  #isOn = false
  #isRunning = false
  #bonjour: Bonjour | undefined
  /** `where` is the port and the addresses that were told. */
  #announced = new Map<string, { readonly where: string; readonly service: Service }>()
  #queue: Promise<void> = Promise.resolve()

  constructor(options: DiscoveryOptions) {
    this.#options = options
  }

  get uid(): string {
    return this.#options.uid
  }

  announce(isOn: boolean): void {
    this.#isOn = isOn
    this.update()
  }

  start(): void {
    this.#isRunning = true
    this.update()
  }

  async stop(): Promise<void> {
    this.#isRunning = false
    this.update()
    await Promise.race([this.#queue, wait(GOODBYE_LIMIT_MS, undefined, { ref: false })])
  }

  /** Services may have come, gone or moved, or this machine may have other addresses. */
  update(): void {
    this.#queue = this.#queue
      .then(() => this.#update())
      .catch((error) => {
        this.#options.log.error({ reason: messageOf(error) }, 'the camera cannot be announced')
      })
  }

  async #update(): Promise<void> {
    const services = this.#isOn && this.#isRunning ? this.#options.services() : []
    if (services.length === 0) return await this.#end()
    const bonjour = await this.#begin()
    const addresses = listAddresses()
    const whereOf = (port: number | undefined) => `${port} ${addresses}`
    const wanted = new Map(services.map(({ name, port }) => [name, port]))
    for (const [name, { where, service }] of this.#announced) {
      if (where === whereOf(wanted.get(name))) continue
      await new Promise<void>((done) => service.stop?.(() => done()))
      this.#announced.delete(name)
    }
    const { uid, model } = this.#options
    for (const [name, port] of wanted) {
      if (this.#announced.has(name)) continue
      const service = bonjour.publish({
        name: `${model} ${uid}`,
        host: `${model}-${uid}.local`,
        type: name,
        port,
        txt: { uid, model },
        // The uid makes the name unique (RFC 6762 §8.1); a clash would be printed on standard output besides.
        probe: false,
      })
      this.#announced.set(name, { where: whereOf(port), service })
    }
  }

  async #begin(): Promise<Bonjour> {
    if (this.#bonjour !== undefined) return this.#bonjour
    const { log } = this.#options
    const { Bonjour } = await import('bonjour-service')
    const fail = (error: unknown) => log.warn({ reason: messageOf(error) }, 'announcing the camera failed')
    const bonjour = new Bonjour(undefined, fail)
    tame((bonjour as unknown as { server: Responder }).server, fail)
    this.#bonjour = bonjour
    return bonjour
  }

  async #end(): Promise<void> {
    const bonjour = this.#bonjour
    if (bonjour === undefined) return
    this.#bonjour = undefined
    this.#announced.clear()
    await new Promise<void>((done) => bonjour.unpublishAll(() => done()))
    await new Promise<void>((done) => bonjour.destroy(() => done()))
  }
}

interface Question {
  readonly name: string
  readonly type: string
}

/** What is inside of `Bonjour`. */
interface Responder {
  readonly mdns: NodeJS.EventEmitter
  recordsFor(name: string, type: string): readonly unknown[]
  respondToQuery(query: { readonly questions: readonly Question[] }): void
}

/**
 * Quirk(bonjour-service): it answers each question of each packet, and what it or its socket throws ends the process. Here there
 * is a limit, and what is thrown is told to `fail`.
 */
function tame(responder: Responder, fail: (error: unknown) => void): void {
  const { mdns } = responder
  let secondMs = 0
  let left = 0
  mdns.on('error', fail)
  mdns.removeAllListeners('query')
  mdns.on('query', ({ questions }: { readonly questions: readonly Question[] }) => {
    const nowMs = performance.now()
    if (nowMs - secondMs >= 1000) {
      secondMs = nowMs
      left = ANSWERS_A_SECOND
    }
    try {
      const known = questions.filter(({ name, type }) => {
        return type === 'ANY' || responder.recordsFor(name, type).length > 0
      })
      const heard = known.slice(0, left)
      left -= heard.length
      responder.respondToQuery({ questions: heard })
    } catch (error) {
      fail(error)
    }
  })
}
