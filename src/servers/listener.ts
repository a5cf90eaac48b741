/**
 * A listening port of the camera. It hands accepted sockets to its protocol and can move to another address
 * or port while established connections go on.
 */
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { CameraError, messageOf } from '../base/errors.ts'
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

/** How long a port goes on listening after a move, and a connection of a service that was switched off lives. */
const GRACE_MS = 1000

export class Listener {
  readonly name: string
  readonly #options: ListenerOptions
  readonly #sockets = new Set<Socket>()
  #endpoint: Endpoint
  #server: Server | undefined
  /** The one before, for as long as it still listens. */
  #former: { readonly server: Server; readonly timer: NodeJS.Timeout } | undefined
  #isOff = false
  #stopped = false
  #cutTimer: NodeJS.Timeout | undefined
  /** Port of the first start, when the configuration leaves it to the system. */
  #pickedPort: number | undefined
  /** Sent and received on connections that are over. */
  #closedBytes = 0

  constructor(options: ListenerOptions) {
    this.name = options.name
    this.#options = options
    this.#endpoint = options.endpoint
  }

  /** The real port; 0 while nothing listens. */
  get port(): number {
    return portOf(this.#server)
  }

  /** As configured; where that is any free port, the one that was picked, 0 before. */
  get factoryPort(): number {
    return this.#options.endpoint.port || (this.#pickedPort ?? 0)
  }

  get isOff(): boolean {
    return this.#isOff
  }

  /** Sent and received on all connections since the start, as it crossed the socket; bytes that wait don't count. */
  get transferredBytes(): number {
    let bytes = this.#closedBytes
    for (const socket of this.#sockets) bytes += transferredBytes(socket)
    return bytes
  }

  /** What `start` shall do: `port`, or the configured one for 0. */
  plan(port: number, isOff: boolean): void {
    this.#endpoint = { ...this.#endpoint, port: port || this.#options.endpoint.port }
    this.#isOff = isOff
  }

  /** If a planned port is not free, the configured one is opened. Errors: CameraError `connect-failed`. */
  async start(): Promise<void> {
    if (this.#isOff) return
    const { endpoint, log } = this.#options
    const planned = this.#endpoint
    try {
      await this.#open(planned)
    } catch (error) {
      if (planned.port === endpoint.port) throw error
      log.error({ reason: messageOf(error) }, `${this.name} listens on its factory port instead`)
      await this.#open({ ...planned, port: endpoint.port })
    }
    if (endpoint.port === 0) this.#pickedPort ??= this.port
  }

  /**
   * Listens on another endpoint from now on. Established connections stay. If that fails, the former endpoint
   * is opened again. Errors: CameraError `connect-failed`.
   */
  async move(endpoint: Endpoint): Promise<void> {
    if (this.#isOff) {
      this.#endpoint = { ...this.#endpoint, address: endpoint.address }
      return
    }
    const former = { port: this.port, address: this.#endpoint.address }
    // The wildcard address cannot be opened while the same port listens on one address.
    this.endGrace()
    this.#server?.close()
    try {
      await this.#open({ ...endpoint, port: endpoint.port || former.port })
    } catch (error) {
      await this.#open(former)
      throw error
    }
  }

  /**
   * Opens another port beside the present one. Nothing has changed for good until `take` is called with the result.
   * Errors: CameraError `connect-failed`.
   */
  async prepare(port: number): Promise<Server> {
    return await this.#listen({ port, address: this.#endpoint.address })
  }

  /** From now on this is the port; the present one listens a little longer. */
  take(server: Server): void {
    this.endGrace()
    clearTimeout(this.#cutTimer)
    if (this.#stopped) {
      server.close()
      return
    }
    const old = this.#server
    if (old?.listening) {
      const timer = setTimeout(() => this.endGrace(), GRACE_MS).unref()
      this.#former = { server: old, timer }
    }
    this.#server = server
    this.#isOff = false
    this.#endpoint = { ...this.#endpoint, port: portOf(server) }
    if (this.#options.endpoint.port === 0) this.#pickedPort ??= this.port
  }

  /** The port before the last move is free from now on. */
  endGrace(): void {
    clearTimeout(this.#former?.timer)
    this.#former?.server.close()
    this.#former = undefined
  }

  /** Gives the port free at once; its connections go on. `prepare` and `take` open it again. */
  release(): void {
    this.endGrace()
    this.#server?.close()
    this.#server = undefined
  }

  /** Switches the service off: it stops listening, and its connections end when the answer is through. */
  switchOff(): void {
    this.#isOff = true
    this.release()
    clearTimeout(this.#cutTimer)
    this.#cutTimer = setTimeout(() => this.#cut(), GRACE_MS).unref()
  }

  /** Stops listening and ends every connection. */
  stop(): void {
    this.#stopped = true
    clearTimeout(this.#cutTimer)
    this.release()
    this.#cut()
  }

  #cut(): void {
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

function portOf(server: Server | undefined): number {
  return (server?.address() as AddressInfo | null | undefined)?.port ?? 0
}

/** TLS and HTTP write past the socket's stream, but not past its handle, which counts for both. */
function transferredBytes(socket: Socket): number {
  return socket.bytesRead + socket.bytesWritten - socket.writableLength
}
