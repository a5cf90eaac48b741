/** The JSON API over HTTP: bodies in, envelopes and files out (Guide §1–§3, §7, §8). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Attachment, Upload } from '../../api/define/command.ts'
import type { ApiReply, ApiRequest, Dispatcher } from '../../api/dispatch.ts'
import { MAX_JSON_BYTES } from '../../api/envelope.ts'
import { API_ERRORS, kindOf } from '../../api/errors.ts'
import { printAnswer, printFailure } from '../../api/layout.ts'
import { plainAddress } from '../../base/address.ts'
import { CameraError } from '../../base/errors.ts'
import { credentialsOf, parseQuery } from '../query.ts'
import { API_HEADERS } from './headers.ts'
import { sendStoredFile } from './stored-file.ts'
import { isMultipart, receiveUpload } from './upload.ts'

/** JSON's type by path: the guide's own, and the one that clients of the CGI path insist on. */
const JSON_TYPES = {
  '/api.cgi': 'application/json; charset=utf-8',
  '/cgi-bin/api.cgi': 'text/html',
} as const
export type ApiPath = keyof typeof JSON_TYPES

/** The API path that a request's path means, also escaped and with stray blanks; undefined if it is another page. */
export function apiPathOf(path: string): ApiPath | undefined {
  const compact = path.includes('%') || path.includes(' ') ? unescaped(path).replaceAll(' ', '') : path
  return Object.hasOwn(JSON_TYPES, compact) ? (compact as ApiPath) : undefined
}

function unescaped(path: string): string {
  try {
    return decodeURIComponent(path)
  } catch {
    return path
  }
}

interface ApiRouteOptions {
  readonly dispatcher: Dispatcher
  /** False for requests that another site's page may have sent in the owner's name: their credentials don't count. */
  readonly isTrusted: (request: IncomingMessage) => boolean
  /** Tells that a connection belongs to somebody who has logged in. */
  readonly authenticated: (socket: Socket) => void
}

export class ApiRoute {
  readonly #options: ApiRouteOptions

  constructor(options: ApiRouteOptions) {
    this.#options = options
  }

  /** Answers one request. Nothing is thrown. */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    path: ApiPath,
    rawQuery: string,
  ): Promise<void> {
    const query = parseQuery(rawQuery)
    const base: ApiRequest = {
      query,
      body: '',
      credentials: this.#options.isTrusted(request) ? credentialsOf(query) : {},
      address: plainAddress(request.socket.remoteAddress),
      host: hostOf(request),
    }
    try {
      if (request.method === 'POST') {
        const full = await this.#withBody(request, base)
        this.#send(response, path, await this.#options.dispatcher.answer(full))
        // What the command left unread must not hold up the connection.
        full.upload?.content.resume()
      } else if (request.method === 'GET' || request.method === 'HEAD') {
        const command = this.#options.dispatcher.find(query.get('cmd') ?? '')
        if (command !== undefined && !command.readOnly) sendStatus(response, 405, { Allow: 'POST' })
        else this.#send(response, path, await this.#options.dispatcher.answer(base))
      } else sendStatus(response, 405, { Allow: 'GET, HEAD, POST' })
    } catch (error) {
      this.#sendRefusal(response, path, query.get('cmd') ?? '', error)
    }
  }

  /** Who sends a file, and whether it is allowed, is checked before the file is received (Guide §7). */
  async #withBody(request: IncomingMessage, base: ApiRequest): Promise<ApiRequest> {
    const { dispatcher } = this.#options
    if (!isMultipart(request)) return { ...base, body: await readBody(request) }
    const command = dispatcher.find(base.query.get('cmd') ?? '')
    if (command?.upload === undefined) {
      const body = await readBody(request)
      // The content type of a request does not count: this one may be JSON all the same.
      if (/^\s*[[{]/.test(body)) return { ...base, body }
    }
    const principal = await dispatcher.authenticate(base)
    if (command === undefined) throw new CameraError('not-supported', 'unknown command')
    dispatcher.authorise(command, principal)
    if (command.upload === undefined) throw new CameraError('bad-value', `${command.name} takes no upload`)
    const upload: Upload = await receiveUpload(request, command.upload)
    return { ...base, upload }
  }

  #send(response: ServerResponse, path: ApiPath, reply: ApiReply): void {
    if ('attachment' in reply) sendAttachment(response, reply.attachment)
    else sendText(response, 200, JSON_TYPES[path], reply.text)
    if (reply.authenticated) this.#options.authenticated(response.req.socket)
  }

  #sendRefusal(response: ServerResponse, path: ApiPath, cmd: string, error: unknown): void {
    if (response.headersSent || response.destroyed) {
      response.destroy()
      return
    }
    const name = this.#options.dispatcher.find(cmd)?.name ?? 'Unknown'
    const text = printAnswer([printFailure(name, API_ERRORS[kindOf(error)])])
    // A body that is too large is not read to its end: the connection cannot be used again.
    const tooLarge = error instanceof BodyTooLarge
    if (tooLarge) response.setHeader('Connection', 'close')
    sendText(response, tooLarge ? 413 : 200, JSON_TYPES[path], text)
  }
}

class BodyTooLarge extends CameraError {
  constructor() {
    super('protocol', `the body is larger than ${MAX_JSON_BYTES} bytes`)
  }
}

/** The body as text. Errors: BodyTooLarge; CameraError `receive-failed` when the client goes away. */
function readBody(request: IncomingMessage): Promise<string> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > MAX_JSON_BYTES) {
        request.pause()
        reject(new BodyTooLarge())
      } else chunks.push(chunk)
    })
    // Comes after the end, and also without one.
    request.once('close', () => {
      if (!request.complete) reject(new CameraError('receive-failed', 'the request broke off'))
    })
    request.once('end', () => {
      resolve((chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks)).toString('utf8'))
    })
  })
}

/** Headers as node:http takes them fastest: names and values in turn. */
const RAW_API_HEADERS: readonly string[] = Object.entries(API_HEADERS).flat()

function sendText(response: ServerResponse, status: number, contentType: string, text: string): void {
  const length = String(Buffer.byteLength(text))
  response.writeHead(status, [...RAW_API_HEADERS, 'Content-Type', contentType, 'Content-Length', length])
  // As a string it shares one write with the headers.
  response.end(text)
}

function sendAttachment(response: ServerResponse, { contentType, headers, content }: Attachment): void {
  if (!(content instanceof Uint8Array)) {
    const all = { ...API_HEADERS, ...headers, 'Content-Type': contentType }
    sendStoredFile(response.req, response, content, all)
    return
  }
  response.writeHead(200, {
    ...API_HEADERS,
    ...headers,
    'Content-Type': contentType,
    'Content-Length': content.length,
  })
  response.end(content)
}

function sendStatus(
  response: ServerResponse,
  status: number,
  headers: Readonly<Record<string, string>>,
): void {
  response.writeHead(status, { ...API_HEADERS, ...headers, 'Content-Length': 0 })
  response.end()
}

/** By which name the client came; by which address, where it tells none that can stand in a URL. */
function hostOf({ headers, socket }: IncomingMessage): string {
  const name = /^(\[[\da-f:.]+\]|[\w.-]+)(?::\d+)?$/i.exec(headers.host ?? '')?.[1]
  if (name !== undefined) return name
  const address = plainAddress(socket.localAddress)
  return address.includes(':') ? `[${address}]` : address
}
