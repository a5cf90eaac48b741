/** The pace of bodies, over real connections with short limits. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type IncomingMessage } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { allowUpload, limitBody } from './pace.ts'

/** A server that treats each request as told, and a connection to it that has sent a head. */
async function begin(
  t: TestContext,
  treat: (request: IncomingMessage) => void,
  head = 'Content-Length: 100000000',
): Promise<Socket> {
  const server = createServer({ requestTimeout: 0 }, (request, response) => {
    treat(request)
    request.resume().once('end', () => response.end('done'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1')
  socket.on('error', () => undefined)
  t.after(() => {
    socket.destroy()
    server.closeAllConnections()
    server.close()
  })
  socket.write(`POST / HTTP/1.1\r\nHost: x\r\n${head}\r\n\r\n`)
  return socket
}

test('a body that does not arrive in time ends the connection', { timeout: 5000 }, async (t) => {
  const socket = await begin(t, (request) => limitBody(request, 50))
  await once(socket.resume(), 'close')
})

test('a request without a body is given no limit', { timeout: 5000 }, async (t) => {
  const socket = await begin(t, (request) => limitBody(request, 1), 'Content-Length: 0')
  const [answer] = await once(socket, 'data')
  assert.match(String(answer), /done/)
})

test('an upload that keeps coming may take longer, one that stalls may not', { timeout: 5000 }, async (t) => {
  const socket = await begin(t, (request) => {
    limitBody(request, 40)
    allowUpload(request, 60)
  })
  const piece = Buffer.alloc(64 * 1024)
  const sending = setInterval(() => socket.write(piece), 10)
  const closed = once(socket.resume(), 'close')
  const early = await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 300, 'open'))])
  assert.equal(early, 'open')
  clearInterval(sending)
  await closed
})
