/**
 * RTSP (RFC 2326) on one port: plain, over TLS, and through a tunnel of HTTP (docs/design/rtsp.md). The first bytes of a
 * connection tell which.
 */
import type { Socket } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Connection } from './connection.ts'
import { Entrance } from './entrance.ts'
import type { RtspOptions } from './options.ts'
import { Tunnels } from './tunnel.ts'

/** From the beginning to the first byte, and to the end of the TLS handshake. */
const FIRST_BYTES_MS = 10_000
/** ContentType handshake (RFC 8446 §5.1). */
const TLS_HANDSHAKE = 0x16

export interface RtspServer {
  /** Takes over a connection that was just accepted. Never throws. */
  handle(socket: Socket): void
}

interface KeyPair {
  /** PEM. */
  readonly key: string
  /** PEM. */
  readonly cert: string
}

/** Without a certificate there is no TLS. */
export function createRtspServer(options: RtspOptions, certificate?: KeyPair): RtspServer {
  const entrance = new Entrance(options)
  const tunnels = new Tunnels(entrance)
  const tls =
    certificate &&
    createTlsServer({ ...certificate, minVersion: 'TLSv1.2', handshakeTimeout: FIRST_BYTES_MS }, (socket) =>
      listen(socket, false),
    )
  tls?.on('tlsClientError', (error, socket) => {
    options.log.debug({ reason: error.message }, 'RTSPS handshake failed')
    socket.destroy()
  })

  const listen = (socket: Socket, isFirst: boolean): void => {
    const deadline = setTimeout(() => socket.destroy(), FIRST_BYTES_MS)
    // The listener logs it; this one keeps it from being thrown where there is none.
    socket.on('error', () => {})
    socket.once('close', () => clearTimeout(deadline))
    socket.once('data', (bytes) => {
      clearTimeout(deadline)
      if (isFirst && bytes[0] === TLS_HANDSHAKE && tls !== undefined) {
        // In flowing mode the bytes that are given back would be lost.
        socket.pause()
        socket.unshift(bytes)
        tls.emit('connection', socket)
      } else if (Tunnels.isTunnel(bytes)) tunnels.take(socket, bytes)
      else speak(socket, bytes, isFirst)
    })
  }
  const speak = (socket: Socket, bytes: Buffer, isPlain: boolean): void => {
    socket.setNoDelay(true)
    const wire = { socket, isPlain, pause: () => socket.pause(), resume: () => socket.resume() }
    const connection = new Connection(wire, entrance)
    socket.on('data', (more) => connection.receive(more))
    connection.receive(bytes)
  }
  return { handle: (socket) => listen(socket, true) }
}
