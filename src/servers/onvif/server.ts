/** The ONVIF services over HTTP (docs/design/onvif.md). */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { EventListener } from '../../alarm/event.ts'
import type { Parts } from '../../api/parts.ts'
import { plainAddress } from '../../base/address.ts'
import { CameraError, messageOf, ParseError } from '../../base/errors.ts'
import type { Timers } from '../../base/timers.ts'
import { limitBody } from '../http/pace.ts'
import { Entrance, type EntranceOptions, LoginRequired } from './entrance.ts'
import {
  type Envelope,
  printEnvelope,
  printFaultEnvelope,
  readEnvelope,
  type SoapVersion,
} from './envelope.ts'
import { Fault, faultOf, unsupported } from './fault.ts'
import type { Name } from './names.ts'
import { notify } from './notify.ts'
import type { Call, Operation } from './operation.ts'
import { findOperation } from './operations.ts'
import { Searches } from './searches.ts'
import { sendSnapshot } from './snapshot.ts'
import { Subscriptions } from './subscriptions.ts'
import { xml } from './xml-writer.ts'

const MAX_BODY = 256 * 1024
const LIMITS = {
  headersTimeout: 10_000,
  // Bodies have a limit of their own (servers/http/pace.ts).
  requestTimeout: 0,
  keepAliveTimeout: 10_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
} as const

export interface OnvifOptions extends EntranceOptions {
  readonly parts: Parts
  readonly timers: Timers
  readonly rtspPort: () => number
  readonly requestKeyFrame: (stream: 'main' | 'sub') => void
  /** Tells that a connection belongs to somebody who has logged in. */
  readonly authenticated: (socket: Socket) => void
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

export interface OnvifServer {
  /** Takes over an accepted connection. */
  readonly handle: (socket: Socket) => void
  /** Answers a request for a path under `/onvif/` that came another way. Never throws. */
  readonly answer: Handler
  /** Tells subscribers of events. */
  readonly listener: EventListener
}

export function createOnvifServer(options: OnvifOptions): OnvifServer {
  const { clock, timers, parts } = options
  const subscriptions = new Subscriptions({ clock, timers, notify, log: parts.log })
  const handler = new OnvifHandler(options, subscriptions)
  const answer: Handler = (request, response) => handler.handle(request, response)
  const server = createServer(LIMITS, (request, response) => {
    limitBody(request)
    answer(request, response)
  })
  // The listeners of the camera own the ports. Node starts the supervision of slow requests on this event.
  server.emit('listening')
  return {
    handle: (socket) => server.emit('connection', socket),
    answer,
    listener: subscriptions,
  }
}

/** What is to be sent. */
interface Reply {
  readonly status: number
  readonly version: SoapVersion
  readonly text: string
  readonly challenges?: readonly string[]
}

class OnvifHandler {
  readonly #options: OnvifOptions
  readonly #entrance: Entrance
  readonly #subscriptions: Subscriptions
  readonly #searches: Searches

  constructor(options: OnvifOptions, subscriptions: Subscriptions) {
    this.#options = options
    this.#subscriptions = subscriptions
    this.#searches = new Searches(options.timers)
    this.#entrance = new Entrance(options)
  }

