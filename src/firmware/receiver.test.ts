/** Packages on their way in: only whole ones, signed with a key that is known, get through. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import fc from 'fast-check'
import { CameraError, type ErrorKind } from '../base/errors.ts'
import { type Header, readHead } from './header.ts'
import { Receiver } from './receiver.ts'
import { placesIn } from './state.ts'
import { KEYS, packageOf } from './test-package.ts'

const dataDir = mkdtempSync(join(tmpdir(), 'vedette-receiver-'))
after(() => rmSync(dataDir, { recursive: true, force: true }))
const places = placesIn(dataDir)
const payload = randomBytes(20_000)
const good = packageOf(payload)
const headBytes = good.length - payload.length

/** Sends a package in chunks; the payload that was received, or the kind of the refusal. */
async function receive(
  content: Buffer,
  { keys = [KEYS.publicKey], chunk = 4096, judge = () => {} }: Partial<Options> = {},
): Promise<Buffer | ErrorKind> {
  const receiver = new Receiver({ places, keys, judge })
  try {
    for (let offset = 0; offset < content.length; offset += chunk) {
      await receiver.write(content.subarray(offset, offset + chunk))
    }
    const { payload: file } = await receiver.finish()
    return readFileSync(file)
  } catch (error) {
    assert.ok(error instanceof CameraError, String(error))
    return error.kind
  } finally {
    await receiver.abort()
  }
}

interface Options {
  readonly keys: readonly KeyObject[]
  readonly chunk: number
  readonly judge: (header: Header) => void
}

test('a package arrives whole, however it is cut into chunks', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 30_000 }), async (chunk) => {
      assert.deepEqual(await receive(good, { chunk: Math.max(chunk, 7) }), payload)
    }),
    { numRuns: 30 },
  )
})

test('every byte of the header counts', async () => {
  for (let offset = 0; offset < headBytes; offset += 1) {
    for (const bit of [1, 0x80]) {
      const changed = Buffer.from(good)
      changed[offset]! ^= bit
      assert.equal(await receive(changed, { chunk: good.length }), 'check-failed', `byte ${offset}`)
    }
  }
})

test('every byte of the payload counts', async () => {
  for (let round = 0; round < 100; round += 1) {
    const changed = Buffer.from(good)
    const offset = headBytes + Math.floor(Math.random() * payload.length)
    changed[offset]! ^= 1 << (round % 8)
    assert.equal(await receive(changed), 'check-failed', `byte ${offset}`)
  }
})

test('a package that ends early or goes on is refused', async () => {
  for (const length of [0, 1, 8, 11, 12, headBytes - 1, headBytes, good.length - 1]) {
    assert.equal(await receive(good.subarray(0, length)), 'check-failed', `${length} bytes`)
  }
  assert.equal(await receive(Buffer.concat([good, Buffer.from('x')])), 'check-failed')
})

test('a foreign key, another signature and no key at all are refused', async () => {
  const foreign = generateKeyPairSync('ed25519')
  assert.equal(await receive(packageOf(payload, {}, foreign.privateKey)), 'check-failed')
  assert.equal(await receive(good, { keys: [foreign.publicKey] }), 'check-failed')
  assert.equal(await receive(good, { keys: [] }), 'check-failed')
  const other = packageOf(payload, { version: '3.0.0' })
  const signature = other.subarray(other.length - payload.length - 64, other.length - payload.length)
  const swapped = Buffer.from(good)
  signature.copy(swapped, headBytes - 64)
  assert.equal(await receive(swapped), 'check-failed')
  assert.deepEqual(await receive(good, { keys: [foreign.publicKey, KEYS.publicKey] }), payload)
})

const HEADERS: readonly [string, Partial<Record<keyof Header, unknown>>][] = [
  ['another product', { product: 'toaster' }],
  ['no version', { version: undefined }],
  ['a version of another form', { version: '1.0' }],
  ['a build that is no number', { build: 'today' }],
  ['no length', { payloadBytes: 0 }],
  ['more than 256 MiB', { payloadBytes: 256 * 1024 * 1024 + 1 }],
  ['a length in text', { payloadBytes: '20000' }],
  ['more files than fit', { unpackedBytes: 2 ** 40 }],
  ['no hash', { sha512: 'x' }],
  ['nothing about modules', { modules: undefined }],
]
for (const [what, header] of HEADERS) {
  test(`a signed header with ${what} is refused`, async () => {
    assert.equal(await receive(packageOf(payload, header as Partial<Header>)), 'check-failed')
  })
}

test('what the camera does not want is refused before the payload is received', async () => {
  let received = 0
  const receiver = new Receiver({
    places,
    keys: [KEYS.publicKey],
    judge: () => {
      throw new CameraError('same-version', 'here already')
    },
  })
  await assert.rejects(async () => {
    for (const byte of good) {
      received += 1
      await receiver.write(Buffer.from([byte]))
    }
  }, /here already/)
  assert.equal(received, headBytes)
})

test('nothing stays of what was refused', async () => {
  await receive(good.subarray(0, good.length - 1))
  assert.deepEqual(existsSync(places.incoming) ? readdirSync(places.incoming) : [], [])
})

test('any bytes are a package, need more, or are refused', () => {
  const beginning = fc.constantFrom(
    Buffer.alloc(0),
    good.subarray(0, 8),
    good.subarray(0, 12),
    good.subarray(0, 60),
  )
  fc.assert(
    fc.property(beginning, fc.uint8Array({ maxLength: 300 }), (begin, rest) => {
      try {
        readHead(Buffer.concat([begin, rest]), [KEYS.publicKey])
      } catch (error) {
        assert.ok(error instanceof CameraError && error.kind === 'check-failed')
      }
    }),
    { numRuns: 1000 },
  )
})
