/** Addresses by NetworkManager: the profile that the interface uses is changed, so that they outlive a restart of the host. */
import { isIPv4 } from 'node:net'
import { prefixOf } from '../../base/ipv4.ts'
import type { LinkPlan } from '../ports.ts'
import { run } from '../program.ts'
import type { HostSetup, LinkDriver } from './driver.ts'

/** What a plan changes of a profile; values can be set in this order. */
const PROPERTIES = [
  'ipv4.addresses',
  'ipv4.gateway',
  'ipv4.method',
  'ipv4.dns',
  'ipv4.ignore-auto-dns',
] as const
type Property = (typeof PROPERTIES)[number]
type Properties = Readonly<Record<Property, string>>

/** With the method first: addresses are refused to be taken from a manual profile. */
const ORDER_OF_AUTO: readonly Property[] = ['ipv4.method', ...PROPERTIES]

export class NetworkManagerDriver implements LinkDriver {
  readonly #interface: string
  /** Of the profile; kept, because an interface whose DHCP has failed has none. */
  readonly #uuid: string

  private constructor(name: string, uuid: string) {
    this.#interface = name
    this.#uuid = uuid
  }

  /** Undefined if NetworkManager does not run or this interface is not its own. */
  static async find(name: string): Promise<NetworkManagerDriver | undefined> {
    try {
      const uuid = (await run('nmcli', ['-g', 'GENERAL.CON-UUID', 'device', 'show', name])).trim()
      return /^[\da-f-]{36}$/i.test(uuid) ? new NetworkManagerDriver(name, uuid) : undefined
    } catch {
      return undefined
    }
  }

  async capture(): Promise<HostSetup & { readonly properties: Properties }> {
    const args = ['-g', PROPERTIES.join(','), 'connection', 'show', 'uuid', this.#uuid]
    const values = (await run('nmcli', args)).split('\n')
    const entries = PROPERTIES.map((property, index) => [property, values[index] ?? ''])
    const properties = Object.fromEntries(entries) as Properties
    return { isDhcp: properties['ipv4.method'] === 'auto', properties }
  }

  async restore(setup: HostSetup): Promise<void> {
    await this.#modify((setup as Awaited<ReturnType<typeof this.capture>>).properties)
    await this.commit()
  }

  async prepare({ isDhcp, ip, mask, gateway, dns }: LinkPlan): Promise<void> {
    await this.#modify({
      'ipv4.addresses': isDhcp ? '' : `${ip}/${prefixOf(mask)}`,
      'ipv4.gateway': isDhcp ? '' : gateway,
      'ipv4.method': isDhcp ? 'auto' : 'manual',
      'ipv4.dns': (dns ?? []).join(','),
      'ipv4.ignore-auto-dns': dns === undefined ? 'no' : 'yes',
    })
  }

  async commit(): Promise<void> {
    try {
      await run('nmcli', ['device', 'reapply', this.#interface])
    } catch {
      // It has lost its profile, as after a DHCP that nobody answered.
      await run('nmcli', ['-w', '20', 'connection', 'up', 'uuid', this.#uuid, 'ifname', this.#interface])
    }
  }

  async nameServers(): Promise<readonly string[]> {
    const line = await run('nmcli', ['-g', 'IP4.DNS', 'device', 'show', this.#interface])
    return line.split('|').flatMap((one) => (isIPv4(one.trim()) ? [one.trim()] : []))
  }

  async #modify(properties: Properties): Promise<void> {
    const order = properties['ipv4.method'] === 'manual' ? PROPERTIES : ORDER_OF_AUTO
    const args = order.flatMap((property) => [property, properties[property]])
    await run('nmcli', ['connection', 'modify', 'uuid', this.#uuid, ...args])
  }
}
