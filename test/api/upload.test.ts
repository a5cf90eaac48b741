/** The way of a file to a command: who sends it and whether it is allowed are known before it is received. */
import assert from 'node:assert/strict'
import { createServer, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { after, before, test } from 'node:test'
import { action } from '../../src/api/define/command.ts'
import { Dispatcher } from '../../src/api/dispatch.ts'
import { ApiRoute } from '../../src/servers/http/api-route.ts'
import { type Answer, type ApiKit, startApi } from './kit.ts'

const received: Buffer[] = []

/** Any command that takes a file. */
const store = action('Store', {
  guide: '0.0.0',
  summary: 'Keeps what is uploaded.',
  access: { key: 'enc', right: 'revise' },
  upload: { part: 'config-file', maxBytes: 1000 },
  run: async (_params, { upload }) => {
    const chunks: Buffer[] = []
    for await (const chunk of upload!.content) chunks.push(chunk as Buffer)
    received.push(Buffer.concat(chunks))
    return undefined
  },
})

/** Any command that takes none. */
const read = action('Read', {
  guide: '0.0.1',
  summary: 'Reads something.',
  access: { key: 'enc', right: 'revise' },
  run: () => undefined,
})

let api: ApiKit
let server: Server

before(async () => {
  api = await startApi()
  const dispatcher = new Dispatcher([store, read], api.parts)
  const route = new ApiRoute({ dispatcher, isTrusted: () => true, authenticated: () => undefined })
  server = createServer((incoming, response) => {
    const url = incoming.url ?? ''
    void route.handle(incoming, response, '/api.cgi', url.slice(url.indexOf('?') + 1))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
})
after(() => {
  server.closeAllConnections()
  server.close()
  api.stop()
})

interface Sent {
  readonly answer: Answer | undefined
  readonly status: number
}

function send(query: string, contentType: string, body: string): Promise<Sent> {
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const headers = { 'Content-Type': contentType, 'Content-Length': Buffer.byteLength(body) }
    const sent = request(
      { port, method: 'POST', path: `/api.cgi?${query}`, headers, agent: false },
      (response) => {
        let text = ''
        response.on('data', (chunk: Buffer) => {
          text += chunk.toString()
        })
        response.once('end', () => {
          const [answer] = JSON.parse(text) as Answer[]
          resolve({ answer, status: response.statusCode ?? 0 })
        })
      },
    )
    sent.once('error', reject)
    sent.end(body)
  })
}

const multipart = (content: string, name = 'config-file') =>
  `--abc\r\nContent-Disposition: form-data; name="${name}"; filename="x.tgz"\r\n\r\n${content}\r\n--abc--\r\n`
const TYPE = 'multipart/form-data; boundary=abc'

test('a file reaches its command', async () => {
  const { answer } = await send(`cmd=Store&token=${api.adminToken}`, TYPE, multipart('hello'))
  assert.deepEqual(answer, { cmd: 'Store', code: 0, value: { rspCode: 200 } })
  assert.equal(received.pop()?.toString(), 'hello')
})

test('JSON is JSON, whatever its content type says', async () => {
  const { answer } = await send(`token=${api.adminToken}`, TYPE, '[{"cmd":"Read"}]')
  assert.deepEqual(answer, { cmd: 'Read', code: 0, value: { rspCode: 200 } })
})

const refusals: readonly [what: string, query: () => string, type: string, body: string, rspCode: number][] =
  [
    ['without login', () => 'cmd=Store', TYPE, multipart('x'), -6],
    ['of a guest', () => `cmd=Store&token=${api.guestToken}`, TYPE, multipart('x'), -26],
    ['of another part', () => `cmd=Store&token=${api.adminToken}`, TYPE, multipart('x', 'other'), -23],
    ['that is too large', () => `cmd=Store&token=${api.adminToken}`, TYPE, multipart('x'.repeat(1001)), -22],
    ['that breaks off', () => `cmd=Store&token=${api.adminToken}`, TYPE, multipart('x').slice(0, -20), -17],
    ['for no command', () => `token=${api.adminToken}`, TYPE, multipart('x'), -9],
    ['for an unknown command', () => `cmd=Foo&token=${api.adminToken}`, TYPE, multipart('x'), -9],
    ['for a command without a file', () => `cmd=Read&token=${api.adminToken}`, TYPE, multipart('x'), -4],
    [
      'for a command that is not allowed',
      () => `cmd=Read&token=${api.guestToken}`,
      TYPE,
      multipart('x'),
      -26,
    ],
    [
      'that is JSON',
      () => `cmd=Store&token=${api.adminToken}`,
      'application/json',
      '[{"cmd":"Store","param":{}}]',
      -4,
    ],
  ]
for (const [what, query, type, body, rspCode] of refusals) {
  test(`an upload ${what} is refused and reaches nobody`, async () => {
    const { answer, status } = await send(query(), type, body)
    assert.equal(status, 200)
    assert.equal(answer?.error?.rspCode, rspCode)
    assert.equal(received.length, 0)
  })
}
