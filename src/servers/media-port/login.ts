/** One login at the media port: a nonce, and digests of user and password with it. Good for a single try. */
import { randomBytes, timingSafeEqual } from 'node:crypto'
import type { Principal } from '../../auth/types.ts'
import { plainAddress } from '../../base/address.ts'
import { CameraError } from '../../base/errors.ts'
import { bodyKey, shortDigest } from './cipher.ts'
import { readLogin } from './messages.ts'
import type { MediaPortOptions } from './options.ts'

const NONCE_BYTES = 16

export class Login {
  readonly nonce = randomBytes(NONCE_BYTES).toString('hex')
  readonly #options: Pick<MediaPortOptions, 'door' | 'names'>
  readonly #address: string
  #isUsed = false

  constructor(options: Pick<MediaPortOptions, 'door' | 'names'>, remoteAddress: string | undefined) {
    this.#options = options
    this.#address = plainAddress(remoteAddress)
  }

  /** Who it is, and the key of what follows; undefined for whoever is not let in. */
  async enter(
    body: Uint8Array,
  ): Promise<{ readonly principal: Principal; readonly key: Buffer } | undefined> {
    const shown = readLogin(body)
    if (shown === undefined || this.#isUsed) return undefined
    this.#isUsed = true
    const { door, names } = this.#options
    const isRight = (secret: string, digest: string) => isEqual(shortDigest(`${secret}${this.nonce}`), digest)
    // A name that nobody has counts as a wrong guess, like a wrong password.
    const user = names().find((name) => isRight(name, shown.user)) ?? ''
    let key: Buffer | undefined
    const proof = {
      user,
      isRight: (password: string) => {
        const isGood = isRight(password, shown.password)
        if (isGood) key = bodyKey(this.nonce, password)
        return isGood
      },
    }
    try {
      const principal = await door.authenticate(proof, this.#address)
      return key && { principal, key }
    } catch (error) {
      if (error instanceof CameraError) return undefined
      throw error
    }
  }
}

function isEqual(one: string, other: string): boolean {
  const [left, right] = [one, other].map((text) => Buffer.from(text)) as [Buffer, Buffer]
  return left.length === right.length && timingSafeEqual(left, right)
}
