/** Who asks: WS-Security in the envelope, or HTTP's own schemes; all through the guard (docs/design/onvif.md). */
import type { IncomingMessage } from 'node:http'
import type { DigestDoor, Guard, PasswordDoor, Principal } from '../../auth/types.ts'
import { plainAddress } from '../../base/address.ts'
import { CameraError } from '../../base/errors.ts'
import { challenges, Nonces, readAuthorization } from '../rtsp/authorization.ts'
import { readToken, UsedTokens } from './username-token.ts'
import type { XmlElement } from './xml-reader.ts'

export interface EntranceOptions {
  readonly guard: Guard & { readonly digest: DigestDoor; readonly password: PasswordDoor }
  /** While it says no, nobody gets in. */
  readonly isOpen: () => boolean
  /** That of the camera. */
  readonly clock: { wallMs(): number; monotonicMs(): number }
}

/** Nobody was shown: the answer tells how to. */
export class LoginRequired extends CameraError {
  readonly stale: boolean

  constructor(stale = false) {
    super('login-required', 'no credentials')
    this.stale = stale
  }
}

export class Entrance {
  readonly #options: EntranceOptions
  readonly #used: UsedTokens
  readonly #nonces: Nonces

  constructor(options: EntranceOptions) {
    this.#options = options
    this.#used = new UsedTokens(options.clock)
    this.#nonces = new Nonces(() => options.clock.monotonicMs())
  }

  /** Errors: LoginRequired; CameraError `login-failed`. */
  async enter(request: IncomingMessage, header: XmlElement | undefined): Promise<Principal> {
    const { guard, isOpen } = this.#options
    const address = plainAddress(request.socket.remoteAddress)
    if (!isOpen()) throw new CameraError('login-failed', 'the admin has no password yet')
    const token = readToken(header)
    if (token?.kind === 'text') {
      return await guard.authenticate({ user: token.user, passwords: [token.password] }, address)
    }
    if (token === undefined) return await this.#byHttp(request, address)
    // Before and after: what came at the same time counts once.
    if (!this.#used.isFresh(token)) throw new CameraError('login-failed', 'the digest is too old or was used')
    const principal = await guard.password.authenticate(token.proof, address)
    if (!this.#used.isFresh(token)) throw new CameraError('login-failed', 'the digest was used')
    this.#used.use(token)
    return principal
  }

  /** The values of WWW-Authenticate for one who has shown nothing. */
  challenges(request: IncomingMessage, stale = false): string[] {
    const { digest } = this.#options.guard
    const nonce = this.#nonces.make(plainAddress(request.socket.remoteAddress))
    const isOffered = digest.isOffered()
    const all = challenges({ realm: digest.realm, nonce }, { hasDigest: isOffered, stale })
    if (!isOffered) return all
    return all.filter((value) => value.startsWith('Digest')).map((value) => `${value}, qop="auth"`)
  }

  async #byHttp(request: IncomingMessage, address: string): Promise<Principal> {
    const { guard } = this.#options
    const header = request.headers.authorization
    const shown =
      header === undefined
        ? undefined
        : readAuthorization(header, request.method ?? 'POST', request.url ?? '/')
    if (shown === undefined) throw new LoginRequired()
    try {
      if (shown.kind === 'basic') return await guard.authenticate(shown.credentials, address)
      const age = this.#nonces.check(shown.nonce, address)
      if (age !== 'good') throw new LoginRequired(age === 'stale')
      return await guard.digest.authenticate(shown.proof, address)
    } catch (error) {
      // Core §5.9.1: HTTP's own schemes are refused in HTTP's own way.
      if (error instanceof CameraError && error.kind === 'login-failed') throw new LoginRequired()
      throw error
    }
  }
}
