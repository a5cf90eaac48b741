/**
 * RTSP through HTTP (Apple, "Tunnelling RTSP and RTP through HTTP"): a GET, whose answer never ends, carries what the camera
 * sends; POSTs of the same `x-sessioncookie` carry the client's requests in base64.
 */
import type { Socket } from 'node:net'
import { plainAddress } from '../../base/address.ts'
import { messageOf } from '../../base/errors.ts'
import { Connection } from './connection.ts'
import type { Entrance } from './entrance.ts'
import { RequestReader, type RtspRequest } from './request-reader.ts'

/** For the other half to come, and for the head of a request. */
const HALF_MS = 10_000
/** Tunnels whose other half is missing. */
const MAX_TUNNELS = 256
const MAX_COOKIE_LENGTH = 128
const ANSWER_HEAD = [
  'HTTP/1.0 200 OK',
  'Server: Vedette',
  'Connection: close',
  'Cache-Control: no-store',
  'Pragma: no-cache',
  'Content-Type: application/x-rtsp-tunnelled',
  '',
  '',
].join('\r\n')

interface Tunnel {
  readonly connection: Connection
  readonly address: string
  /** The half that carries requests at present. */
  incoming: Socket | undefined
}

export class Tunnels {
  readonly #entrance: Entrance
  readonly #tunnels = new Map<string, Tunnel>()

  constructor(entrance: Entrance) {
    this.#entrance = entrance
  }

  /** Whether a connection that begins so speaks HTTP. */
  static isTunnel(bytes: Buffer): boolean {
    return /^(GET|POST) /.test(bytes.toString('latin1', 0, 5))
  }

  /** Takes over a connection that speaks HTTP. */
  take(socket: Socket, first: Buffer): void {
    const reader = new RequestReader()
    const deadline = setTimeout(() => socket.destroy(), HALF_MS)
    socket.once('close', () => clearTimeout(deadline))
    const read = (bytes: Buffer): void => {
      try {
        const request = reader.push(bytes)
        if (request === undefined) return
        clearTimeout(deadline)
        socket.off('data', read)
        const isTaken = request.kind === 'request' && this.#begin(socket, request, reader.takeRest())
        if (!isTaken) refuse(socket)
      } catch (error) {
        this.#entrance.options.log.debug({ reason: messageOf(error) }, 'RTSP tunnel closed: protocol error')
        socket.destroy()
      }
    }
    socket.on('data', read)
    read(first)
  }

  #begin(socket: Socket, { method, headers }: RtspRequest, rest: Buffer): boolean {
    const cookie = headers.get('x-sessioncookie')
    if (cookie === undefined || cookie === '' || cookie.length > MAX_COOKIE_LENGTH) return false
    return method === 'GET' ? this.#open(socket, cookie) : this.#feed(socket, cookie, rest)
  }

  /** The half towards the client. */
  #open(socket: Socket, cookie: string): boolean {
    if (this.#tunnels.has(cookie) || this.#tunnels.size >= MAX_TUNNELS) return false
    const wire = {
      socket,
      isPlain: false,
      pause: () => tunnel.incoming?.pause(),
      resume: () => tunnel.incoming?.resume(),
    }
    const connection = new Connection(wire, this.#entrance)
    const tunnel: Tunnel = {
      connection,
      address: plainAddress(socket.remoteAddress),
      incoming: undefined,
    }
    this.#tunnels.set(cookie, tunnel)
    socket.on('data', () => {})
    socket.once('close', () => {
      this.#tunnels.delete(cookie)
      tunnel.incoming?.destroy()
    })
    socket.setNoDelay(true)
    socket.write(ANSWER_HEAD)
    return true
  }

  /** A half with requests. A new one takes the place of the one before it. */
  #feed(socket: Socket, cookie: string, rest: Buffer): boolean {
    const tunnel = this.#tunnels.get(cookie)
    if (tunnel === undefined || tunnel.address !== plainAddress(socket.remoteAddress)) return false
    tunnel.incoming?.destroy()
    tunnel.incoming = socket
    const decode = base64Reader((bytes) => tunnel.connection.receive(bytes))
    socket.on('data', decode)
    decode(rest)
    return true
  }
}

/** Decodes as much as is complete: four characters are three bytes. Blanks between them don't count. */
function base64Reader(receive: (bytes: Buffer) => void): (text: Buffer) => void {
  let open = ''
  return (text) => {
    const all = open + text.toString('latin1').replace(/\s+/g, '')
    const complete = all.length - (all.length % 4)
    open = all.slice(complete)
    // Each request is padded on its own.
    for (const part of all.slice(0, complete).match(/[^=]+=*/g) ?? []) receive(Buffer.from(part, 'base64'))
  }
}

function refuse(socket: Socket): void {
  socket.end('HTTP/1.0 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
  socket.resume()
  setTimeout(() => socket.destroy(), 1000).unref()
}
