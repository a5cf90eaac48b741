/** How RTSP clients log in (RFC 2326 §16.1): challenges, and what they answer (RFC 7617, RFC 7616). */
import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import type { Credentials, DigestAlgorithm, DigestProof } from '../../auth/types.ts'
import { parseRtspUrl } from './stream-url.ts'

/** How long a nonce can be used to log in; a connection that has done so asks for no more. */
const NONCE_MS = 5 * 60_000

/** What stands in an Authorization header. */
export type Shown =
  | { readonly kind: 'basic'; readonly credentials: Credentials }
  | { readonly kind: 'digest'; readonly proof: DigestProof; readonly nonce: string }

/** Nonces that need no memory: a time and an HMAC of it and the peer's address. */
export class Nonces {
  readonly #key = randomBytes(32)
  readonly #nowMs: () => number

  /** `nowMs`: monotonic. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  make(address: string): string {
    const time = Math.floor(this.#nowMs()).toString(16)
    return `${time}.${this.#sign(time, address)}`
  }

  /** `foreign`: not made for this address by this process. */
  check(nonce: string, address: string): 'good' | 'stale' | 'foreign' {
    const [time = '', signature = ''] = nonce.split('.')
    if (!isEqual(signature, this.#sign(time, address))) return 'foreign'
    return this.#nowMs() - Number.parseInt(time, 16) <= NONCE_MS ? 'good' : 'stale'
  }

  #sign(time: string, address: string): string {
    return createHmac('sha256', this.#key).update(`${time} ${address}`).digest('hex').slice(0, 32)
  }
}

/** The values of WWW-Authenticate, in the order in which they have to stand (docs/design/rtsp.md). */
export function challenges(
  { realm, nonce }: { readonly realm: string; readonly nonce: string },
  { hasDigest, stale }: { readonly hasDigest: boolean; readonly stale: boolean },
): string[] {
  const digest = (algorithm: DigestAlgorithm): string =>
    `Digest realm="${realm}", nonce="${nonce}", algorithm=${algorithm}${stale ? ', stale=true' : ''}`
  const basic = `Basic realm="${realm}"`
  return hasDigest ? [basic, digest('SHA-256'), digest('MD5')] : [basic]
}

/** Undefined for a header that is neither. */
export function readAuthorization(header: string, method: string, url: string): Shown | undefined {
  const [, scheme = '', rest = ''] = /^(\S+)\s+(.*)$/.exec(header) ?? []
  if (scheme.toLowerCase() === 'basic') return basic(rest)
  return scheme.toLowerCase() === 'digest' ? digest(rest, method, url) : undefined
}

function basic(text: string): Shown | undefined {
  const bytes = Buffer.from(text, 'base64')
  const decoded = bytes.toString('utf8')
  const colon = decoded.indexOf(':')
  if (colon < 0) return undefined
  const [user, password] = [decoded.slice(0, colon), decoded.slice(colon + 1)]
  return { kind: 'basic', credentials: { user, passwords: [password] } }
}

function digest(text: string, method: string, url: string): Shown | undefined {
  const values = parameters(text)
  const [user, nonce, uri, response] = ['username', 'nonce', 'uri', 'response'].map((name) =>
    values.get(name),
  )
  const algorithm = (values.get('algorithm') ?? 'MD5').toUpperCase()
  if (user === undefined || nonce === undefined || uri === undefined || response === undefined)
    return undefined
  if (!isSameTarget(uri, url)) return undefined
  if (algorithm !== 'MD5' && algorithm !== 'SHA-256') return undefined
  const hash = (input: string): string =>
    createHash(algorithm === 'MD5' ? 'md5' : 'sha256')
      .update(input)
      .digest('hex')
  // RFC 7616 §3.4.1; without qop as in RFC 2069.
  const quality = values.get('qop')
  const counted = [nonce, values.get('nc'), values.get('cnonce'), quality]
  const middle = quality === undefined ? nonce : counted.map((value) => value ?? '').join(':')
  const isRight = (secret: string): boolean =>
    isEqual(response.toLowerCase(), hash(`${secret}:${middle}:${hash(`${method}:${uri}`)}`))
  return { kind: 'digest', proof: { user, algorithm, isRight }, nonce }
}

/** `name="value", name=value`; names in lower case. */
function parameters(text: string): Map<string, string> {
  const values = new Map<string, string>()
  for (const match of text.matchAll(/([\w-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))/g)) {
    values.set(match[1]!.toLowerCase(), match[2]?.replace(/\\(.)/g, '$1') ?? match[3] ?? '')
  }
  return values
}

/** Quirk(several clients): they write the address of the whole stream where a track is meant, or a path alone. */
function isSameTarget(uri: string, url: string): boolean {
  const [proven, asked] = [uri, url].map((text) =>
    parseRtspUrl(text.startsWith('/') ? `rtsp://camera${text}` : text),
  )
  return proven!.path === asked!.path
}

function isEqual(one: string, other: string): boolean {
  const [a, b] = [Buffer.from(one), Buffer.from(other)]
  return a.length === b.length && timingSafeEqual(a, b)
}