  handle(request: IncomingMessage, response: ServerResponse): void {
    const { log } = this.#options.parts
    response.on('error', (error) => log.debug({ reason: error.message }, 'an ONVIF answer was not sent'))
    this.#serve(request, response).catch((error: unknown) => {
      if (!(error instanceof CameraError)) log.error({ err: error }, 'an ONVIF request failed')
      response.destroy()
    })
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = pathOf(request)
    if (path === '/onvif/snapshot.jpg' && (request.method === 'GET' || request.method === 'HEAD')) {
      return await this.#snapshot(request, response)
    }
    // The name of the operation says which service is meant.
    if (request.method !== 'POST') return sendStatus(response, 405, { Allow: 'POST' })
    const body = await readBody(request)
    if (body === undefined) {
      // The rest is not waited for.
      response.once('finish', () => request.destroy())
      return sendStatus(response, 413, { Connection: 'close' })
    }
    const reply = await this.#reply(request, response, path, body)
    if (response.destroyed) return
    const type = reply.version === '1.2' ? 'application/soap+xml' : 'text/xml'
    response.writeHead(reply.status, {
      'Content-Type': `${type}; charset=utf-8`,
      'Content-Length': Buffer.byteLength(reply.text),
      'Cache-Control': 'no-store',
      'X-Content-Type-Options': 'nosniff',
      ...(reply.challenges === undefined ? {} : { 'WWW-Authenticate': [...reply.challenges] }),
    })
    response.end(reply.text)
  }

  async #reply(
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
    body: string,
  ): Promise<Reply> {
    let envelope: Envelope
    try {
      envelope = readEnvelope(body)
    } catch (error) {
      if (!(error instanceof ParseError)) throw error
      return refusal('1.2', new Fault('Sender', ['ter:WellFormed'], error.message))
    }
    const { version } = envelope
    try {
      return await this.#execute(envelope, request, response, path)
    } catch (error) {
      const { log } = this.#options.parts
      const fault = faultOf(error)
      const isKnown = error instanceof CameraError || error instanceof Fault
      const name = envelope.request.name.slice(0, 64)
      if (isKnown) log.debug({ operation: name, reason: messageOf(error) }, 'refused')
      else log.error({ operation: name, err: error }, 'an ONVIF operation failed')
      if (!(error instanceof LoginRequired)) return refusal(version, fault)
      return {
        ...refusal(version, fault),
        status: 401,
        challenges: this.#entrance.challenges(request, error.stale),
      }
    }
  }

  async #execute(
    { version, request: asked, header }: Envelope,
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<Reply> {
    const operation = findOperation(asked)
    if (operation === undefined) throw unsupported('there is no such operation')
    const { parts, rtspPort, requestKeyFrame, authenticated } = this.#options
    const principal = operation.access === 'anyone' ? undefined : await this.#entrance.enter(request, header)
    if (principal !== undefined) {
      authorise(operation, principal.user.level, parts)
      authenticated(request.socket)
    }
    const gone = new AbortController()
    response.once('close', () => gone.abort())
    const call: Call = {
      parts,
      // Operations for anyone don't look at it.
      principal: principal!,
      address: plainAddress(request.socket.remoteAddress),
      origin: originOf(request),
      path,
      header,
      subscriptions: this.#subscriptions,
      searches: this.#searches,
      rtspPort,
      requestKeyFrame,
      signal: gone.signal,
    }
    const content = await operation.run(asked, call)
    const answer = xml(`${operation.name}Response` as Name, content)
    return { status: 200, version, text: printEnvelope(version, answer, addressing(operation, header)) }
  }

  async #snapshot(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { parts, authenticated } = this.#options
    try {
      const principal = await this.#entrance.enter(request, undefined)
      authenticated(request.socket)
      await sendSnapshot(request, response, principal, parts)
    } catch (error) {
      const kind = error instanceof CameraError ? error.kind : 'internal'
      if (kind === 'internal') parts.log.error({ err: error }, 'a snapshot failed')
      if (error instanceof LoginRequired || kind === 'login-failed') {
        const stale = error instanceof LoginRequired && error.stale
        sendStatus(response, 401, { 'WWW-Authenticate': this.#entrance.challenges(request, stale) })
      } else sendStatus(response, kind === 'forbidden' ? 403 : 503)
    }
  }
}

/** Errors: CameraError `not-supported`, `forbidden`. */
function authorise({ access, name }: Operation, level: 'guest' | 'admin', { abilities }: Parts): void {
  if (access === 'anyone') return
  if (!abilities.supports(access.key))
    throw new CameraError('not-supported', `${access.key} is not supported`)
  if (!abilities.permits(level, access)) throw new CameraError('forbidden', `${name} is not allowed`)
}

/** Core §9: WS-Addressing of an answer, for those who asked with it. */
function addressing({ action }: Operation, header: Envelope['header']) {
  const id = header?.textAt('wsa:MessageID')
  return [
    ...(action === undefined ? [] : [xml('wsa:Action', action)]),
    ...(id === undefined ? [] : [xml('wsa:RelatesTo', id)]),
  ]
}

function refusal(version: SoapVersion, fault: Fault): Reply {
  // SOAP 1.1 §6.2: always 500, but not to those who have to log in.
  return { status: fault.status, version, text: printFaultEnvelope(version, fault) }
}

function pathOf({ url = '/' }: IncomingMessage): string {
  const end = url.indexOf('?')
  return end < 0 ? url : url.slice(0, end)
}

/** Where the client reached this camera; a host that is none is not repeated. */
function originOf(request: IncomingMessage): string {
  const { localAddress = '', localPort = 0 } = request.socket
  const scheme = 'encrypted' in request.socket ? 'https' : 'http'
  const { host = '' } = request.headers
  if (/^(?:[a-z0-9.-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i.test(host)) return `${scheme}://${host}`
  const plain = plainAddress(localAddress)
  return `${scheme}://${plain.includes(':') ? `[${plain}]` : plain}:${localPort}`
}

function sendStatus(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string | string[]>> = {},
): void {
  response.writeHead(status, { ...headers, 'Content-Length': 0 }).end()
}

/** The body as text; undefined if it is too large. Errors: CameraError `receive-failed` when the client goes away. */
function readBody(request: IncomingMessage): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_BODY) {
        request.pause()
        resolve(undefined)
      } else chunks.push(chunk)
    })
    request.once('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    request.once('close', () => {
      if (!request.complete) reject(new CameraError('receive-failed', 'the request broke off'))
    })
  })
}
