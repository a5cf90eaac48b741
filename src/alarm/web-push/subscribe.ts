/** What a browser sends when it wants messages: the JSON of its PushSubscription. */
import { createECDH } from 'node:crypto'
import { isIP } from 'node:net'
import { isLocalTarget } from '../../base/address.ts'
import { CameraError } from '../../base/errors.ts'

const MAX_ENDPOINT = 1024
/** An uncompressed point of P-256, and 16 random bytes (RFC 8291 §3.1, §3.2). */
const POINT_BYTES = 65
const AUTH_BYTES = 16

export interface WantedSubscription {
  readonly endpoint: string
  readonly p256dh: string
  readonly auth: string
}

/** Errors: CameraError `bad-value`. */
export function readSubscription(text: string, allowLocalTargets: boolean): WantedSubscription {
  const { endpoint, keys } = objectIn(text) as { endpoint?: unknown; keys?: unknown }
  const { p256dh, auth } = Object(keys) as { p256dh?: unknown; auth?: unknown }
  return {
    endpoint: checkEndpoint(endpoint, allowLocalTargets),
    p256dh: checkPoint(p256dh),
    auth: checkBytes(auth, AUTH_BYTES, 'auth').toString('base64url'),
  }
}

/** The endpoint of a request to be forgotten. Errors: CameraError `bad-value`. */
export function readEndpoint(text: string): string {
  const { endpoint } = objectIn(text) as { endpoint?: unknown }
  return typeof endpoint === 'string' ? endpoint : bad('endpoint is no text')
}

function objectIn(text: string): object {
  try {
    return Object(JSON.parse(text))
  } catch {
    return bad('the body is not JSON')
  }
}

/** Names are looked up when a message is sent. */
function checkEndpoint(input: unknown, allowLocalTargets: boolean): string {
  const url = typeof input === 'string' && input.length <= MAX_ENDPOINT ? URL.parse(input) : null
  if (url === null || url.username + url.password !== '') return bad('endpoint is no address')
  if (allowLocalTargets && url.protocol === 'http:') return url.href
  if (url.protocol !== 'https:') return bad('endpoint is no https address')
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1')
  const isLocal = host === 'localhost' || (isIP(host) !== 0 && isLocalTarget(host))
  return isLocal && !allowLocalTargets ? bad('endpoint is this machine or its link') : url.href
}

function checkPoint(input: unknown): string {
  const point = checkBytes(input, POINT_BYTES, 'p256dh')
  try {
    const curve = createECDH('prime256v1')
    curve.generateKeys()
    curve.computeSecret(point)
  } catch {
    return bad('p256dh is no point of P-256')
  }
  return point.toString('base64url')
}

function checkBytes(input: unknown, length: number, name: string): Buffer {
  const bytes = typeof input === 'string' && input.length < 200 ? Buffer.from(input, 'base64url') : undefined
  return bytes?.length === length ? bytes : bad(`${name} must have ${length} bytes in base64url`)
}

function bad(what: string): never {
  throw new CameraError('bad-value', what)
}
