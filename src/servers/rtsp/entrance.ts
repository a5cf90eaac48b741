/** Who an RTSP client is, and what it asks for (docs/design/rtsp.md). */
import type { Socket } from 'node:net'
import type { Principal } from '../../auth/types.ts'
import { CameraError } from '../../base/errors.ts'
import { findLiveView } from '../live-view.ts'
import { credentialsOf } from '../query.ts'
import { challenges, Nonces, readAuthorization } from './authorization.ts'
import { RtspFanOuts } from './fan-outs.ts'
import { openLive } from './live.ts'
import type { RtspOptions } from './options.ts'
import { openPlayback } from './playback.ts'
import type { Presentation } from './presentation.ts'
import type { RtspRequest } from './request-reader.ts'
import { Refusal, type Response } from './response.ts'
import type { RtspTarget } from './stream-url.ts'
import { UdpPorts } from './udp-ports.ts'

/** Of Basic where there is no Digest. */
const REALM = 'Vedette'

export class Entrance {
  readonly options: RtspOptions
  readonly udpPorts: UdpPorts
  readonly #fanOuts: RtspFanOuts
  readonly #nonces: Nonces

  constructor(options: RtspOptions) {
    this.options = options
    this.udpPorts = new UdpPorts(options.log)
    this.#fanOuts = new RtspFanOuts(options)
    this.#nonces = new Nonces(() => performance.now())
  }

  /** 401 with all ways to log in. */
  challenge(address: string, { stale = false } = {}): Response {
    const { digest } = this.options
    const offer = { realm: digest?.realm ?? REALM, nonce: this.#nonces.make(address) }
    const values = challenges(offer, { hasDigest: digest?.isOffered() ?? false, stale })
    return { status: 401, headers: values.map((value) => ['WWW-Authenticate', value] as const) }
  }

  /** Errors: CameraError `login-required`, `login-failed`; Refusal for a nonce that is too old. */
  async admit(
    { method, url, headers }: RtspRequest,
    target: RtspTarget,
    address: string,
  ): Promise<Principal> {
    const { guard, digest } = this.options
    const header = headers.get('authorization')
    const shown = header === undefined ? undefined : readAuthorization(header, method, url)
    if (shown === undefined) return await guard.authenticate(credentialsOf(target.query), address)
    if (shown.kind === 'basic') return await guard.authenticate(shown.credentials, address)
    const age = this.#nonces.check(shown.nonce, address)
    if (age === 'stale') throw new Refusal(401, this.challenge(address, { stale: true }).headers)
    if (age === 'foreign' || digest === undefined)
      throw new CameraError('login-required', 'the nonce is not ours')
    return await digest.authenticate(shown.proof, address)
  }

  /** Errors: CameraError `forbidden`, `not-exist`, `bad-value`, `timeout`. */
  async open(target: RtspTarget, principal: Principal, socket: Socket): Promise<Presentation> {
    const { replay, slots, log } = this.options
    if (target.kind === 'playback' && replay !== undefined) {
      const cname = this.#fanOuts.cname
      const presentation = await openPlayback({ playback: replay, slots, log, cname }, target, principal)
      this.options.authenticated?.(socket)
      return presentation
    }
    const request = target.kind === 'live' ? target.request : undefined
    const stream = findLiveView(this.options, socket, principal, request)
    return await openLive(stream, this.#fanOuts)
  }
}
