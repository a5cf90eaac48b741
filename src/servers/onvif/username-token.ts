/** WS-Security UsernameToken Profile 1.0: who asks, by a digest of the password that counts once. */
import { createHash, timingSafeEqual } from 'node:crypto'
import type { PasswordProof } from '../../auth/types.ts'
import { PASSWORD_DIGEST } from './names.ts'
import type { XmlElement } from './xml-reader.ts'
import { parseTime } from './xs-time.ts'

/** Clocks of clients may differ by so much. */
const TOLERANCE_MS = 5 * 60_000
const MAX_USED = 20_000
/** A nonce is 16 bytes by custom. */
const MAX_NONCE_BYTES = 256

export type UsernameToken =
  | { readonly kind: 'text'; readonly user: string; readonly password: string }
  | {
      readonly kind: 'digest'
      readonly user: string
      /** What makes a digest one of its kind. */
      readonly id: string
      /** UTC; NaN if there is none that can be read. */
      readonly createdMs: number
      readonly proof: PasswordProof
    }

/** Undefined if the header has no token. */
export function readToken(header: XmlElement | undefined): UsernameToken | undefined {
  const token = header?.at('wsse:Security', 'wsse:UsernameToken')
  const user = token?.textAt('wsse:Username')
  const password = token?.find('wsse:Password')
  if (token === undefined || user === undefined || password === undefined) return undefined
  if (password.attributes.get('Type') !== PASSWORD_DIGEST) {
    return { kind: 'text', user, password: password.text }
  }
  const nonce = Buffer.from(token.textAt('wsse:Nonce') ?? '', 'base64')
  const created = token.textAt('wsu:Created') ?? ''
  const shown = Buffer.from(password.text, 'base64')
  // §3.1: Base64(SHA-1(nonce + created + password)).
  const isRight = (secret: string): boolean => {
    const digest = createHash('sha1').update(nonce).update(created).update(secret).digest()
    return digest.length === shown.length && timingSafeEqual(digest, shown)
  }
  const isSound = nonce.length > 0 && nonce.length <= MAX_NONCE_BYTES
  return {
    kind: 'digest',
    user,
    id: createHash('sha256').update(nonce).update(created).update(user).digest('base64'),
    createdMs: isSound ? parseTime(created) : Number.NaN,
    proof: { user, isRight },
  }
}

/** The digests that were good: none counts twice (§4). */
export class UsedTokens {
  readonly #clock: { wallMs(): number }
  /** Time of creation by id, in the order in which they came. */
  readonly #used = new Map<string, number>()
  /** Nothing made before is accepted, because what came then has been forgotten. */
  #floorMs = Number.NEGATIVE_INFINITY

  /** `clock`: that of the camera, which clients can ask for. */
  constructor(clock: { wallMs(): number }) {
    this.#clock = clock
  }

  /** Whether a token of that time and id may still be used. */
  isFresh({ id, createdMs }: { readonly id: string; readonly createdMs: number }): boolean {
    const distance = Math.abs(this.#clock.wallMs() - createdMs)
    return distance <= TOLERANCE_MS && createdMs > this.#floorMs && !this.#used.has(id)
  }

  use({ id, createdMs }: { readonly id: string; readonly createdMs: number }): void {
    this.#used.set(id, createdMs)
    for (const [oldest, madeMs] of this.#used) {
      const isOver = this.#clock.wallMs() - madeMs > TOLERANCE_MS
      if (!isOver && this.#used.size <= MAX_USED) return
      this.#used.delete(oldest)
      // Nor does a clock that is set back bring it back to life.
      this.#floorMs = Math.max(this.#floorMs, madeMs)
    }
  }
}
