/** The update server and the way to it, with real servers on this machine. */
import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { download } from './download.ts'
import { Feed, type Offer } from './feed.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

async function serve(t: TestContext, handler: Handler): Promise<string> {
  const server = createServer(handler).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/cam`
}

const content = Buffer.alloc(100_000, 'firmware')
const offer: Offer = {
  version: '2.0.0',
  build: '7',
  file: 'vedette-2.0.0.pak',
  size: content.length,
  sha512: createHash('sha512').update(content).digest('hex'),
}

const files: Handler = ({ url }, response) => {
  if (url === '/cam/vedette.json') response.end(JSON.stringify(offer))
  else if (url === '/cam/vedette-2.0.0.pak') response.end(content)
  else response.writeHead(404).end()
}

async function read(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const all: Uint8Array[] = []
  for await (const chunk of chunks) all.push(chunk)
  return Buffer.concat(all)
}

const open = (url: string) => new Feed({ url, allowLocalTargets: true })
const kind = (wanted: string) => (error: unknown) => error instanceof CameraError && error.kind === wanted

test('the newest version and its package are fetched from the folder', async (t) => {
  const url = await serve(t, files)
  for (const address of [url, `${url}/`]) {
    const feed = open(address)
    assert.deepEqual(await feed.latest(), offer)
    assert.deepEqual(await read(await feed.download(offer)), content)
  }
})

test('this machine is no target unless that is allowed', async (t) => {
  let requests = 0
  const url = await serve(t, () => {
    requests += 1
  })
  const { port } = new URL(url)
  for (const host of [
    '127.0.0.1',
    'localhost',
    '[::1]',
    '[::ffff:127.0.0.1]',
    '0.0.0.0',
    '169.254.1.1',
    '2130706433',
  ]) {
    const feed = new Feed({ url: `http://${host}:${port}/`, allowLocalTargets: false })
    await assert.rejects(feed.latest(), kind('connect-failed'), host)
  }
  assert.equal(requests, 0)
})

test('a redirect leads on, three times at most and only over the web', async (t) => {
  let length = 3
  const url = await serve(t, (request, response) => {
    const step = Number(/step=(\d)/.exec(request.url ?? '')?.[1] ?? 0)
    if (step === length) response.end(JSON.stringify(offer))
    else response.writeHead(302, { Location: `/elsewhere?step=${step + 1}` }).end()
  })
  assert.deepEqual(await open(url).latest(), offer)
  length = 4
  await assert.rejects(open(url).latest(), kind('receive-failed'))
  const bad = await serve(t, (_request, response) =>
    response.writeHead(302, { Location: 'file:///etc/passwd' }).end(),
  )
  await assert.rejects(open(bad).latest(), kind('receive-failed'))
})

const ANSWERS: readonly [string, Handler][] = [
  ['answers 404', (_request, response) => response.writeHead(404).end()],
  ['answers 500', (_request, response) => response.writeHead(500).end('{}')],
  ['sends no JSON', (_request, response) => response.end('<html>')],
  ['sends too much', (_request, response) => response.end(' '.repeat(70_000))],
  ['breaks off', (_request, response) => void response.write('{', () => response.destroy())],
  ...[
    {},
    { ...offer, version: '2' },
    { ...offer, file: '../../etc/passwd' },
    { ...offer, file: 'http://elsewhere/x' },
    { ...offer, size: -1 },
    { ...offer, size: 1e12 },
    { ...offer, sha512: 7 },
    null,
  ].map((bad): [string, Handler] => [
    `offers ${JSON.stringify(bad).slice(0, 60)}`,
    (_request, response) => response.end(JSON.stringify(bad)),
  ]),
]
for (const [what, handler] of ANSWERS) {
  test(`a server that ${what} has no usable answer`, async (t) => {
    await assert.rejects(open(await serve(t, handler)).latest(), kind('receive-failed'))
  })
}

test('a server that is not there cannot be reached', async (t) => {
  const url = await serve(t, files)
  const { port } = new URL(url)
  await assert.rejects(
    open(`http://127.0.0.1:${Number(port) === 1 ? 2 : 1}/`).latest(),
    kind('connect-failed'),
  )
  await assert.rejects(open('http://no-such-host.invalid/').latest(), kind('connect-failed'))
})

test('a server that says nothing is given up after ten seconds', async (t) => {
  const url = await serve(t, () => {})
  t.mock.timers.enable({ apis: ['setTimeout'] })
  const answer = assert.rejects(open(url).latest(), kind('timeout'))
  // The address is looked up first, in turns of the event loop.
  for (let turn = 0; turn < 5; turn += 1) await new Promise(setImmediate)
  t.mock.timers.tick(10_000)
  await answer
})

test('a server that sends drop by drop is given up as well', async (t) => {
  const url = await serve(t, (_request, response) => {
    const drops = setInterval(() => response.write(' '), 10)
    response.once('close', () => clearInterval(drops))
  })
  const options = {
    maxBytes: 1e6,
    limitMs: 200,
    allowLocalTargets: true,
    signal: new AbortController().signal,
  }
  const { content: drops } = await download(new URL(url), options)
  await assert.rejects(read(drops), kind('timeout'))
  const silent = await serve(t, () => {})
  await assert.rejects(download(new URL(silent), options), kind('timeout'))
})

test('a package that is not what was offered breaks at its end', async (t) => {
  const url = await serve(t, files)
  const sha512 = 'f'.repeat(128)
  await assert.rejects(read(await open(url).download({ ...offer, sha512 })), kind('check-failed'))
  await assert.rejects(read(await open(url).download({ ...offer, size: 99_999 })), kind('receive-failed'))
  await assert.rejects(read(await open(url).download({ ...offer, size: 100_001 })), kind('check-failed'))
})

test('a camera that stops breaks its download off', async (t) => {
  const url = await serve(t, (_request, response) => void response.write('{'))
  const feed = open(url)
  const answer = assert.rejects(feed.latest(), kind('receive-failed'))
  setTimeout(() => feed.stop(), 100)
  await answer
})
