/** The request envelope (Guide §2): from bytes and query to the entries that are executed in order. */
import type { Credentials } from '../auth/types.ts'
import { CameraError } from '../base/errors.ts'
import { isObject } from './define/groups.ts'
import { toInteger } from './define/numbers.ts'
import { memberOf } from './members.ts'

/** Limits of a request. */
export const MAX_JSON_BYTES = 256 * 1024
export const MAX_JSON_DEPTH = 32
export const MAX_BATCH = 64

/** Query parameters of a request's URL: decoded, without blanks around them, found in any case. */
export interface RequestQuery {
  get(name: string): string | undefined
  entries(): Iterable<readonly [name: string, value: string]>
}

/** One entry of a request, with the guide's freedom of placing parameters. */
export class Entry {
  readonly cmd: string
  readonly action: number | undefined
  /** The readings of the password in the URL, where the entry is made from one. */
  readonly passwords: readonly string[] | undefined
  readonly #entry: Readonly<Record<string, unknown>>
  readonly #param: Readonly<Record<string, unknown>> | undefined

  constructor(entry: Readonly<Record<string, unknown>>, cmd: string, passwords?: readonly string[]) {
    const param = memberOf(entry, 'param')
    this.cmd = cmd
    this.passwords = passwords
    this.action = toInteger(memberOf(entry, 'action'))
    this.#entry = entry
    if (isObject(param)) this.#param = param
  }

  /** A parameter or section: `param` wins over the entry itself. */
  member(name: string): unknown {
    const inParam = this.#param === undefined ? undefined : memberOf(this.#param, name)
    return inParam === undefined ? memberOf(this.#entry, name) : inParam
  }

  /** Plain parameters, where a command has no section. */
  parameters(): Readonly<Record<string, unknown>> {
    return this.#param === undefined ? this.#entry : { ...this.#entry, ...this.#param }
  }

  /**
   * The channel, wherever clients put it: in `param`, in the section, in its `schedule`; absent or an unfilled
   * template means 0. Errors: CameraError `bad-value`.
   */
  channel(section: string | undefined): number {
    const inSection = section === undefined ? undefined : this.member(section)
    const found = this.member('channel') ?? channelIn(inSection)
    if (found === undefined || (typeof found === 'string' && found.startsWith('_'))) return 0
    const channel = toInteger(found)
    if (channel === undefined) throw new CameraError('bad-value', 'channel must be a number')
    return channel
  }

  /** Refuses a `param` that is neither an object nor null. Errors: CameraError `bad-value`. */
  requireObjectParam(): void {
    if (this.#param !== undefined) return
    const param = memberOf(this.#entry, 'param')
    if (param !== undefined && param !== null) throw new CameraError('bad-value', 'param must be an object')
  }
}

function channelIn(section: unknown): unknown {
  if (!isObject(section)) return undefined
  const schedule = memberOf(section, 'schedule')
  return memberOf(section, 'channel') ?? (isObject(schedule) ? memberOf(schedule, 'channel') : undefined)
}

/** Deepest nesting of a JSON text, without parsing it. */
function depthOf(text: string): number {
  let depth = 0
  let deepest = 0
  let inString = false
  for (let index = 0; index < text.length; index += 1) {
    const char = text[index]
    if (inString) {
      if (char === '\\') index += 1
      else if (char === '"') inString = false
    } else if (char === '"') inString = true
    else if (char === '[' || char === '{') {
      depth += 1
      if (depth > deepest) deepest = depth
    } else if (char === ']' || char === '}') depth -= 1
  }
  return deepest
}

/** How often a character occurs. */
function count(text: string, char: string): number {
  let found = 0
  for (let index = text.indexOf(char); index >= 0; index = text.indexOf(char, index + 1)) found += 1
  return found
}

/** Most requests have fewer brackets than may be nested, which is found out much faster than how they are. */
function isTooDeep(text: string): boolean {
  return count(text, '{') + count(text, '[') > MAX_JSON_DEPTH && depthOf(text) > MAX_JSON_DEPTH
}

/** Drops commas before a closing brace or bracket, outside of strings: several printed requests have them. */
function dropTrailingCommas(text: string): string {
  // A string may be unclosed: then it reaches to the end, so that no character is looked at twice.
  return text.replace(/("(?:[^"\\]|\\[\s\S]?)*(?:"|$))|,(?=\s{0,1000}[}\]])/g, (_all, string) => string ?? '')
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (error) {
    const mended = dropTrailingCommas(text)
    if (mended !== text) {
      try {
        return JSON.parse(mended)
      } catch {
        // The first error tells more.
      }
    }
    throw new CameraError('protocol', 'the body is not JSON', error)
  }
}

/**
 * Query parameters as `param`: numbers as numbers, unless they would not be the same text any more; empty ones
 * are left out.
 */
function paramOf(query: RequestQuery): Record<string, unknown> {
  const param: Record<string, unknown> = {}
  for (const [name, value] of query.entries()) {
    if (name === 'cmd' || name === 'token' || value === '') continue
    const number = toInteger(value)
    param[name] = String(number) === value ? number : value
  }
  return param
}

function entryOfUrl(query: RequestQuery, { user, passwords }: Credentials): Entry {
  const param = paramOf(query)
  const cmd = (query.get('cmd') ?? '').trim()
  if (cmd.toLowerCase() !== 'login' || user === undefined) return new Entry({ action: 0, param }, cmd)
  // A Login without a body takes its credentials from the query, in each reading they may have.
  const section = { userName: user, password: passwords?.[0] }
  return new Entry({ action: 0, param: { ...param, User: section } }, cmd, passwords)
}

/**
 * The entries of a request, at least one. `body` is the text of a JSON body.
 * No body, or a body that is an empty array or a single entry without a command, means the URL's command.
 * An entry without a command has `cmd` ''. Errors: CameraError `protocol`.
 */
export function readEntries(
  body: string,
  query: RequestQuery,
  credentials: Credentials = {},
): readonly [Entry, ...Entry[]] {
  const text = body.charCodeAt(0) === 0xfeff ? body.slice(1) : body
  if (text.trim() === '') return [entryOfUrl(query, credentials)]
  if (isTooDeep(text)) {
    throw new CameraError('protocol', `the body is nested deeper than ${MAX_JSON_DEPTH} levels`)
  }
  const parsed = parseJson(text)
  const items: unknown[] = Array.isArray(parsed) ? parsed : [parsed]
  if (!Array.isArray(parsed) && !isObject(parsed)) {
    throw new CameraError('protocol', 'the body is neither an array nor an object')
  }
  if (items.length > MAX_BATCH) {
    throw new CameraError('protocol', `the request has more than ${MAX_BATCH} entries`)
  }
  const urlCmd = (query.get('cmd') ?? '').trim()
  const [first, ...others] = items
  if (first === undefined) return [entryOfUrl(query, credentials)]
  if (urlCmd !== '' && others.length === 0 && isObject(first) && commandOf(first) === '') {
    return Object.keys(first).length === 0 ? [entryOfUrl(query, credentials)] : [new Entry(first, urlCmd)]
  }
  return [entryOf(first), ...others.map(entryOf)]
}

function entryOf(item: unknown): Entry {
  return isObject(item) ? new Entry(item, commandOf(item)) : new Entry({}, '')
}

function commandOf(entry: Readonly<Record<string, unknown>>): string {
  const cmd = memberOf(entry, 'cmd')
  return typeof cmd === 'string' ? cmd.trim() : ''
}
