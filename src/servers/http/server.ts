/**
 * The web server of HTTP and HTTPS: the API, HTTP-FLV and the page, on node:http itself. Two routes and a
 * folder need no framework, and the API's cost per request is that of node:http (docs/design/web-server.md).
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { Socket } from 'node:net'
import type { Log } from '../../base/log.ts'
import { type ApiRoute, apiPathOf } from './api-route.ts'
import type { KeyPair } from './certificate.ts'
import { limitBody } from './pace.ts'

type Handler = (request: IncomingMessage, response: ServerResponse) => void

interface WebServerOptions {
  readonly api: ApiRoute
  /** False for requests that another site's page may have sent in the owner's name. */
  readonly isTrusted: (request: IncomingMessage) => boolean
  readonly flv: Handler
  readonly page: Handler
  readonly exports: Handler
  readonly timeline: Handler
  /** Requests under /onvif/. */
  readonly onvif?: Handler | undefined
  readonly push: Handler
  readonly certificate: KeyPair
  readonly log: Log
}

/** Longest path and query. */
const MAX_URL = 8 * 1024

const LIMITS = {
  headersTimeout: 10_000,
  // Bodies have a limit of their own (pace.ts).
  requestTimeout: 0,
  keepAliveTimeout: 5_000,
  connectionsCheckingInterval: 2_000,
  maxHeaderSize: 16 * 1024,
} as const

export interface WebServer {
  /** Takes over an accepted connection that speaks HTTP. */
  readonly http: (socket: Socket) => void
  /** Takes over an accepted connection that speaks TLS. */
  readonly https: (socket: Socket) => void
}

/** A request target from its path on: every server must also take the absolute form (RFC 9112 §3.2.2). */
function originForm(target: string): string {
  return target.startsWith('/') ? target : target.replace(/^https?:\/\/[^/?]*/i, '')
}

export function createWebServer({
  api,
  flv,
  page,
  exports,
  timeline,
  onvif,
  push,
  isTrusted,
  certificate,
  log,
}: WebServerOptions): WebServer {
  const route = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', (error) => log.debug({ reason: error.message }, 'an answer could not be sent'))
    const url = originForm(request.url ?? '/')
    request.url = url
    if (url.length > MAX_URL) {
      response.writeHead(414, { Connection: 'close', 'Content-Length': 0 }).end()
      return
    }
    const questionMark = url.indexOf('?')
    const path = questionMark < 0 ? url : url.slice(0, questionMark)
    const apiPath = apiPathOf(path)
    if (apiPath !== undefined) {
      void api.handle(request, response, apiPath, questionMark < 0 ? '' : url.slice(questionMark + 1))
    } else if (path === '/flv' && isTrusted(request)) flv(request, response)
    else if (path === '/export' && isTrusted(request)) exports(request, response)
    else if ((path === '/timeline' || path === '/thumbnail') && isTrusted(request))
      timeline(request, response)
    else if (onvif !== undefined && path.startsWith('/onvif/')) onvif(request, response)
    else if (path.startsWith('/push/') && isTrusted(request)) push(request, response)
    else page(request, response)
  }
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    try {
      limitBody(request)
      route(request, response)
    } catch (error) {
      log.error({ err: error }, 'a request failed')
      response.destroy()
    }
  }
  const http = createHttpServer(LIMITS, answer)
  // TLS 1.2 and 1.3 are node's default; 1.2 only with forward secrecy.
  const https = createHttpsServer(
    {
      ...LIMITS,
      ...certificate,
      handshakeTimeout: LIMITS.headersTimeout,
      minVersion: 'TLSv1.2',
      ciphers:
        'TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256:ECDHE+AESGCM:ECDHE+CHACHA20',
    },
    answer,
  )
  // The listeners of the camera own the ports. Node starts the supervision of slow requests on this event.
  http.emit('listening')
  https.emit('listening')
  return {
    http: (socket) => http.emit('connection', socket),
    https: (socket) => https.emit('connection', socket),
  }
}
