/**
 * HTTP-FLV on the web ports: `GET /flv?port=1935&app=bcs&stream=channel0_main.bcs&user=…&password=…` (or
 * `token=…`). The body is written straight to the socket, without chunking, so that all viewers share its bytes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { CameraError, type ErrorKind, messageOf } from '../../base/errors.ts'
import { FanOuts } from '../../media/fan-out.ts'
import { type LiveViewOptions, noPlace, openLiveView } from '../live-view.ts'
import { credentialsOf, parseQuery, type Query } from '../query.ts'
import { parseStreamName, STREAM_APP, type StreamRequest } from '../stream-request.ts'
import { RESPONSE_HEAD, takeOver } from './connection.ts'
import { flvFraming } from './from-stream.ts'
import { PLAYBACK_STREAM, type PlaybackOptions, servePlayback } from './playback.ts'

/** HTTP status of an error; 500 for those not listed. */
const STATUS: Partial<Record<ErrorKind, number>> = {
  'login-required': 401,
  'login-failed': 401,
  'bad-value': 400,
  forbidden: 403,
  'not-exist': 404,
  'no-command': 405,
  'session-limit': 503,
  timeout: 503,
}

export interface FlvOptions extends LiveViewOptions {
  /** Without it there is nothing to replay. */
  readonly playback?: PlaybackOptions
}

/** Handles requests for `/flv`; the path is the caller's business. Never throws. */
export function createFlvHandler(options: FlvOptions): (req: IncomingMessage, res: ServerResponse) => void {
  const fanOuts = new FanOuts(flvFraming, options)
  return (req, res) => {
    serve(options, fanOuts, req, res).catch((error: unknown) => refuse(options, res, error))
  }
}

async function serve(
  options: FlvOptions,
  fanOuts: FanOuts,
  req: IncomingMessage,
  res: ServerResponse,
): Promise<void> {
  const { socket } = req
  if (req.method !== 'GET') throw new CameraError('no-command', 'live view is fetched with GET')
  // A request sent before the answer to the one before it has no socket of its own yet.
  if (res.socket !== socket) throw new CameraError('session-limit', 'live view needs a connection of its own')
  const query = parseQuery(queryOf(req.url ?? ''))
  if (options.playback && query.get('stream') === PLAYBACK_STREAM) {
    await servePlayback(options.playback, query, req, res)
    return
  }
  const { stream, principal } = await openLiveView(options, socket, credentialsOf(query), requestIn(query))
  if (socket.destroyed) return
  // Asked before the connection is taken from HTTP, which could not answer any more.
  if (options.slots.isFull) throw noPlace()
  takeOver(socket)
  fanOuts.of(stream).add(socket, RESPONSE_HEAD)
  const forget = principal.onEnd(() => socket.destroy())
  socket.once('close', forget)
}

function queryOf(url: string): string {
  const start = url.indexOf('?')
  return start < 0 ? '' : url.slice(start + 1)
}

function requestIn(query: Query): StreamRequest | undefined {
  const app = query.get('app') ?? STREAM_APP
  return app.toLowerCase() === STREAM_APP ? parseStreamName(query.get('stream') ?? '') : undefined
}

function refuse({ log }: LiveViewOptions, res: ServerResponse, error: unknown): void {
  const expected = error instanceof CameraError
  const status = expected ? (STATUS[error.kind] ?? 500) : 500
  if (!expected) log.error({ err: error }, 'an HTTP-FLV request failed')
  if (res.headersSent) {
    // What was begun cannot go on, and must not seem to.
    res.destroy()
    return
  }
  if (res.destroyed) return
  res.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
    ...(status === 405 ? { Allow: 'GET' } : {}),
  })
  res.end(`${expected ? messageOf(error) : 'internal error'}\n`)
}
