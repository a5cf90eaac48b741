import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { seal, unseal } from './seal.ts'

const SECRET = '{"password":"é canary"}'
const isRefusal = (error: unknown) => error instanceof CameraError && error.kind === 'check-failed'

test('what was sealed opens with the passphrase beside the same companion, and is not seen', async () => {
  const sealed = await seal(SECRET, 'companion', 'pass phrase é')
  assert.ok(!JSON.stringify(sealed).includes('canary'))
  assert.equal(Buffer.from(sealed.data, 'base64').includes('canary'), false)
  assert.equal(await unseal(sealed, 'companion', 'pass phrase é'), SECRET)
  // The same letters, typed as letter and accent.
  assert.equal(await unseal(sealed, 'companion', 'pass phrase e\u0301'), SECRET)
})

test('each seal has a salt and an iv of its own', async () => {
  const [one, other] = [await seal(SECRET, '', 'passphrase'), await seal(SECRET, '', 'passphrase')]
  assert.notEqual(one.kdf.salt, other.kdf.salt)
  assert.notEqual(one.iv, other.iv)
  assert.notEqual(one.data, other.data)
})

test('a wrong passphrase, another companion and any change are refused', async () => {
  const sealed = await seal(SECRET, 'companion', 'passphrase')
  const flipped = (text: string) => {
    const bytes = Buffer.from(text, 'base64')
    bytes[0]! ^= 1
    return bytes.toString('base64')
  }
  const shortTag = Buffer.from(sealed.tag, 'base64').subarray(0, 4).toString('base64')
  const changes: readonly unknown[] = [
    { ...sealed, data: flipped(sealed.data) },
    { ...sealed, data: '' },
    { ...sealed, iv: flipped(sealed.iv) },
    { ...sealed, iv: '' },
    { ...sealed, tag: flipped(sealed.tag) },
    { ...sealed, tag: shortTag },
    { ...sealed, kdf: { ...sealed.kdf, salt: flipped(sealed.kdf.salt) } },
    { ...sealed, kdf: { ...sealed.kdf, N: 2 ** 30 } },
    { ...sealed, kdf: { ...sealed.kdf, N: 1 } },
    { ...sealed, kdf: undefined },
    { ...sealed, cipher: 'aes-256-cbc' },
    { ...sealed, data: 7 },
    null,
    'text',
    [],
    7,
  ]
  await assert.rejects(unseal(sealed, 'companion', 'passphrasE'), isRefusal)
  await assert.rejects(unseal(sealed, 'companioN', 'passphrase'), isRefusal)
  for (const change of changes) await assert.rejects(unseal(change, 'companion', 'passphrase'), isRefusal)
})
