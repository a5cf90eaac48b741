/**
 * A listening port of the camera. It hands accepted sockets to its protocol and can move to another address
 * or port while established connections go on.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { CameraError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { ConnectionLimits } from './connection-limits.ts'

export interface Endpoint {
  /** 0 picks a free port. */
  readonly port: number
  /** Address to listen on; undefined means all, IPv4 and IPv6. */
  readonly address: string | undefined
}

interface ListenerOptions {
  readonly name: string
  readonly endpoint: Endpoint
  readonly limits: ConnectionLimits
  readonly log: Log
  readonly accept: (socket: Socket) => void
}

export class Listener {
  readonly name: string
  readonly #options: ListenerOptions
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined

  constructor(options: ListenerOptions) {
    this.name = options.name
    this.#options = options
  }

  /** The real port; 0 while nothing listens. */
  get port(): number {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port ?? 0
  }

  async start(): Promise<void> {
    this.#server = await this.#listen(this.#options.endpoint)
  }

  /**
   * Listens on another endpoint from now on. Established connections stay. If that fails, the former endpoint
   * is opened again. Errors: CameraError `connect-failed`.
   */
  async move(endpoint: Endpoint): Promise<void> {
    const former = { port: this.port, address: this.#options.endpoint.address }
    // The wildcard address cannot be opened while the same port listens on one address.
    this.#server?.close()
    try {
      this.#server = await this.#listen({ ...endpoint, port: endpoint.port || former.port })
    } catch (error) {
      this.#server = await this.#listen(former)
      throw error
    }
  }

  /** Stops listening and ends every connection. */
  stop(): void {
    this.#server?.close()
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
  }

  #listen({ port, address }: Endpoint): Promise<Server> {
    const { name, limits, accept, log } = this.#options
    const server = createServer({ noDelay: true }, (socket) => {
      socket.on('error', (error) => log.debug({ reason: error.message }, 'connection error'))
      if (!limits.admit(socket)) {
        socket.destroy()
        return
      }
      this.#sockets.add(socket)
      socket.once('close', () => this.#sockets.delete(socket))
      accept(socket)
    })
    return new Promise((resolve, reject) => {
      server.once('error', (error) =>
        reject(
          new CameraError('connect-failed', `${name} cannot listen on port ${port}: ${error.message}`, error),
        ),
      )
      server.listen({ port, ...(address === undefined ? {} : { host: address }) }, () => resolve(server))
    })
  }
}
