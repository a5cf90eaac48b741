/**
 * Caps on connections that have not shown who they are (slow or silent clients), shared by all listeners.
 * Connections from this machine count towards the total only, so that local recorders can open many at once.
 */
import type { Socket } from 'node:net'
import { isLoopback } from '../base/address.ts'

/** Connections without login, in all and from one address. */
const MAX_STRANGERS = 512
const MAX_STRANGERS_PER_ADDRESS = 64

export class ConnectionLimits {
  /** Address by connection. */
  readonly #strangers = new Map<string, string>()
  readonly #perAddress = new Map<string, number>()

  /** Counts a new connection; false if it has to be closed. */
  admit(socket: Socket): boolean {
    const address = socket.remoteAddress ?? ''
    const already = this.#perAddress.get(address) ?? 0
    if (this.#strangers.size >= MAX_STRANGERS) return false
    if (!isLoopback(address) && already >= MAX_STRANGERS_PER_ADDRESS) return false
    const connection = nameOf(socket)
    this.#strangers.set(connection, address)
    this.#perAddress.set(address, already + 1)
    socket.once('close', () => this.#forget(connection))
    return true
  }

  /** The connection has logged in: it counts no longer. `socket` may be the TLS layer over the one admitted. */
  authenticated(socket: Socket): void {
    this.#forget(nameOf(socket))
  }

  #forget(connection: string): void {
    const address = this.#strangers.get(connection)
    if (address === undefined) return
    this.#strangers.delete(connection)
    const left = (this.#perAddress.get(address) ?? 1) - 1
    if (left === 0) this.#perAddress.delete(address)
    else this.#perAddress.set(address, left)
  }
}

/** What a connection and a TLS layer over it have in common. */
function nameOf({ remoteAddress, remotePort, localPort }: Socket): string {
  return `${remoteAddress} ${remotePort} ${localPort}`
}
