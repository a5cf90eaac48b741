/** How bodies are hidden: by a fixed mask until the login, by AES with a key of the password after it. */
import { createCipheriv, createDecipheriv, createHash } from 'node:crypto'

const MASK = Uint8Array.of(0x1f, 0x2d, 0x3c, 0x4b, 0x5a, 0x69, 0x78, 0xff)
const CIPHER = 'aes-128-cfb'
const IV = Buffer.from('0123456789abcdef')
const KEY_LENGTH = 16
/** One character less than the whole, as devices print it. */
const DIGEST_LENGTH = 31

/** Hides and shows a body: the mask is its own inverse. `offset` is the channel of the frame. */
export function masked(body: Uint8Array, offset: number): Buffer {
  return Buffer.from(body.map((byte, index) => byte ^ MASK[(offset + index) % MASK.length]! ^ offset))
}

/** MD5 in capitals without its last digit. */
export function shortDigest(text: string): string {
  return createHash('md5').update(text).digest('hex').toUpperCase().slice(0, DIGEST_LENGTH)
}

/** The key of everything after a login with this nonce. */
export function bodyKey(nonce: string, password: string): Buffer {
  return Buffer.from(shortDigest(`${nonce}-${password}`).slice(0, KEY_LENGTH))
}

/** Every body begins anew. */
export function sealed(body: Uint8Array, key: Buffer): Buffer {
  const cipher = createCipheriv(CIPHER, key, IV)
  return Buffer.concat([cipher.update(body), cipher.final()])
}

export function opened(body: Uint8Array, key: Buffer): Buffer {
  const decipher = createDecipheriv(CIPHER, key, IV)
  return Buffer.concat([decipher.update(body), decipher.final()])
}
