/**
 * What an RTMP client wants, out of the three texts into which it has cut the URL (RTMP 1.0 §7.2.1.1, Guide
 * §10): tcUrl of the server, application, and the name to play. Each client cuts elsewhere.
 */
import type { Credentials } from '../../auth/types.ts'
import { credentialsOf, parseQuery } from '../query.ts'
import { parseStreamName, STREAM_APP, type StreamRequest } from '../stream-request.ts'

/** A path and the query behind its first question mark. */
interface Part {
  readonly path: string
  readonly query: string
}

/** `request` is undefined if the names are not those of a stream. Never fails. */
export function parsePlayUrl(
  tcUrl: string,
  app: string,
  name: string,
): { credentials: Credentials; request: StreamRequest | undefined } {
  const [appPart, namePart] = cutUrl(app, name)
  const queries = [namePart.query, appPart.query, split(tcUrl).query]
  // The first of equal names counts: the play name before the application, that before the tcUrl.
  const credentials = credentialsOf(parseQuery(queries.join('&')))
  const known = appPart.path.toLowerCase() === STREAM_APP
  return { credentials, request: known ? parseStreamName(namePart.path) : undefined }
}

/**
 * Quirk(FFmpeg): it takes the last slash as the border between application and name, also one in a password:
 * `bcs/channel0_main.bcs?password=a` and `b`. Then all of it is one URL.
 */
function cutUrl(app: string, name: string): [Part, Part] {
  const appPart = split(app)
  const border = appPart.path.indexOf('/')
  if (border < 0) return [appPart, split(name)]
  const whole = split(name === '' ? app : `${app}/${name}`)
  return [
    { path: whole.path.slice(0, border), query: '' },
    { path: whole.path.slice(border + 1), query: whole.query },
  ]
}

/** Slashes around the path mean nothing. */
function split(text: string): Part {
  const start = text.indexOf('?')
  const path = start < 0 ? text : text.slice(0, start)
  return { path: trimSlashes(path), query: start < 0 ? '' : text.slice(start + 1) }
}

/** By index: a regular expression takes squared time on a long run of slashes that does not end the text. */
function trimSlashes(text: string): string {
  let start = 0
  let end = text.length
  while (start < end && text[start] === '/') start += 1
  while (end > start && text[end - 1] === '/') end -= 1
  return text.slice(start, end)
}
