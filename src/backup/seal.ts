/**
 * Secrets under a passphrase: scrypt (RFC 7914) makes the key, AES-256-GCM (NIST SP 800-38D) seals, together with
 * the text they belong to. The parameters are written down but fixed: a file cannot make the camera work harder.
 */
import { createCipheriv, createDecipheriv, randomBytes, scrypt } from 'node:crypto'
import { refusal, refuse } from './archive.ts'

const KDF = { name: 'scrypt', N: 2 ** 15, r: 8, p: 1 } as const
const CIPHER = 'aes-256-gcm'
const KEY_BYTES = 32
const SALT_BYTES = 16
/** NIST SP 800-38D §8.2: 96 bits. */
const IV_BYTES = 12
/** The longest; a shorter one could be guessed. */
const TAG_BYTES = 16

/** Bytes are in base64. */
export interface Seal {
  readonly kdf: typeof KDF & { readonly salt: string }
  readonly cipher: typeof CIPHER
  readonly iv: string
  readonly tag: string
  readonly data: string
}

/** Seals `secret` so that it opens only beside the same `companion`. */
export async function seal(secret: string, companion: string, passphrase: string): Promise<Seal> {
  const salt = randomBytes(SALT_BYTES)
  const iv = randomBytes(IV_BYTES)
  const cipher = createCipheriv(CIPHER, await keyOf(passphrase, salt), iv, { authTagLength: TAG_BYTES })
  cipher.setAAD(Buffer.from(companion))
  const data = Buffer.concat([cipher.update(secret, 'utf8'), cipher.final()])
  return {
    kdf: { ...KDF, salt: salt.toString('base64') },
    cipher: CIPHER,
    iv: iv.toString('base64'),
    tag: cipher.getAuthTag().toString('base64'),
    data: data.toString('base64'),
  }
}

/** What `seal` was given. Errors: CameraError `check-failed`; it does not tell a wrong passphrase from a changed file. */
export async function unseal(sealed: unknown, companion: string, passphrase: string): Promise<string> {
  const { salt, iv, tag, data } = partsOf(sealed)
  const key = await keyOf(passphrase, salt)
  try {
    const decipher = createDecipheriv(CIPHER, key, iv, { authTagLength: TAG_BYTES })
    decipher.setAAD(Buffer.from(companion))
    decipher.setAuthTag(tag)
    return Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8')
  } catch (error) {
    throw refusal('the passphrase is wrong, or the file was changed', error)
  }
}

function partsOf(sealed: unknown): { salt: Buffer; iv: Buffer; tag: Buffer; data: Buffer } {
  const { kdf, cipher, iv, tag, data } = (sealed ?? {}) as Record<string, unknown>
  const { name, N, r, p, salt } = (kdf ?? {}) as Record<string, unknown>
  const isOurs = cipher === CIPHER && name === KDF.name && N === KDF.N && r === KDF.r && p === KDF.p
  if (!isOurs) refuse('its secrets are sealed in an unknown way')
  return {
    salt: bytesOf(salt, SALT_BYTES),
    iv: bytesOf(iv, IV_BYTES),
    tag: bytesOf(tag, TAG_BYTES),
    data: bytesOf(data),
  }
}

function bytesOf(text: unknown, length?: number): Buffer {
  const bytes = typeof text === 'string' ? Buffer.from(text, 'base64') : undefined
  const isSound = bytes !== undefined && (length === undefined || bytes.length === length)
  return isSound ? bytes : refuse('the seal of its secrets is damaged')
}

function keyOf(passphrase: string, salt: Buffer): Promise<Buffer> {
  const { N, r, p } = KDF
  return new Promise((resolve, reject) => {
    // Two ways to type the same letters are the same passphrase.
    scrypt(passphrase.normalize('NFC'), salt, KEY_BYTES, { N, r, p, maxmem: 256 * N * r }, (error, key) => {
      if (error === null) resolve(key)
      else reject(error)
    })
  })
}
