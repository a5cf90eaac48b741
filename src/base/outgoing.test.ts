import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { after, test } from 'node:test'
import { CameraError } from './errors.ts'
import { connectTo, resolveTarget } from './outgoing.ts'
import { exchangeText, sendRequest } from './outgoing-request.ts'

const servers: Server[] = []
after(() => {
  for (const server of servers) {
    server.closeAllConnections()
    server.close()
  }
})

async function serve(answer: RequestListener): Promise<number> {
  const server = createServer(answer).listen(0)
  servers.push(server)
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

const kindIs = (kind: string) => (error: unknown) => error instanceof CameraError && error.kind === kind
const CLOSED = { allowLocalTargets: false }
const outward = Object.values(networkInterfaces())
  .flatMap((all = []) => all)
  .find(({ internal, family }) => !internal && family === 'IPv4')

test('this machine is not reached in any spelling, and not even asked', async () => {
  let asked = 0
  const port = await serve((_request, response) => {
    asked += 1
    response.end('here')
  })
  const spellings = [
    ...['127.0.0.1', '127.1', '0x7f000001', '2130706433', '017700000001', '127.255.255.254'],
    ...['0', '0.0.0.0', 'localhost', 'LOCALHOST.', 'x.localhost'],
    ...['[::1]', '[::]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[0:0:0:0:0:0:0:1]', '[::127.0.0.1]'],
    ...['169.254.169.254', '[fe80::1]', '[ff02::1]', '224.0.0.1', '255.255.255.255'],
    ...(outward === undefined ? [] : [outward.address]),
  ]
  for (const host of spellings) {
    const url = new URL(`http://${host}:${port}/`)
    await assert.rejects(exchangeText(url, CLOSED), kindIs('connect-failed'), host)
    const target = { host: url.hostname, port, signal: new AbortController().signal, ...CLOSED }
    await assert.rejects(connectTo(target), kindIs('connect-failed'), host)
    // As host names of the API may be written, without what a URL makes of them.
    await assert.rejects(resolveTarget(host, CLOSED), kindIs('connect-failed'), host)
  }
  assert.equal(asked, 0)
  const { text } = await exchangeText(new URL(`http://127.0.0.1:${port}/`), { allowLocalTargets: true })
  assert.equal(text, 'here')
})

test('a redirection is an answer, not an order', async () => {
  let asked = 0
  const port = await serve((_request, response) => {
    asked += 1
    response.writeHead(302, { Location: '/elsewhere' }).end()
  })
  const { status } = await exchangeText(new URL(`http://127.0.0.1:${port}/`), { allowLocalTargets: true })
  assert.deepEqual([status, asked], [302, 1])
})

test('a server that drips, and one that floods, are given up', async () => {
  const drip = await serve((_request, response) => {
    const timer = setInterval(() => response.write('.'), 20)
    response.once('close', () => clearInterval(timer))
  })
  const flood = await serve((_request, response) => {
    const pour = () => {
      while (response.write(Buffer.alloc(256 * 1024)));
      response.once('drain', pour)
    }
    pour()
  })
  const ask = (port: number) =>
    sendRequest(new URL(`http://127.0.0.1:${port}/`), {
      method: 'GET',
      headers: {},
      limitMs: 1000,
      allowLocalTargets: true,
    })
  await assert.rejects(ask(drip), kindIs('timeout'))
  await assert.rejects(ask(flood), kindIs('receive-failed'))
})
