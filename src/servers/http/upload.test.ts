import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createServer, type IncomingMessage, request, type Server } from 'node:http'
import { type AddressInfo, connect } from 'node:net'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { CameraError, type ErrorKind } from '../../base/errors.ts'
import { receiveUpload } from './upload.ts'

const PART = 'config-file'
const MAX_BYTES = 100_000

type Outcome = { filename: string; bytes: number; digest: string } | ErrorKind

/** What happened to each upload, in order of arrival. */
const outcomes: Outcome[] = []
const waiting: ((outcome: Outcome) => void)[] = []
let server: Server
let port: number

async function receive(incoming: IncomingMessage): Promise<Outcome> {
  try {
    const { filename, content } = await receiveUpload(incoming, { part: PART, maxBytes: MAX_BYTES })
    const hash = createHash('sha256')
    let bytes = 0
    for await (const chunk of content) {
      hash.update(chunk as Buffer)
      bytes += (chunk as Buffer).length
    }
    return { filename, bytes, digest: hash.digest('hex') }
  } catch (error) {
    assert.ok(error instanceof CameraError, String(error))
    return error.kind
  }
}

before(async () => {
  server = createServer(async (incoming, response) => {
    incoming.on('error', () => undefined)
    const outcome = await receive(incoming)
    waiting.shift()?.(outcome)
    outcomes.push(outcome)
    response.end('done')
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  port = (server.address() as AddressInfo).port
})
after(() => {
  server.closeAllConnections()
  server.close()
})

const nextOutcome = () => new Promise<Outcome>((resolve) => waiting.push(resolve))

/** One multipart body with a single part. */
function multipart(boundary: string, name: string, content: Buffer): Buffer {
  const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"; filename="x.tgz"\r\n\r\n`
  return Buffer.concat([Buffer.from(head), content, Buffer.from(`\r\n--${boundary}--\r\n`)])
}

async function send(body: Buffer, contentType: string): Promise<Outcome> {
  const outcome = nextOutcome()
  const headers = { 'Content-Type': contentType, 'Content-Length': body.length }
  const sent = request({ port, method: 'POST', headers, agent: false })
  sent.on('error', () => undefined)
  sent.on('response', (response) => response.resume())
  sent.end(body)
  return await outcome
}

test('a file arrives byte for byte', async () => {
  const content = randomBytes(90_000)
  const outcome = await send(multipart('abc', PART, content), 'multipart/form-data; boundary=abc')
  assert.deepEqual(outcome, {
    filename: 'x.tgz',
    bytes: content.length,
    digest: createHash('sha256').update(content).digest('hex'),
  })
})

test('a part of another name is not the file', async () => {
  assert.equal(
    await send(multipart('abc', 'other', Buffer.from('x')), 'multipart/form-data; boundary=abc'),
    'missing',
  )
})

test('a file that is too large is cut off', async () => {
  const outcome = await send(
    multipart('abc', PART, Buffer.alloc(MAX_BYTES + 1)),
    'multipart/form-data; boundary=abc',
  )
  assert.equal(outcome, 'too-long')
})

for (const boundary of ['', 'x'.repeat(71), 'x'.repeat(252)]) {
  test(`a boundary of ${boundary.length} characters is refused`, async () => {
    assert.equal(await send(Buffer.from('x'), `multipart/form-data; boundary=${boundary}`), 'protocol')
  })
}

test('a body that is cut in the middle breaks the upload', async () => {
  const whole = multipart('abc', PART, Buffer.alloc(5000))
  assert.equal(await send(whole.subarray(0, 3000), 'multipart/form-data; boundary=abc'), 'receive-failed')
})

test('a client that goes away in the middle breaks the upload', async () => {
  const outcome = nextOutcome()
  const body = multipart('abc', PART, Buffer.alloc(5000))
  const socket = connect(port, '127.0.0.1', () => {
    socket.write(
      `POST / HTTP/1.1\r\nHost: x\r\nContent-Type: multipart/form-data; boundary=abc\r\nContent-Length: ${body.length}\r\n\r\n`,
    )
    socket.write(body.subarray(0, 2000), () => setImmediate(() => socket.destroy()))
  })
  assert.equal(await outcome, 'receive-failed')
})

const hostile = [
  '--abc\r\nContent-Disposition: form-data; name="__proto__"; filename="x"\r\n__proto__: x\r\n\r\nx\r\n--abc--\r\n',
  `${'--abc\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n'.repeat(50)}--abc\r\nContent-Disposition: form-da`,
  `--abc\r\n${'X-Header: y\r\n'.repeat(2000)}\r\nx\r\n--abc--\r\n`,
  '--abc--\r\n',
]
for (const [index, body] of hostile.entries()) {
  test(`hostile body ${index} is refused and the server goes on`, async () => {
    assert.equal(typeof (await send(Buffer.from(body), 'multipart/form-data; boundary=abc')), 'string')
    const outcome = await send(multipart('abc', PART, Buffer.from('x')), 'multipart/form-data; boundary=abc')
    assert.equal(typeof outcome, 'object')
  })
}

test('any body gives a file or a plain refusal', async () => {
  const piece = fc.constantFrom(
    '--abc',
    '--abc--',
    '\r\n',
    'Content-Disposition: form-data; name="config-file"; filename="f"',
    '\r\n\r\n',
    'x',
    '\0',
    '"',
  )
  await fc.assert(
    fc.asyncProperty(fc.array(fc.oneof(piece, fc.string()), { maxLength: 20 }), async (pieces) => {
      const outcome = await send(Buffer.from(pieces.join('')), 'multipart/form-data; boundary=abc')
      assert.ok(typeof outcome === 'string' || outcome.bytes <= MAX_BYTES)
    }),
    { numRuns: 150 },
  )
})
