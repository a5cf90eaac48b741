/**
 * WS-Discovery: being found on the local network. UDP 3702 amplifies, so strangers get nothing: only Probes to the
 * multicast group from private or link-local addresses are answered, rarely (docs/design/onvif.md).
 */
import { createSocket, type Socket } from 'node:dgram'
import { BlockList } from 'node:net'
import { networkInterfaces } from 'node:os'
import { messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { type Announcement, bye, hello, probeIn, probeMatch } from './discovery-message.ts'

const GROUP = '239.255.255.250'
const PORT = 3702
const MAX_MESSAGE = 8 * 1024
const SECOND_MS = 1000
const MAX_ANSWERS_PER_SECOND = 10
/** Sources that are remembered for a second. */
const MAX_SOURCES = 1000

/** RFC 1918, RFC 3927, RFC 1122 §3.2.1.3. */
const NEIGHBOURS = new BlockList()
NEIGHBOURS.addSubnet('10.0.0.0', 8)
NEIGHBOURS.addSubnet('172.16.0.0', 12)
NEIGHBOURS.addSubnet('192.168.0.0', 16)
NEIGHBOURS.addSubnet('169.254.0.0', 16)
NEIGHBOURS.addSubnet('127.0.0.0', 8)

export interface DiscoveryOptions {
  readonly endpoint: string
  readonly scopes: () => readonly string[]
  /** The port of the device service; 0 while it is closed to the network. */
  readonly port: () => number
  readonly nowMs: () => number
  readonly log: Log
  /** For tests. */
  readonly group?: { readonly address: string; readonly port: number }
}

export class Discovery {
  readonly name = 'onvif discovery'
  readonly #options: DiscoveryOptions
  readonly #group: { readonly address: string; readonly port: number }
  #socket: Socket | undefined
  #sequence = 0
  readonly #pace: Pace

  constructor(options: DiscoveryOptions) {
    this.#options = options
    this.#group = options.group ?? { address: GROUP, port: PORT }
    this.#pace = new Pace(options.nowMs)
  }

  /** A port that cannot be had costs discovery, not the camera. */
  async start(): Promise<void> {
    const { log } = this.#options
    const socket = createSocket({ type: 'udp4', reuseAddr: true })
    socket.on('error', (error) => log.warn({ reason: error.message }, 'ONVIF discovery: a socket error'))
    socket.on('message', (bytes, { address, port }) => this.#hear(bytes, address, port))
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject)
        // Bound to the group's address it hears nothing that was sent to this machine alone.
        socket.bind(this.#group.port, this.#group.address, resolve)
      })
      for (const local of ownAddresses()) this.#join(socket, local)
      this.#socket = socket
      this.#announce(hello)
    } catch (error) {
      socket.close()
      log.error({ reason: messageOf(error) }, 'ONVIF discovery is not possible on this machine')
    }
  }

  async stop(): Promise<void> {
    const socket = this.#socket
    this.#socket = undefined
    if (socket === undefined) return
    await new Promise<void>((resolve) => {
      const local = ownAddresses()[0] ?? '127.0.0.1'
      const text = bye(this.#announcement(local), this.#next())
      socket.send(text, this.#group.port, this.#group.address, () => resolve())
    })
    socket.close()
  }

  #join(socket: Socket, local: string): void {
    try {
      socket.addMembership(this.#group.address, local)
    } catch (error) {
      this.#options.log.debug(
        { local, reason: messageOf(error) },
        'ONVIF discovery: an interface has no multicast',
      )
    }
  }

  #hear(bytes: Uint8Array, address: string, port: number): void {
    const { scopes, port: servicePort, log } = this.#options
    const isWanted = bytes.length <= MAX_MESSAGE && NEIGHBOURS.check(address) && servicePort() > 0
    if (!isWanted || !this.#pace.has(address)) return
    const id = probeIn(bytes, scopes())
    if (id === undefined) return
    this.#pace.take(address)
    const answer = probeMatch(id, this.#announcement(localFor(address)), this.#next())
    this.#socket?.send(answer, port, address, (error) => {
      if (error) log.debug({ reason: error.message }, 'an answer to a Probe was not sent')
    })
  }

  #announce(print: (announcement: Announcement, sequence: number) => string): void {
    if (this.#options.port() === 0) return
    const [local] = ownAddresses()
    if (local === undefined) return
    const text = print(this.#announcement(local), this.#next())
    this.#socket?.send(text, this.#group.port, this.#group.address, () => undefined)
  }

  #announcement(local: string): Announcement {
    const { endpoint, scopes, port } = this.#options
    return { endpoint, scopes: scopes(), address: `http://${local}:${port()}/onvif/device_service` }
  }

  #next(): number {
    this.#sequence += 1
    return this.#sequence
  }
}

/** One answer a second for each source, ten in all. */
class Pace {
  readonly #nowMs: () => number
  readonly #last = new Map<string, number>()
  #recent: number[] = []

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  has(source: string): boolean {
    const before = this.#nowMs() - SECOND_MS
    this.#recent = this.#recent.filter((time) => time > before)
    return this.#recent.length < MAX_ANSWERS_PER_SECOND && !((this.#last.get(source) ?? before) > before)
  }

  take(source: string): void {
    const now = this.#nowMs()
    this.#last.delete(source)
    this.#last.set(source, now)
    this.#recent.push(now)
    if (this.#last.size > MAX_SOURCES) this.#last.delete(this.#last.keys().next().value!)
  }
}

/** Of this machine's IPv4 addresses the one a neighbour reaches. */
function localFor(address: string): string {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? [])
  const sameNet = all.find(({ family, cidr }) => {
    const [network = '', bits = ''] = cidr?.split('/') ?? []
    if (family !== 'IPv4' || network === '') return false
    const list = new BlockList()
    list.addSubnet(network, Number(bits))
    return list.check(address)
  })
  return sameNet?.address ?? ownAddresses()[0] ?? '127.0.0.1'
}

/** IPv4, those that lead somewhere first. */
function ownAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? [])
  return all
    .filter(({ family }) => family === 'IPv4')
    .sort((one, other) => Number(one.internal) - Number(other.internal))
    .map(({ address }) => address)
}
