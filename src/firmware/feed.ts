/** Where updates are offered: a folder of static files on a web server (docs/design/firmware.md). */
import { createHash } from 'node:crypto'
import { CameraError } from '../base/errors.ts'
import { type Download, download } from './download.ts'
import { MAX_UPLOAD_BYTES } from './receiver.ts'
import { type Version, versionIn } from './version.ts'

const MAX_OFFER_BYTES = 64 * 1024
const OFFER_LIMIT_MS = 30_000
/** 256 MiB at 150 kB a second. */
const PACKAGE_LIMIT_MS = 30 * 60_000

/** vedette.json. */
export interface Offer extends Version {
  /** Name of the package beside it. */
  readonly file: string
  readonly size: number
  /** Of the whole package, in hexadecimal digits. */
  readonly sha512: string
}

interface FeedOptions {
  readonly url: string
  readonly allowLocalTargets: boolean
}

export class Feed {
  readonly #options: FeedOptions
  readonly #stopping = new AbortController()

  constructor(options: FeedOptions) {
    this.#options = options
  }

  /** Errors: CameraError `connect-failed`, `timeout`, `receive-failed`. */
  async latest(): Promise<Offer> {
    const { content } = await this.#get('vedette.json', MAX_OFFER_BYTES, OFFER_LIMIT_MS)
    const chunks: Uint8Array[] = []
    for await (const chunk of content) chunks.push(chunk)
    return parse(Buffer.concat(chunks).toString('utf8'))
  }

  /** The package, once the server has begun to send it. The content breaks with CameraError if it is not what was offered. */
  async download({ file, size, sha512 }: Offer): Promise<AsyncIterable<Uint8Array>> {
    const { content } = await this.#get(file, size, PACKAGE_LIMIT_MS)
    return verified(content, size, sha512)
  }

  /** Breaks off what is running. */
  stop(): void {
    this.#stopping.abort()
  }

  #get(name: string, maxBytes: number, limitMs: number): Promise<Download> {
    const { url, allowLocalTargets } = this.#options
    const folder = url.endsWith('/') ? url : `${url}/`
    return download(new URL(name, folder), {
      maxBytes,
      limitMs,
      allowLocalTargets,
      signal: this.#stopping.signal,
    })
  }
}

async function* verified(
  content: AsyncIterable<Uint8Array>,
  size: number,
  sha512: string,
): AsyncGenerator<Uint8Array> {
  const hash = createHash('sha512')
  let bytes = 0
  for await (const chunk of content) {
    hash.update(chunk)
    bytes += chunk.length
    yield chunk
  }
  if (bytes !== size || hash.digest('hex') !== sha512) {
    throw new CameraError('check-failed', 'the download is not what the update server offered')
  }
}

function parse(text: string): Offer {
  let parsed: Record<string, unknown> = {}
  try {
    parsed = Object(JSON.parse(text))
  } catch {
    // Told below, with whatever else may be wrong.
  }
  const { file, size, sha512 } = parsed
  const version = versionIn(parsed)
  const isName = typeof file === 'string' && /^[A-Za-z0-9][\w.-]{0,200}$/.test(file)
  const isSize =
    typeof size === 'number' && Number.isSafeInteger(size) && size > 0 && size <= MAX_UPLOAD_BYTES
  if (version === undefined || !isName || !isSize || typeof sha512 !== 'string') {
    throw new CameraError('receive-failed', 'the update server has no usable vedette.json')
  }
  return { ...version, file, size, sha512 }
}
