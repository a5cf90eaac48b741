/**
 * The interface of the host as the camera's own (`--hardware host`). A change is undone unless somebody uses the camera
 * over it in time, so that a wrong address locks nobody out. See docs/design/network.md.
 */
import { existsSync, readFileSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { plainAddress } from '../../base/address.ts'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import type { Timers } from '../../base/timers.ts'
import type { LogEvent } from '../../system/log-event.ts'
import type { LinkPlan, LinkPort, LinkState } from '../ports.ts'
import type { HostSetup, LinkDriver } from './driver.ts'
import { defaultRoute, nameServersOfHost } from './virtual.ts'

interface Memory {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

interface HostLinkOptions {
  /** Such as eth0. */
  readonly name: string
  readonly driver: LinkDriver
  readonly memory: Memory
  readonly timers: Timers
  readonly note: (event: LogEvent) => void
  readonly log: Log
  /** The stored section, to which `revert` leads back. */
  readonly section: () => unknown
  readonly revert: (section: unknown) => Promise<void>
}

/** The section before a change that nobody has confirmed; it survives a crash. */
const UNCONFIRMED_KEY = 'link.unconfirmed'
/** Set with the first change: before it the host's network is left as it is. */
const MANAGED_KEY = 'link.managed'
/** How the host had set up the interface before the first change, until that is confirmed: no section says it. */
const ORIGINAL_KEY = 'link.original'
/** The answer must be through first. */
const ANSWER_FIRST_MS = 300
const CONFIRM_LIMIT_MS = 60_000
/** Until the next try to bring back a former address. */
const RETRY_MS = 60_000

export class HostLink implements LinkPort {
  readonly #options: HostLinkOptions
  #plan: LinkPlan | undefined
  #isRunning = false
  #isReverting = false
  #isInForce = false
  #cancel: (() => void) | undefined

  constructor(options: HostLinkOptions) {
    this.#options = options
  }

  /** A change that was not confirmed before the camera ended is undone. */
  async start(): Promise<void> {
    this.#isRunning = true
    if (this.#unconfirmed !== undefined) await this.#revert('the camera was restarted before anybody used it')
  }

  stop(): void {
    this.#isRunning = false
    this.#cancel?.()
    this.#options.driver.stop?.()
  }

  async apply(plan: LinkPlan): Promise<void> {
    const { driver, memory, section, timers } = this.#options
    if (!this.#isRunning || this.#isReverting) {
      await this.#applyAtOnce(plan)
      return
    }
    const original = this.#isOurs ? undefined : await driver.capture()
    const isSame = JSON.stringify(plan) === JSON.stringify(this.#plan)
    if (isSame && (original === undefined || (plan.isDhcp && original.isDhcp))) return
    await driver.prepare(plan)
    const former = this.#unconfirmed ?? section()
    memory.save({
      [UNCONFIRMED_KEY]: former,
      [MANAGED_KEY]: true,
      ...(original === undefined ? {} : { [ORIGINAL_KEY]: original }),
    })
    this.#plan = plan
    this.#isInForce = false
    this.#cancel?.()
    this.#cancel = timers.after(ANSWER_FIRST_MS, () => void this.#commit(plan))
  }

  /** At the start, and when a change is undone. */
  async #applyAtOnce(plan: LinkPlan): Promise<void> {
    const { driver, note, name } = this.#options
    this.#plan = plan
    // What is not confirmed is undone by `start`; what was never set is not ours.
    if (!this.#isOurs || (!this.#isReverting && this.#unconfirmed !== undefined)) return
    const original = this.#original
    try {
      if (this.#isReverting && original !== undefined) {
        await driver.restore(original)
        return
      }
      await driver.prepare(plan)
      await driver.commit(plan)
    } catch (error) {
      // A camera that starts must not fail for it: the owner still has to reach it.
      if (this.#isReverting) throw error
      note({ type: 'network', detail: `the address of ${name} was not set: ${messageOf(error)}` })
    }
  }

  /** Somebody who may use the camera has come over a connection to this address of ours. */
  confirm(localAddress: string | undefined): void {
    if (!this.#isInForce || this.#unconfirmed === undefined) return
    const address = plainAddress(localAddress)
    if (this.#addresses().every((own) => own.address !== address)) return
    this.#options.memory.save({ [UNCONFIRMED_KEY]: undefined, [ORIGINAL_KEY]: undefined })
    this.#cancel?.()
    this.#isInForce = false
    this.#options.note({ type: 'network', detail: `address of ${this.#options.name} confirmed` })
  }

  async state(): Promise<LinkState> {
    const { name, driver } = this.#options
    try {
      const [first] = this.#addresses()
      const route = defaultRoute()
      return {
        isWireless: existsSync(`/sys/class/net/${name}/wireless`),
        isDhcp: this.#isOurs ? undefined : (await driver.capture()).isDhcp,
        mac: readFileSync(`/sys/class/net/${name}/address`, 'utf8').trim().toUpperCase(),
        ip: first?.address ?? '',
        mask: first?.netmask ?? '',
        gateway: route?.name === name ? route.address : '',
        dns: await this.#nameServers(),
      }
    } catch (error) {
      throw new CameraError('get-failed', `${name} does not tell its address`, error)
    }
  }

  async #nameServers(): Promise<readonly string[]> {
    return (await this.#options.driver.nameServers?.()) ?? nameServersOfHost()
  }

  get #unconfirmed(): unknown {
    return this.#options.memory.load(UNCONFIRMED_KEY)
  }

  get #original(): HostSetup | undefined {
    return this.#options.memory.load(ORIGINAL_KEY) as HostSetup | undefined
  }

  get #isOurs(): boolean {
    return this.#options.memory.load(MANAGED_KEY) === true
  }

  #addresses() {
    return (networkInterfaces()[this.#options.name] ?? []).filter(({ family }) => family === 'IPv4')
  }

  /** Never rejects. */
  async #commit(plan: LinkPlan): Promise<void> {
    const { driver, timers } = this.#options
    let failure: unknown
    try {
      await driver.commit(plan)
    } catch (error) {
      failure = error
    }
    // Another plan has come meanwhile, whose commit follows.
    if (plan !== this.#plan || !this.#isRunning) return
    if (failure !== undefined) {
      await this.#revert(messageOf(failure))
      return
    }
    this.#isInForce = true
    this.#cancel = timers.after(CONFIRM_LIMIT_MS, () => void this.#revert('nobody has used it in time'))
  }

  /** Never rejects. */
  async #revert(reason: string): Promise<void> {
    const { memory, note, log, name, revert, timers } = this.#options
    const hadOriginal = this.#original !== undefined
    this.#isInForce = false
    this.#isReverting = true
    try {
      await revert(this.#unconfirmed)
      memory.save({
        [UNCONFIRMED_KEY]: undefined,
        [ORIGINAL_KEY]: undefined,
        ...(hadOriginal ? { [MANAGED_KEY]: undefined } : {}),
      })
      note({ type: 'network', detail: `the former address of ${name} is back: ${reason}` })
    } catch (error) {
      log.error({ reason: messageOf(error) }, 'the former address could not be brought back')
      if (this.#isRunning) this.#cancel = timers.after(RETRY_MS, () => void this.#revert(reason))
    } finally {
      this.#isReverting = false
    }
  }
}

/** The interface that is meant: the named one, or that of the default route; undefined if it is not there. */
export function interfaceOf(name: string | undefined): string | undefined {
  const found = name ?? defaultRoute()?.name
  return found !== undefined && existsSync(`/sys/class/net/${found}`) ? found : undefined
}
