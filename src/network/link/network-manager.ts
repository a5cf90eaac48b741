/** Addresses by NetworkManager: the profile that the interface uses is changed, so that they outlive a restart of the host. */
import { CameraError } from '../../base/errors.ts'
import { prefixOf } from '../../base/ipv4.ts'
import type { LinkPlan } from '../ports.ts'
import { run } from '../program.ts'
import type { LinkDriver } from './driver.ts'

export class NetworkManagerDriver implements LinkDriver {
  readonly #interface: string

  constructor(name: string) {
    this.#interface = name
  }

  /** Whether NetworkManager runs and this interface is its own. */
  static async manages(name: string): Promise<boolean> {
    try {
      return (await profileOf(name)) !== undefined
    } catch {
      return false
    }
  }

  async prepare({ isDhcp, ip, mask, gateway, dns }: LinkPlan): Promise<void> {
    const profile = await profileOf(this.#interface)
    if (profile === undefined)
      throw new CameraError('set-failed', `NetworkManager has no profile for ${this.#interface}`)
    // In this order: a method without addresses is refused, and so are addresses that are taken from one.
    const address = isDhcp
      ? ['ipv4.method', 'auto', 'ipv4.gateway', '', 'ipv4.addresses', '']
      : ['ipv4.addresses', `${ip}/${prefixOf(mask)}`, 'ipv4.gateway', gateway, 'ipv4.method', 'manual']
    const servers = [
      'ipv4.dns',
      (dns ?? []).join(','),
      'ipv4.ignore-auto-dns',
      dns === undefined ? 'no' : 'yes',
    ]
    await run('nmcli', ['connection', 'modify', 'uuid', profile, ...address, ...servers])
  }

  async commit(): Promise<void> {
    await run('nmcli', ['device', 'reapply', this.#interface])
  }
}

async function profileOf(name: string): Promise<string | undefined> {
  const uuid = await run('nmcli', ['-g', 'GENERAL.CON-UUID', 'device', 'show', name])
  return /^[\da-f-]{36}$/i.test(uuid.trim()) ? uuid.trim() : undefined
}
