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
import type { LinkDriver } from './driver.ts'

/** Clients that stay in the foreground, by preference. */
const DHCP_CLIENTS: readonly (readonly [program: string, args: (name: string) => readonly string[]])[] = [
  ['udhcpc', (name) => ['-f', '-i', name]],
  ['dhclient', (name) => ['-d', name]],
]

export class IpDriver implements LinkDriver {
  readonly #interface: string
  #client: ChildProcess | undefined

  constructor(name: string) {
    this.#interface = name
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
    const keep = `${plan.ip}/${prefixOf(plan.mask)}`
    for (const other of await this.#addresses()) {
      if (other !== keep) await run('ip', ['-4', 'address', 'delete', other, 'dev', this.#interface])
    }
    // Secondary addresses of the same network go with the first one.
    await run('ip', ['-4', 'address', 'replace', keep, 'dev', this.#interface])
    if (plan.gateway !== '')
      await run('ip', ['-4', 'route', 'replace', 'default', 'via', plan.gateway, 'dev', this.#interface])
  }

  stop(): void {
    this.#client?.kill()
    this.#client = undefined
  }

  async #addresses(): Promise<string[]> {
    const lines = await run('ip', ['-4', '-o', 'address', 'show', 'dev', this.#interface, 'scope', 'global'])
    return [...lines.matchAll(/ inet (\d[\d.]*\/\d+) /g)].map(([, address]) => address!)
  }
}

function clientOf() {
  return DHCP_CLIENTS.find(([program]) => isInstalled(program))
}
