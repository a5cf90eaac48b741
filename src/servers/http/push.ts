/**
 * What the web page asks beside the API (docs/design/push.md), with `token=…` or `user=…&password=…` in the query:
 *
 *     GET  /push/key          {"key":"…"}         the camera's public key, for PushManager.subscribe
 *     GET  /push/state        {"siren":false}     what shows on the page
 *     POST /push/subscribe    PushSubscription as JSON
 *     POST /push/unsubscribe  {"endpoint":"…"}
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Guard, Principal } from '../../auth/types.ts'
import { plainAddress } from '../../base/address.ts'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { credentialsOf, parseQuery } from '../query.ts'
import { API_HEADERS } from './headers.ts'

const MAX_BODY_BYTES = 4096

/** What the page's requests do. Errors: CameraError. */
export interface PushDesk {
  readonly publicKey: string
  readonly isSirenOn: boolean
  subscribe(body: string, userName: string): void
  unsubscribe(body: string): void
}

interface PushOptions {
  readonly desk: PushDesk
  readonly guard: Guard
  /** The right to be told of events (Guide §9, ability `live`: they tell less than the picture does). */
  mayListen(principal: Principal): boolean
  readonly log: Log
}

const STATUS: Readonly<Record<string, number>> = {
  'login-required': 401,
  'login-failed': 401,
  forbidden: 403,
  'not-exist': 404,
  'not-supported': 405,
  'bad-value': 400,
  'too-long': 413,
}

/** Handles requests below `/push/`. Never throws. */
export function createPushHandler(options: PushOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    answer(options, request).then(
      (value) => send(response, 200, value),
      (error: unknown) => {
        const expected = error instanceof CameraError
        if (!expected) options.log.error({ err: error }, 'a request for push failed')
        const status = expected ? (STATUS[error.kind] ?? 500) : 500
        send(response, status, { error: expected ? messageOf(error) : 'internal error' })
      },
    )
  }
}

async function answer({ desk, guard, mayListen }: PushOptions, request: IncomingMessage): Promise<object> {
  const [path, query = ''] = (request.url ?? '').split('?', 2) as [string, string?]
  const address = plainAddress(request.socket.remoteAddress)
  const principal = await guard.authenticate(credentialsOf(parseQuery(query)), address)
  if (!mayListen(principal)) throw new CameraError('forbidden', 'this user may not be told of events')
  const what = path.slice('/push/'.length)
  if (what === 'key' || what === 'state') {
    if (request.method !== 'GET') throw new CameraError('not-supported', 'this is asked with GET')
    return what === 'key' ? { key: desk.publicKey } : { siren: desk.isSirenOn }
  }
  if (what !== 'subscribe' && what !== 'unsubscribe') throw new CameraError('not-exist', 'not found')
  if (request.method !== 'POST') throw new CameraError('not-supported', 'this is sent with POST')
  // A form of another site cannot send this type.
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) {
    throw new CameraError('bad-value', 'the body must be application/json')
  }
  const body = await bodyOf(request)
  if (what === 'subscribe') desk.subscribe(body, principal.user.name)
  else desk.unsubscribe(body)
  return {}
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BODY_BYTES) throw new CameraError('too-long', 'the body is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function send(response: ServerResponse, status: number, value: object): void {
  const text = JSON.stringify(value)
  response.writeHead(status, {
    ...API_HEADERS,
    'Content-Type': 'application/json; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    ...(status === 413 ? { Connection: 'close' } : {}),
  })
  response.end(text)
}
