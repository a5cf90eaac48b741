/**
 * Fetching a file by HTTP or HTTPS. The addresses are those of `base/outgoing.ts`.
 */
import { get as getHttp, type IncomingMessage } from 'node:http'
import { get as getHttps } from 'node:https'
import { CameraError, messageOf } from '../base/errors.ts'
import { CONNECT_LIMIT_MS, resolveTarget } from '../base/outgoing.ts'

/** Without a byte for so long, a download is given up. */
const SILENCE_LIMIT_MS = 30_000
const MAX_REDIRECTS = 3

interface DownloadOptions {
  readonly maxBytes: number
  /** Loopback and link-local addresses too. */
  readonly allowLocalTargets: boolean
  /** For all of it, with its redirects. */
  readonly limitMs: number
  readonly signal: AbortSignal
}

type Bounds = Omit<DownloadOptions, 'limitMs'>

export interface Download {
  /** Breaks with CameraError `receive-failed` or `timeout`. */
  readonly content: AsyncIterable<Uint8Array>
}

/** Resolves when the file begins. Errors: CameraError `connect-failed`, `timeout`, `receive-failed`. */
export async function download(url: URL, { limitMs, signal, ...rest }: DownloadOptions): Promise<Download> {
  const options = { ...rest, signal: AbortSignal.any([signal, AbortSignal.timeout(limitMs)]) }
  let target = url
  for (let redirects = 0; redirects <= MAX_REDIRECTS; redirects += 1) {
    const response = await request(target, options)
    const { statusCode = 0, headers } = response
    if (statusCode === 200) return { content: bounded(response, options) }
    response.destroy()
    const next = headers.location === undefined ? null : URL.parse(headers.location, target.href)
    if (![301, 302, 303, 307, 308].includes(statusCode) || next === null) {
      throw new CameraError('receive-failed', `${target.host} answered with status ${statusCode}`)
    }
    // A secure address must not lead to an open one.
    if (next.protocol !== 'https:' && next.protocol !== url.protocol) {
      throw new CameraError('receive-failed', `${target.host} leads to another kind of address`)
    }
    target = next
  }
  throw new CameraError('receive-failed', `${url.host} leads on and on`)
}

async function request(url: URL, { allowLocalTargets, signal }: Bounds): Promise<IncomingMessage> {
  const addresses = await resolveTarget(url.hostname, { allowLocalTargets })
  const get = url.protocol === 'https:' ? getHttps : getHttp
  return await new Promise((done, fail) => {
    const sent = get(url, {
      agent: false,
      signal,
      headers: { 'User-Agent': 'Vedette' },
      // The connection goes to the addresses that were checked; the name still counts for TLS and Host.
      lookup: (_name, { all }, found) => {
        const [first = { address: url.hostname, family: 0 }] = addresses
        if (all) found(null, addresses)
        else found(null, first.address, first.family)
      },
    })
    const timer = setTimeout(() => {
      sent.destroy(new CameraError('timeout', `${url.host} did not answer in time`))
    }, CONNECT_LIMIT_MS)
    sent.once('response', (response) => {
      clearTimeout(timer)
      response.setTimeout(SILENCE_LIMIT_MS, () =>
        response.destroy(new CameraError('timeout', `${url.host} stopped sending`)),
      )
      done(response)
    })
    sent.once('error', (error) => {
      clearTimeout(timer)
      if (isTooLate(signal)) fail(new CameraError('timeout', `${url.host} did not answer in time`, error))
      else fail(asCameraError(error, 'connect-failed', `${url.host} cannot be reached`))
    })
  })
}

async function* bounded(response: IncomingMessage, { maxBytes, signal }: Bounds): AsyncGenerator<Uint8Array> {
  let bytes = 0
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      bytes += chunk.length
      if (bytes > maxBytes) throw new CameraError('receive-failed', 'the file is larger than was announced')
      yield chunk
    }
  } catch (error) {
    throw isTooLate(signal)
      ? new CameraError('timeout', 'the download took too long', error)
      : asCameraError(error, 'receive-failed', 'the download broke off')
  } finally {
    response.destroy()
  }
}

function asCameraError(error: unknown, kind: 'connect-failed' | 'receive-failed', what: string): CameraError {
  return error instanceof CameraError ? error : new CameraError(kind, `${what}: ${messageOf(error)}`, error)
}

/** Told apart from the end of a camera that stops. */
function isTooLate(signal: AbortSignal): boolean {
  return signal.aborted && signal.reason instanceof Error && signal.reason.name === 'TimeoutError'
}
