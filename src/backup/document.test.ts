import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CameraError } from '../base/errors.ts'
import { packArchive, unpackArchive } from './archive.ts'
import { type Configuration, readConfiguration, type Secrets, writeConfiguration } from './document.ts'

const PASSPHRASE = 'correct horse'
const CONFIGURATION: Configuration = {
  product: 'Vedette',
  madeBy: 'v0.1.0.0_26112200',
  exportedAt: '2026-11-22T10:00:00.000Z',
  device: { model: 'Vedette', serial: '12345678901234' },
  settings: { 'Enc/0': { audio: 1 }, Email: { server: 'mail.example' } },
  heads: [{ presets: [], patrol: {}, tracks: [] }],
  users: [{ name: '__proto__', level: 'admin', builtIn: true }],
}
const SECRETS: Secrets = {
  settings: { Email: { password: 'canary' } },
  users: [{ name: '__proto__', passwordHash: 'hash-canary' }],
}

const isRefusal = (error: unknown) => error instanceof CameraError && error.kind === 'check-failed'

test('without a passphrase the file has everything but secrets', async () => {
  const file = await writeConfiguration(CONFIGURATION, SECRETS, undefined)
  assert.deepEqual(JSON.parse(await unpackArchive(file)), {
    format: 'vedette-configuration',
    version: 1,
    ...CONFIGURATION,
  })
  assert.deepEqual(await readConfiguration(file, 'Vedette', undefined), {
    settings: CONFIGURATION.settings,
    heads: CONFIGURATION.heads,
    users: CONFIGURATION.users,
    secrets: undefined,
  })
})

test('with a passphrase secrets are there, and nobody sees them', async () => {
  const file = await writeConfiguration(CONFIGURATION, SECRETS, PASSPHRASE)
  assert.ok(!(await unpackArchive(file)).includes('canary'))
  assert.deepEqual((await readConfiguration(file, 'Vedette', PASSPHRASE)).secrets, SECRETS)
  assert.equal((await readConfiguration(file, 'Vedette', undefined)).secrets, undefined)
  await assert.rejects(readConfiguration(file, 'Vedette', 'wrong horse'), isRefusal)
  await assert.rejects(readConfiguration(file, 'Other', PASSPHRASE), isRefusal)
})

test('the seal holds for the open part too, and cannot be taken off unnoticed', async () => {
  const file = await writeConfiguration(CONFIGURATION, SECRETS, PASSPHRASE)
  const document = JSON.parse(await unpackArchive(file))
  const { secrets: _sealed, ...bare } = document
  const changes: readonly object[] = [
    { ...document, settings: { ...document.settings, Email: { server: 'evil.example' } } },
    { ...document, users: [] },
    { ...document, exportedAt: 'later' },
    { ...document, more: 1 },
    bare,
  ]
  for (const change of changes) {
    const changed = await packArchive(JSON.stringify(change))
    await assert.rejects(readConfiguration(changed, 'Vedette', PASSPHRASE), isRefusal)
  }
  // How it is laid out on paper does not matter.
  const compact = await packArchive(JSON.stringify(document))
  assert.deepEqual((await readConfiguration(compact, 'Vedette', PASSPHRASE)).secrets, SECRETS)
})

const good = { format: 'vedette-configuration', version: 1, ...CONFIGURATION }
const deep = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}`
const refused: readonly [what: string, text: string][] = [
  ['no text', ''],
  ['no JSON', '{"format":'],
  ['a list', '[]'],
  ['null', 'null'],
  ['a foreign format', JSON.stringify({ ...good, format: 'other-configuration' })],
  ['a newer version', JSON.stringify({ ...good, version: 2 })],
  ['a version that is text', JSON.stringify({ ...good, version: '1' })],
  ['no version', JSON.stringify({ ...good, version: undefined })],
  ['another product', JSON.stringify({ ...good, product: 'Other' })],
  ['settings that are a list', JSON.stringify({ ...good, settings: [] })],
  ['no settings', JSON.stringify({ ...good, settings: undefined })],
  ['users that are an object', JSON.stringify({ ...good, users: {} })],
  ['__proto__', JSON.stringify(good).replace('"audio"', '"__proto__"')],
  ['constructor', JSON.stringify(good).replace('"audio"', '"constructor"')],
  ['__proto__ outside', JSON.stringify(good).replace('"version"', '"__proto__":{"x":1},"version"')],
  ['too many levels', JSON.stringify(good).replace('"audio":1', `"audio":${deep}`)],
  ['a million levels', '['.repeat(1_000_000)],
  ['a million closed levels', `${'['.repeat(1_000_000)}${']'.repeat(1_000_000)}`],
  ['zeros behind it', `${JSON.stringify(good)}\0`],
]
for (const [what, text] of refused) {
  test(`a file with ${what} is refused`, async () => {
    assert.ok(await readConfiguration(await packArchive(JSON.stringify(good)), 'Vedette', undefined))
    await assert.rejects(readConfiguration(await packArchive(text), 'Vedette', undefined), isRefusal)
  })
}

test('whatever JSON a file has, nothing but a refusal or a configuration comes of it', async () => {
  const members = Object.keys(good).map(
    (name) => [name, fc.option(fc.jsonValue(), { nil: undefined })] as const,
  )
  const documents = fc.oneof(
    fc.jsonValue(),
    fc.record(Object.fromEntries(members)).map((some) => {
      const given = Object.entries(some).filter(([, value]) => value !== undefined)
      return { ...good, ...Object.fromEntries(given) }
    }),
    fc.jsonValue().map((secrets) => ({ ...good, secrets })),
  )
  await fc.assert(
    fc.asyncProperty(documents, fc.constantFrom(undefined, PASSPHRASE), async (document, passphrase) => {
      const file = await packArchive(JSON.stringify(document))
      const result = await readConfiguration(file, 'Vedette', passphrase).catch((error: unknown) => error)
      assert.ok(isRefusal(result) || !(result instanceof Error), String(result))
    }),
    { numRuns: 500 },
  )
})
