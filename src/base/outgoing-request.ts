/**
 * Requests and connections to servers that the owner named. Names are resolved once and the address that was checked
 * is the one connected to, so that no name can lead to services of this machine or of its link. Redirects are not
 * followed.
 */
import { type LookupAddress, lookup } from 'node:dns'
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { isIP, type LookupFunction } from 'node:net'
import { isLocalTarget } from './address.ts'
import { CameraError, messageOf } from './errors.ts'

const LIMIT_MS = 10_000
const MAX_ANSWER_BYTES = 1024 * 1024
/** Bodies are written in pieces of so many bytes when they are paced. */
const PIECE_BYTES = 16 * 1024

export interface OutgoingRequest {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Loopback and link-local addresses too. */
  readonly allowLocalTargets: boolean
  readonly signal?: AbortSignal
  /** For all of it, 10 s unless said. */
  readonly limitMs?: number
  /** Upper bound of the body's rate, bytes a second. */
  readonly bytesPerSecond?: number | undefined
}

export interface OutgoingAnswer {
  readonly status: number
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: Buffer
}

/** The whole answer, whatever its status. Errors: CameraError `connect-failed`, `timeout`, `send-failed`, `receive-failed`. */
export async function sendRequest(url: URL, options: OutgoingRequest): Promise<OutgoingAnswer> {
  const { method, headers, body = new Uint8Array(), limitMs = LIMIT_MS, allowLocalTargets } = options
  checkLiteral(url.hostname, allowLocalTargets)
  const timeLimit = AbortSignal.timeout(limitMs)
  const signal = options.signal === undefined ? timeLimit : AbortSignal.any([options.signal, timeLimit])
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  let isSent = false
  try {
    return await new Promise<OutgoingAnswer>((done, fail) => {
      const sent = request(url, {
        method,
        agent: false,
        signal,
        headers: { 'User-Agent': 'Vedette', 'Content-Length': String(body.length), ...headers },
        lookup: checkedLookup(allowLocalTargets),
      })
      sent.once('error', fail)
      sent.once('response', (response) => {
        const chunks: Buffer[] = []
        let bytes = 0
        response.on('data', (chunk: Buffer) => {
          bytes += chunk.length
          if (bytes > MAX_ANSWER_BYTES) response.destroy(new Error('the answer is too large'))
          else chunks.push(chunk)
        })
        response.once('error', fail)
        response.once('end', () =>
          done({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
        )
      })
      sent.once('finish', () => {
        isSent = true
      })
      write(sent, body, options.bytesPerSecond, signal).catch(fail)
    })
  } catch (error) {
    if (error instanceof CameraError) throw error
    if (timeLimit.aborted) throw new CameraError('timeout', `${url.host} did not answer in time`, error)
    const { kind, what } = failureOf(error, isSent)
    throw new CameraError(kind, `${url.host} ${what}: ${messageOf(error)}`, error)
  }
}

function failureOf(error: unknown, isSent: boolean) {
  const code = (error as NodeJS.ErrnoException).code ?? ''
  if (isSent) return { kind: 'receive-failed', what: 'gave no answer' } as const
  if (code === 'EPIPE' || code === 'ECONNRESET')
    return { kind: 'send-failed', what: 'broke the connection' } as const
  return { kind: 'connect-failed', what: 'cannot be reached' } as const
}

interface Sink {
  write(piece: Uint8Array): boolean
  end(body?: Uint8Array): void
}

async function write(
  sink: Sink,
  body: Uint8Array,
  bytesPerSecond: number | undefined,
  signal: AbortSignal,
): Promise<void> {
  if (bytesPerSecond === undefined) {
    sink.end(body)
    return
  }
  const startMs = performance.now()
  for (let at = 0; at < body.length && !signal.aborted; at += PIECE_BYTES) {
    sink.write(body.subarray(at, at + PIECE_BYTES))
    const dueMs = startMs + ((at + PIECE_BYTES) / bytesPerSecond) * 1000
    await new Promise((resolve) => setTimeout(resolve, Math.max(0, dueMs - performance.now())))
  }
  sink.end()
}

/** For `net.connect` and `tls.connect`: resolves a name and refuses it if one of its addresses is not allowed. */
export function checkedLookup(allowLocalTargets: boolean): LookupFunction {
  return (hostname, options, found) => {
    lookup(hostname, { ...options, all: true }, (error, addresses: LookupAddress[]) => {
      const [first] = addresses ?? []
      if (error !== null || first === undefined) {
        found(new CameraError('connect-failed', `${hostname} is not known`, error), '', 4)
      } else if (!allowLocalTargets && addresses.some(({ address }) => isLocalTarget(address))) {
        found(refusal(hostname), '', 4)
      } else if (options.all) found(null, addresses)
      else found(null, first.address, first.family)
    })
  }
}

/** Addresses are not looked up. Errors: CameraError `connect-failed`. */
export function checkLiteral(hostname: string, allowLocalTargets: boolean): void {
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  if (isIP(host) !== 0 && !allowLocalTargets && isLocalTarget(host)) throw refusal(host)
}

function refusal(host: string): CameraError {
  return new CameraError('connect-failed', `${host} is this machine or its link; see --allow-local-targets`)
}
