/**
 * What Digest needs to know of each user (RFC 7616 §3.4.2): hashes of user, realm and password. They are worth as much as
 * the password here and are guessed faster than its scrypt hash, so they are sealed (docs/design/security.md).
 */
import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto'
import { DIGEST_ALGORITHMS, type DigestAlgorithm } from './types.ts'

const SETTING = 'digest-keys'
const CIPHER = 'aes-256-gcm'
/** NIST SP 800-38D §8.2. */
const IV_BYTES = 12
const TAG_BYTES = 16

interface Memory {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

/** An account as far as it matters here; `passwordHash` as the store has it. */
interface Known {
  readonly name: string
  readonly passwordHash: string
}

/** The password itself is there only while somebody needs it (docs/design/onvif.md). */
type Secrets = Readonly<Record<DigestAlgorithm, string>> & { readonly password?: string }

/** As stored: base64 of initial vector, tag and sealed JSON of Secrets. */
interface Stored {
  readonly realm: string
  readonly users: readonly { readonly name: string; readonly sealed: string }[]
}

export class DigestKeys {
  /** Of this camera alone: the same password makes other keys elsewhere. */
  readonly realm: string
  readonly #memory: Memory
  readonly #sealingKey: Buffer
  readonly #keepsPasswords: boolean
  readonly #sealed = new Map<string, string>()
  /** What was unsealed, with the password hash it belongs to. */
  readonly #open = new Map<string, { readonly passwordHash: string; readonly secrets: Secrets }>()

  /** `sealingKey`: 32 bytes that lie elsewhere than `memory`. `keepsPasswords`: besides the keys, the passwords. */
  constructor(memory: Memory, sealingKey: Buffer, keepsPasswords = false) {
    this.#memory = memory
    this.#keepsPasswords = keepsPasswords
    this.#sealingKey = sealingKey
    const stored = readStored(memory.load(SETTING))
    this.realm = stored?.realm ?? `Vedette ${randomBytes(6).toString('hex')}`
    for (const { name, sealed } of stored?.users ?? []) this.#sealed.set(name, sealed)
  }

  /** The key of a user, undefined if it is not known or belongs to another password. */
  find(user: Known, secret: keyof Secrets): string | undefined {
    const open = this.#open.get(user.name)
    if (open?.passwordHash === user.passwordHash) return open.secrets[secret]
    const sealed = this.#sealed.get(user.name)
    const secrets = sealed === undefined ? undefined : this.#unseal(sealed, user)
    if (secrets === undefined) return undefined
    this.#open.set(user.name, { passwordHash: user.passwordHash, secrets })
    return secrets[secret]
  }

  /** Erases the passwords, if they are not to be kept; the keys stay. On the disk when this returns. */
  forgetPasswords(users: readonly Known[]): void {
    const known = users.filter((user) => this.find(user, 'password') !== undefined)
    if (this.#keepsPasswords || known.length === 0) return
    for (const user of known) {
      const { password: _, ...secrets } = this.#open.get(user.name)!.secrets
      this.#keep(user, secrets)
    }
    this.#save()
  }

  /** Told when a password is right or new. `among`: all names that exist; others are forgotten. On the disk when this returns. */
  learn(user: Known, password: string, among: readonly string[]): void {
    if (user.passwordHash === '' || this.find(user, this.#keepsPasswords ? 'password' : 'MD5') !== undefined)
      return
    const text = `${user.name}:${this.realm}:${password}`
    const hashed = DIGEST_ALGORITHMS.map((algorithm) => [algorithm, hash(algorithm, text)])
    const secrets = Object.fromEntries(hashed) as Secrets
    this.#keep(user, this.#keepsPasswords ? { ...secrets, password } : secrets)
    for (const name of this.#sealed.keys()) {
      if (among.includes(name) || name === user.name) continue
      this.#sealed.delete(name)
      this.#open.delete(name)
    }
    this.#save()
  }

  #keep(user: Known, secrets: Secrets): void {
    this.#sealed.set(user.name, this.#seal(secrets, user))
    this.#open.set(user.name, { passwordHash: user.passwordHash, secrets })
  }

  #save(): void {
    const users = [...this.#sealed].map(([name, sealed]) => ({ name, sealed }))
    this.#memory.save({ [SETTING]: { realm: this.realm, users } satisfies Stored })
  }

  #seal(secrets: Secrets, user: Known): string {
    const iv = randomBytes(IV_BYTES)
    const cipher = createCipheriv(CIPHER, this.#sealingKey, iv, { authTagLength: TAG_BYTES })
    cipher.setAAD(companion(user))
    const data = Buffer.concat([cipher.update(JSON.stringify(secrets), 'utf8'), cipher.final()])
    return Buffer.concat([iv, cipher.getAuthTag(), data]).toString('base64')
  }

  #unseal(sealed: string, user: Known): Secrets | undefined {
    const bytes = Buffer.from(sealed, 'base64')
    try {
      const iv = bytes.subarray(0, IV_BYTES)
      const decipher = createDecipheriv(CIPHER, this.#sealingKey, iv, { authTagLength: TAG_BYTES })
      decipher.setAAD(companion(user))
      decipher.setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES))
      const data = bytes.subarray(IV_BYTES + TAG_BYTES)
      return JSON.parse(Buffer.concat([decipher.update(data), decipher.final()]).toString('utf8')) as Secrets
    } catch {
      // Another password, another sealing key, or damage: the key is made again at the next login.
      return undefined
    }
  }
}

/** A key opens only beside the hash of the password it was made of. */
function companion({ name, passwordHash }: Known): Buffer {
  return Buffer.from(JSON.stringify([name, passwordHash]))
}

function hash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
    .update(text)
    .digest('hex')
}

function readStored(value: unknown): Stored | undefined {
  const { realm, users } = (value ?? {}) as Record<string, unknown>
  const areSound =
    typeof realm === 'string' &&
    Array.isArray(users) &&
    users.every((user) => typeof user?.name === 'string' && typeof user?.sealed === 'string')
  return areSound ? { realm, users } : undefined
}
