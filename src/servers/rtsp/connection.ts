/** One RTSP client: its requests in their order, who it is, its deadlines. What it has set up is the session's. */
import type { Principal } from '../../auth/types.ts'
import { plainAddress } from '../../base/address.ts'
import { CameraError, messageOf, ParseError } from '../../base/errors.ts'
import { isReceiverReport } from '../../media/rtp/rtcp.ts'
import type { Entrance } from './entrance.ts'
import { type Client, METHODS } from './methods.ts'
import { SESSION_SECONDS } from './options.ts'
import { requireKnown } from './play-wish.ts'
import { RequestReader, type RtspRequest } from './request-reader.ts'
import { printResponse, Refusal, type Response, statusOf } from './response.ts'
import type { Session } from './session.ts'

/** From the beginning until somebody has logged in. */
const LOGIN_MS = 15_000
const IDLE_MS = SESSION_SECONDS * 1000
/** For what was written to leave, after the client was told goodbye. */
const GOODBYE_MS = 1_000
/** Requests that wait for those before them. */
const MAX_WAITING = 32

/** The wire of a client: where its answers go, and how to slow it down. */
type Wire = Client['wire'] & { pause(): void; resume(): void }

export class Connection implements Client {
  readonly wire: Wire
  readonly entrance: Entrance
  principal: Principal | undefined
  session: Session | undefined
  described: Client['described']
  readonly #reader = new RequestReader()
  readonly #waiting: RtspRequest[] = []
  #working = false
  #ended = false
  #deadline: NodeJS.Timeout
  #forget: (() => void) | undefined

  constructor(wire: Wire, entrance: Entrance) {
    this.wire = wire
    this.entrance = entrance
    const { socket } = wire
    this.#deadline = setTimeout(() => socket.destroy(), LOGIN_MS)
    socket.once('close', () => this.#closed())
  }

  get address(): string {
    return plainAddress(this.wire.socket.remoteAddress)
  }

  /** Bytes of the client. Nothing thrown here may leave: it would end the process. */
  receive(bytes: Uint8Array): void {
    if (this.#ended) return
    const { socket } = this.wire
    try {
      for (const item of this.#reader.read(bytes)) {
        if (item.kind === 'request') this.#waiting.push(item)
        else if (isReceiverReport(item.data)) this.alive()
      }
      if (this.#waiting.length > MAX_WAITING) throw new ParseError('RFC 2326 §9.1', 'too many requests wait')
    } catch (error) {
      this.#fail(error)
      return
    }
    if (!this.#working) void this.#work()
    // A client that asks and does not read its answers is not listened to until it does.
    if (socket.writableNeedDrain) {
      this.wire.pause()
      socket.once('drain', () => this.wire.resume())
    }
  }

  /** From now on the connection is this user's, until the user's rights end. */
  belongsTo(principal: Principal): void {
    this.principal = principal
    this.#forget = principal.onEnd(() => this.end())
    this.alive()
  }

  /** A life sign: the time to wait for the next one begins anew. */
  alive(): void {
    clearTimeout(this.#deadline)
    const { session } = this
    // Who watches over TCP is watched by the fan-out.
    if (this.#ended || this.wire.socket.destroyed || (session?.isPlaying && !session.isUdp)) return
    this.#deadline = setTimeout(() => this.end(), IDLE_MS)
  }

  /** Says goodbye: what was sent goes out, then the connection ends. */
  end(): void {
    if (this.#ended) return
    this.#ended = true
    const { socket } = this.wire
    this.session?.sayGoodbye()
    this.#release()
    clearTimeout(this.#deadline)
    socket.end()
    this.#deadline = setTimeout(() => socket.destroy(), GOODBYE_MS)
  }

  /** One after the other: an answer belongs to the oldest request that has none. */
  async #work(): Promise<void> {
    this.#working = true
    for (let request = this.#waiting.shift(); request !== undefined; request = this.#waiting.shift()) {
      const response = await this.#answer(request)
      if (this.#ended) {
        // What the request has opened meanwhile belongs to nobody.
        this.#release()
        break
      }
      if (response !== undefined) {
        this.wire.socket.write(printResponse(response, request.headers.get('cseq')))
      }
      if (this.principal !== undefined) this.alive()
    }
    this.#working = false
  }

  /** Undefined if the answer has been written. */
  async #answer(request: RtspRequest): Promise<Response | undefined> {
    try {
      if (request.version !== 'RTSP/1.0') throw new Refusal(request.version.startsWith('RTSP') ? 505 : 400)
      if (!request.headers.has('cseq')) throw new Refusal(400)
      requireKnown(request)
      const method = METHODS.get(request.method)
      if (method === undefined) throw new Refusal(405, [['Allow', [...METHODS.keys()].join(', ')]])
      return await method(this, request)
    } catch (error) {
      return this.#responseTo(error)
    }
  }

  #responseTo(error: unknown): Response {
    if (error instanceof Refusal) return error.response
    const { log } = this.entrance.options
    if (error instanceof CameraError) {
      const status = statusOf(error.kind)
      if (status === 500) log.warn({ reason: error.message }, 'an RTSP request failed')
      return status === 401 ? this.entrance.challenge(this.address) : { status }
    }
    log.error({ err: error }, 'an RTSP request failed')
    return { status: 500 }
  }

  #fail(error: unknown): void {
    const { log } = this.entrance.options
    if (error instanceof ParseError) {
      log.debug({ reason: messageOf(error) }, 'RTSP client closed: protocol error')
      // Without a place among the answers it can only stand alone.
      if (!this.session?.isPlaying) this.wire.socket.write(printResponse({ status: 400 }, undefined))
    } else log.error({ err: error }, 'RTSP client closed: internal error')
    this.end()
  }

  #closed(): void {
    this.#ended = true
    clearTimeout(this.#deadline)
    this.#release()
  }

  #release(): void {
    this.#forget?.()
    this.#forget = undefined
    this.session?.close()
    this.session = undefined
    this.described?.presentation.close()
    this.described = undefined
    this.#waiting.length = 0
  }
}
