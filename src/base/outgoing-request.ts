/** Requests to servers that the owner named, to addresses that were checked (outgoing.ts). Redirects are not followed. */
import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { CameraError, messageOf } from './errors.ts'
import { checkedLookup, checkLiteral, type OutgoingRules } from './outgoing.ts'

const LIMIT_MS = 10_000
const MAX_ANSWER_BYTES = 1024 * 1024
/** Bodies are written in pieces of so many bytes when they are paced. */
const PIECE_BYTES = 16 * 1024
/** Requests that say nothing of a body. */
const BODILESS = new Set(['GET', 'HEAD'])

export interface OutgoingRequest extends OutgoingRules {
  readonly method: string
  readonly headers: Readonly<Record<string, string>>
  readonly body?: Uint8Array
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
  checkLiteral(url.hostname, { allowLocalTargets })
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
        headers: {
          'User-Agent': 'Vedette',
          ...(BODILESS.has(method) ? {} : { 'Content-Length': String(body.length) }),
          ...headers,
        },
        lookup: checkedLookup({ allowLocalTargets }),
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

interface ExchangeOptions extends OutgoingRules {
  readonly headers?: Readonly<Record<string, string>>
  /** Makes it a POST. */
  readonly body?: string
  readonly signal?: AbortSignal | undefined
}

/** A short text there, a short text back. Errors: those of `sendRequest`; never with text of the peer. */
export async function exchangeText(
  url: URL,
  { allowLocalTargets, headers = {}, body, signal }: ExchangeOptions,
): Promise<{ readonly status: number; readonly text: string }> {
  const answer = await sendRequest(url, {
    method: body === undefined ? 'GET' : 'POST',
    headers,
    allowLocalTargets,
    ...(body === undefined ? {} : { body: Buffer.from(body) }),
    ...(signal === undefined ? {} : { signal }),
  })
  return { status: answer.status, text: answer.body.toString('utf8') }
}
