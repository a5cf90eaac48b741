import assert from 'node:assert/strict'
import { X509Certificate } from 'node:crypto'
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { createSecureContext } from 'node:tls'
import { manualClock } from '../../base/clock.ts'
import { loadCertificate } from './certificate.ts'

const NOW_MS = Date.UTC(2026, 10, 22)
const DAY_MS = 24 * 3600 * 1000

function setUp(context: TestContext) {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-tls-'))
  context.after(() => rmSync(dataDir, { recursive: true, force: true }))
  const clock = manualClock(NOW_MS)
  return { dataDir, clock, load: () => loadCertificate(dataDir, clock) }
}

test('a certificate is made once, and its key is for the owner alone', async (context) => {
  const { dataDir, load } = setUp(context)
  const first = await load()
  createSecureContext(first)
  assert.deepEqual(await load(), first)
  assert.equal(statSync(join(dataDir, 'tls/key.pem')).mode & 0o777, 0o600)
})

test('two data folders have nothing in common', async (context) => {
  const [one, other] = [await setUp(context).load(), await setUp(context).load()]
  assert.notEqual(one.key, other.key)
  assert.notEqual(new X509Certificate(one.cert).serialNumber, new X509Certificate(other.cert).serialNumber)
})

test('a certificate is renewed 30 days before its end', async (context) => {
  const { clock, load } = setUp(context)
  const first = await load()
  clock.advance((397 - 1 - 31) * DAY_MS)
  assert.deepEqual(await load(), first)
  clock.advance(2 * DAY_MS)
  assert.notEqual((await load()).cert, first.cert)
})

for (const [what, damage] of Object.entries({
  'an empty key': (folder: string) => writeFileSync(join(folder, 'key.pem'), ''),
  'half a certificate': (folder: string) => {
    const file = join(folder, 'certificate.pem')
    writeFileSync(file, readFileSync(file, 'utf8').slice(0, 200))
  },
})) {
  test(`${what} is replaced by a pair that works`, async (context) => {
    const { dataDir, load } = setUp(context)
    await load()
    damage(join(dataDir, 'tls'))
    createSecureContext(await load())
  })
}

test("another pair's key is not taken for this one's", async (context) => {
  const { dataDir, load } = setUp(context)
  const foreign = await setUp(context).load()
  const first = await load()
  writeFileSync(join(dataDir, 'tls/key.pem'), foreign.key)
  const mended = await load()
  createSecureContext(mended)
  assert.notEqual(mended.cert, first.cert)
})
