/** One small exchange over HTTP or HTTPS with a target that is checked (outgoing.ts): a short text there, a short text back. */
import { type IncomingMessage, request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { CameraError, messageOf } from '../base/errors.ts'
import { resolveTarget } from './outgoing.ts'

const LIMIT_MS = 10_000
const MAX_BYTES = 256 * 1024

interface ExchangeOptions {
  readonly allowLocalTargets: boolean
  readonly headers?: Readonly<Record<string, string>>
  /** Makes it a POST. */
  readonly body?: string
  readonly signal?: AbortSignal | undefined
}

export interface TextAnswer {
  readonly status: number
  readonly text: string
}

/** Redirections are not followed. Errors: CameraError `connect-failed`, `timeout`, `receive-failed`; never with text of the peer. */
export async function exchangeText(url: URL, options: ExchangeOptions): Promise<TextAnswer> {
  const late = AbortSignal.timeout(LIMIT_MS)
  const signal = options.signal === undefined ? late : AbortSignal.any([late, options.signal])
  try {
    const response = await send(url, options, signal)
    return { status: response.statusCode ?? 0, text: await textOf(response) }
  } catch (error) {
    if (error instanceof CameraError) throw error
    if (late.aborted) throw new CameraError('timeout', `${url.hostname} did not answer in time`, error)
    throw new CameraError('connect-failed', `${url.hostname} cannot be reached: ${messageOf(error)}`, error)
  }
}

async function send(
  url: URL,
  { allowLocalTargets, headers, body }: ExchangeOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const addresses = await resolveTarget(host, allowLocalTargets)
  const request = url.protocol === 'https:' ? requestHttps : requestHttp
  return await new Promise((resolve, reject) => {
    const sent = request(url, {
      method: body === undefined ? 'GET' : 'POST',
      agent: false,
      signal,
      headers: { ...headers, ...(body === undefined ? {} : { 'Content-Length': Buffer.byteLength(body) }) },
      // The connection goes to the addresses that were checked; the name still counts for TLS and Host.
      lookup: (_name, { all }, found) => {
        const [first] = addresses
        if (all) found(null, addresses)
        else found(null, first!.address, first!.family)
      },
    })
    sent.once('response', resolve)
    // Also what comes after the answer has begun, which `textOf` tells.
    sent.on('error', reject)
    sent.end(body)
  })
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of response as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > MAX_BYTES) throw new CameraError('receive-failed', 'the answer is too long')
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
