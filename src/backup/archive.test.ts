import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gunzipSync, gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { extract } from 'tar-stream'
import { CameraError } from '../base/errors.ts'
import { packArchive, unpackArchive } from './archive.ts'
import { HOSTILE_ARCHIVES, tarOf } from './test-archives.ts'

const TEXT = '{"a":"é😀"}'

const isRefusal = (error: unknown) => error instanceof CameraError && error.kind === 'check-failed'

test('what was packed comes back', async () => {
  assert.equal(await unpackArchive(await packArchive(TEXT)), TEXT)
})

test('any tar reads the archive: one file that only its owner may read', async () => {
  const extraction = extract()
  extraction.end(gunzipSync(await packArchive(TEXT)))
  const found: unknown[] = []
  for await (const entry of extraction) {
    found.push([entry.header.name, entry.header.type, entry.header.mode])
    entry.resume()
  }
  assert.deepEqual(found, [['config.json', 'file', 0o600]])
})

test('the archive of a plain tar is taken', async () => {
  assert.equal(await unpackArchive(gzipSync(tarOf({ content: TEXT }))), TEXT)
})

for (const { what, file } of HOSTILE_ARCHIVES) {
  test(`an archive with ${what} is refused`, async () => {
    await assert.rejects(unpackArchive(file(TEXT)), isRefusal)
  })
}

test('an archive that was cut anywhere is refused', async () => {
  const packed = await packArchive(TEXT)
  for (let end = 0; end < packed.length; end += 1) {
    await assert.rejects(unpackArchive(packed.subarray(0, end)), isRefusal, `${end} bytes`)
  }
})

test('whatever the bytes are, nothing but a refusal comes of them', async () => {
  const whole = Buffer.from(await packArchive(TEXT))
  const tar = tarOf({ content: TEXT })
  const changed = (bytes: Buffer) =>
    fc.tuple(fc.nat(bytes.length - 1), fc.uint8Array({ minLength: 1, maxLength: 40 })).map(([at, by]) => {
      const copy = Buffer.from(bytes)
      copy.set(by.subarray(0, copy.length - at), at)
      return copy
    })
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 2000 }).map((some) => Buffer.from(some)),
    fc.uint8Array({ maxLength: 2000 }).map((some) => gzipSync(some)),
    fc.uint8Array({ minLength: 1024, maxLength: 1024 }).map((some) => gzipSync(some)),
    changed(whole),
    changed(tar).map((some) => gzipSync(some)),
  )
  await fc.assert(
    fc.asyncProperty(bytes, async (packed) => {
      const result = await unpackArchive(packed).catch((error: unknown) => error)
      assert.ok(typeof result === 'string' || isRefusal(result), String(result))
    }),
    { numRuns: 1500 },
  )
})
