/**
 * The query of a URL, as the clients of camera URLs really write it: values percent-encoded, plus-encoded or
 * raw, blanks round them (Guide §2.1). The same for HTTP, HTTP-FLV, RTMP and RTSP.
 */
import type { Credentials } from '../auth/types.ts'

/**
 * Parameters by name in lower case. Of a name that appears twice the first counts: what is appended to a URL
 * cannot change what stood in it.
 */
export interface Query {
  /** The decoded value without blanks around it. */
  get(name: string): string | undefined
  /** The value exactly as sent. */
  raw(name: string): string | undefined
  /** All parameters as `get` gives them. */
  entries(): Iterable<readonly [name: string, value: string]>
}

/**
 * `a=1&b=2`, without the question mark. A parameter ends at the next `&`, its name at the first `=`; an invalid
 * percent sign stands for itself. Never fails.
 */
export function parseQuery(text: string): Query {
  const values = new Map<string, string>()
  for (const parameter of text.split('&')) {
    const nameEnd = parameter.indexOf('=')
    const name = decode(nameEnd < 0 ? parameter : parameter.slice(0, nameEnd))
      .trim()
      .toLowerCase()
    if (name !== '' && !values.has(name)) values.set(name, nameEnd < 0 ? '' : parameter.slice(nameEnd + 1))
  }
  return {
    raw: (name) => values.get(name),
    get: (name) => {
      const raw = values.get(name)
      return raw === undefined ? undefined : decode(raw).trim()
    },
    entries: () => [...values].map(([name, raw]) => [name, decode(raw).trim()] as const),
  }
}

/**
 * The credentials in a query: `token`, or `user` and `password` (Guide §4.3). User and password are not trimmed;
 * the password counts in each reading that a client may have meant: as sent, percent-decoded, and with plus
 * signs as blanks.
 */
export function credentialsOf(query: Query): Credentials {
  const user = query.raw('user')
  const password = query.raw('password')
  return {
    token: query.get('token') || undefined,
    user: user === undefined ? undefined : decode(user),
    passwords: password === undefined ? undefined : readingsOf(password),
  }
}

/** The different readings of a password in a URL: raw, percent-decoded, plus-decoded. */
export function readingsOf(raw: string): string[] {
  return [...new Set([raw, decode(raw), decode(raw.replaceAll('+', ' '))])]
}

/** Percent-decoding that leaves alone what is not valid: each run of escapes that is no UTF-8 stays as it is. */
function decode(text: string): string {
  if (!text.includes('%')) return text
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (escapes) => {
    try {
      return decodeURIComponent(escapes)
    } catch {
      return escapes
    }
  })
}
