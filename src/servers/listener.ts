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
  #endpoint: Endpoint
  #server: Server | undefined
  #stopped = false
  /** Sent and received on connections that are over. */
  #closedBytes = 0

  constructor(options: ListenerOptions) {
    this.name = options.name
    this.#options = options
    this.#endpoint = options.endpoint
  }

  /** The real port; 0 while nothing listens. */
  get port(): number {
    return (this.#server?.address() as AddressInfo | null | undefined)?.port ?? 0
  }

  /** Sent and received on all connections since the start, as it crossed the socket; bytes that wait don't count. */
  get transferredBytes(): number {
    let bytes = this.#closedBytes
    for (const socket of this.#sockets) bytes += transferredBytes(socket)
    return bytes
  }

  async start(): Promise<void> {
    await this.#open(this.#endpoint)
  }

  /**
   * Listens on another endpoint from now on. Established connections stay. If that fails, the former endpoint
   * is opened again. Errors: CameraError `connect-failed`.
   */
  async move(endpoint: Endpoint): Promise<void> {
    const former = { port: this.port, address: this.#endpoint.address }
    // The wildcard address cannot be opened while the same port listens on one address.
    this.#server?.close()
    try {
      await this.#open({ ...endpoint, port: endpoint.port || former.port })
    } catch (error) {
      await this.#open(former)
      throw error
    }
  }

  /** Stops listening and ends every connection. */
  stop(): void {
    this.#stopped = true
    this.#server?.close()
    this.#server = undefined
    for (const socket of this.#sockets) socket.destroy()
  }

  async #open(endpoint: Endpoint): Promise<void> {
    const server = await this.#listen(endpoint)
    if (this.#stopped) {
      server.close()
      return
    }
    this.#server = server
    this.#endpoint = endpoint
  }

  #listen({ port, address }: Endpoint): Promise<Server> {
    const { name, log } = this.#options
    const server = createServer({ noDelay: true }, (socket) => this.#accept(socket))
    return new Promise((resolve, reject) => {
      server.on('error', (error) => {
        const sentence = `${name} cannot listen on port ${port}: ${error.message}`
        // Once it listens, an error concerns one connection that could not be accepted.
        if (server.listening) log.warn({ reason: error.message }, `${name}: a connection was not accepted`)
        else reject(new CameraError('connect-failed', sentence, error))
      })
      server.listen({ port, ...(address === undefined ? {} : { host: address }) }, () => resolve(server))
    })
  }

  #accept(socket: Socket): void {
    const { limits, accept, log } = this.#options
    socket.on('error', (error) => log.debug({ reason: error.message }, 'connection error'))
    if (!limits.admit(socket)) {
      socket.destroy()
      return
    }
    this.#sockets.add(socket)
    socket.once('close', () => {
      this.#sockets.delete(socket)
      this.#closedBytes += transferredBytes(socket)
    })
    accept(socket)
  }
}

/** TLS and HTTP write past the socket's stream, but not past its handle, which counts for both. */
function transferredBytes(socket: Socket): number {
  return socket.bytesRead + socket.bytesWritten - socket.writableLength
}
