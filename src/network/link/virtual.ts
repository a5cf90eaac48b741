/**
 * The interface of a virtual camera. It has an address of its own only in name: with DHCP it shows that of the host, where
 * the camera can really be reached; a static one is kept and shown. The host's network is never touched.
 */
import { createHash } from 'node:crypto'
import { Resolver } from 'node:dns'
import { readFileSync } from 'node:fs'
import { isIPv4 } from 'node:net'
import { networkInterfaces } from 'node:os'
import type { LinkPlan, LinkPort, LinkState } from '../ports.ts'

type Lease = Pick<LinkState, 'ip' | 'mask' | 'gateway' | 'dns'>

/** Of a host without a network. */
const NO_LEASE: Lease = { ip: '', mask: '', gateway: '', dns: [] }

export class VirtualLink implements LinkPort {
  readonly #mac: string
  readonly #lease: () => Lease
  readonly #isWireless: () => boolean
  #plan: LinkPlan | undefined

  constructor(serial: string, isWireless: () => boolean, lease: () => Lease = leaseOfHost) {
    this.#mac = macOf(serial)
    this.#isWireless = isWireless
    this.#lease = lease
  }

  apply(plan: LinkPlan): void {
    this.#plan = plan
  }

  state(): LinkState {
    const plan = this.#plan
    const lease = this.#lease()
    const address = plan === undefined || plan.isDhcp ? lease : plan
    return {
      isWireless: this.#isWireless(),
      mac: this.#mac,
      ip: address.ip,
      mask: address.mask,
      gateway: address.gateway,
      dns: plan?.dns ?? lease.dns,
    }
  }
}

/** One that nobody else has: locally administered, not multicast (IEEE 802 §8.2). */
export function macOf(serial: string): string {
  const bytes = createHash('sha256').update(`mac ${serial}`).digest().subarray(0, 6)
  bytes[0] = (bytes[0]! & 0xfc) | 0x02
  return [...bytes].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join(':')
}

function leaseOfHost(): Lease {
  const all = Object.entries(networkInterfaces()).flatMap(([name, addresses = []]) =>
    addresses.map((one) => ({ name, ...one })),
  )
  const gateway = defaultRoute()
  const outward = all.filter(({ internal, family }) => !internal && family === 'IPv4')
  const found = outward.find(({ name }) => name === gateway?.name) ?? outward[0]
  if (found === undefined) return NO_LEASE
  return {
    ip: found.address,
    mask: found.netmask,
    gateway: gateway?.address ?? '',
    dns: nameServersOfHost(),
  }
}

/** IPv4 ones, as they are now: those of `dns.getServers` are from the start of the process. */
export function nameServersOfHost(): string[] {
  return new Resolver().getServers().filter(isIPv4)
}

/** The gateway of the first default route, from the kernel's table: little-endian addresses in hexadecimal digits. */
export function defaultRoute(
  table = readTable(),
): { readonly name: string; readonly address: string } | undefined {
  const rows = table.split('\n').map((line) => line.trim().split(/\s+/))
  const row = rows.find(
    ([, destination, , , , , , mask]) => destination === '00000000' && mask === '00000000',
  )
  if (row === undefined) return undefined
  const bytes = row[2]!.match(/../g)!.map((pair) => Number.parseInt(pair, 16))
  return { name: row[0]!, address: bytes.reverse().join('.') }
}

function readTable(): string {
  try {
    return readFileSync('/proc/net/route', 'utf8')
  } catch {
    return ''
  }
}
