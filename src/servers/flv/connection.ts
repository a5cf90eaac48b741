/** The connection of one HTTP-FLV viewer, taken away from node:http once the request was accepted. */
import type { Socket } from 'node:net'

/** The body follows until the connection ends (RFC 9112 §6.3, last case). */
export const RESPONSE_HEAD = Buffer.from(
  [
    'HTTP/1.1 200 OK',
    'Content-Type: video/x-flv',
    'Cache-Control: no-cache',
    'X-Content-Type-Options: nosniff',
    'Connection: close',
    '',
    '',
  ].join('\r\n'),
)

/**
 * From now on nothing that arrives is read as HTTP, and no HTTP timeout closes the socket. A new listener for
 * data makes node:http hand the reading back to the socket.
 */
export function takeOver(socket: Socket): void {
  socket.removeAllListeners('timeout')
  socket.removeAllListeners('data')
  socket.on('data', () => {})
}
