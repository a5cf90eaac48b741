/**
 * Keeping other sites' pages out while the camera has no password. With a password a request proves itself by
 * what it carries; without one, any page in the owner's browser could send `user=admin&password=` to this
 * machine, across sites or through a name that resolves to it.
 */
import type { IncomingMessage } from 'node:http'

const LOCAL_HOST = /^(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?::\d+)?$/i

/** Tells whether a request comes from this machine's own page or from no browser at all. */
export function isOwnRequest({ headers }: IncomingMessage): boolean {
  const site = headers['sec-fetch-site']
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false
  if (!LOCAL_HOST.test(headers.host ?? '')) return false
  const { origin } = headers
  return origin === undefined || hostOf(origin) === headers.host
}

function hostOf(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined
}
