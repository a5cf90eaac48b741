/**
 * Addresses by `ip` (iproute2), for hosts without NetworkManager; with DHCP a client of the host is kept running. Name servers stay
 * those of the host: there is no one place to write them to.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { inheritedEnvironment } from '../../base/environment.ts'
import { CameraError } from '../../base/errors.ts'
import { prefixOf } from '../../base/ipv4.ts'
import type { LinkPlan } from '../ports.ts'
import { isInstalled, run } from '../program.ts'
import type { HostSetup, LinkDriver } from './driver.ts'

/** Clients that stay in the foreground, by preference. */
const DHCP_CLIENTS: readonly (readonly [program: string, args: (name: string) => readonly string[]])[] = [
  ['udhcpc', (name) => ['-f', '-i', name]],
  ['dhclient', (name) => ['-d', name]],
]

/** Of routes, what the kernel tells and does not take. */
const NOT_SETTABLE = new Set(['linkdown', 'dead'])

interface IpSetup extends HostSetup {
  /** `10.0.0.5/24` */
  readonly addresses: readonly string[]
  /** Words of `ip route`. */
  readonly routes: readonly (readonly string[])[]
}

export class IpDriver implements LinkDriver {
  readonly #interface: string
  #client: ChildProcess | undefined

  constructor(name: string) {
    this.#interface = name
  }

  async capture(): Promise<IpSetup> {
    const addresses = await this.#addresses()
    const lines = await run('ip', ['-4', 'route', 'show', 'dev', this.#interface])
    const routes = lines.split('\n').map((line) => line.split(' ').filter((word) => word !== ''))
    return {
      // Addresses with a lease have a lifetime.
      isDhcp: addresses.some(({ isLeased }) => isLeased),
      addresses: addresses.map(({ address }) => address),
      routes: routes
        .filter((words) => words.length > 0 && !words.join(' ').includes('proto kernel'))
        .map((words) => words.filter((word) => !NOT_SETTABLE.has(word))),
    }
  }

  async restore(setup: HostSetup): Promise<void> {
    const { addresses, routes } = setup as IpSetup
    this.stop()
    await this.#replaceAddresses(addresses)
    await this.#replaceDefault([])
    for (const words of routes) await run('ip', ['-4', 'route', 'replace', ...words, 'dev', this.#interface])
  }

  async prepare({ isDhcp, ip, mask, dns }: LinkPlan): Promise<void> {
    if (!isDhcp) {
      await run('ip', ['-4', 'address', 'replace', `${ip}/${prefixOf(mask)}`, 'dev', this.#interface])
      return
    }
    if (dns !== undefined)
      throw new CameraError('not-supported', 'name servers can be set only through NetworkManager')
    if (clientOf() === undefined)
      throw new CameraError('not-supported', 'this host has neither NetworkManager nor a DHCP client')
  }

  async commit(plan: LinkPlan): Promise<void> {
    this.stop()
    if (plan.isDhcp) {
      const [program, args] = clientOf()!
      await run('ip', ['-4', 'address', 'flush', 'dev', this.#interface, 'scope', 'global'])
      this.#client = spawn(program, args(this.#interface), { stdio: 'ignore', env: inheritedEnvironment() })
      this.#client.on('error', () => undefined)
      return
    }
    await this.#replaceAddresses([`${plan.ip}/${prefixOf(plan.mask)}`])
    await this.#replaceDefault(plan.gateway === '' ? [] : ['via', plan.gateway])
  }

  stop(): void {
    this.#client?.kill()
    this.#client = undefined
  }

  /** In this order; none but these are there afterwards. */
  async #replaceAddresses(wanted: readonly string[]): Promise<void> {
    for (const { address } of await this.#addresses()) {
      if (!wanted.includes(address))
        await run('ip', ['-4', 'address', 'delete', address, 'dev', this.#interface])
    }
    // Secondary addresses of the same network may have gone with the first one.
    for (const address of wanted)
      await run('ip', ['-4', 'address', 'replace', address, 'dev', this.#interface])
  }

  async #replaceDefault(target: readonly string[]): Promise<void> {
    await run('ip', ['-4', 'route', 'flush', 'default', 'dev', this.#interface])
    if (target.length > 0)
      await run('ip', ['-4', 'route', 'replace', 'default', ...target, 'dev', this.#interface])
  }

  async #addresses(): Promise<{ readonly address: string; readonly isLeased: boolean }[]> {
    const lines = await run('ip', ['-4', '-o', 'address', 'show', 'dev', this.#interface, 'scope', 'global'])
    return [...lines.matchAll(/ inet (\d[\d.]*\/\d+) (.*)/g)].map(([, address, rest]) => ({
      address: address!,
      isLeased: rest!.split(' ').includes('dynamic'),
    }))
  }
}

function clientOf() {
  return DHCP_CLIENTS.find(([program]) => isInstalled(program))
}
