/**
 * Reads what a client sends (RFC 2326 §6, §10.12): requests, and interleaved frames between them.
 *
 *   request = method SP url SP version CRLF *(name ":" value CRLF) CRLF [body]
 *   frame   = "$" channel (1 byte) length (2 bytes) data
 */
import { ParseError } from '../../base/errors.ts'

const MAX_LINE_BYTES = 4 * 1024
const MAX_HEAD_BYTES = 16 * 1024
const MAX_HEADERS = 64
const MAX_BODY_BYTES = 8 * 1024
const DOLLAR = 0x24
const CR = 0x0d
const LF = 0x0a
const SPEC = 'RFC 2326 §6'

export interface RtspRequest {
  readonly kind: 'request'
  readonly method: string
  readonly url: string
  /** `RTSP/1.0`, or `HTTP/1.1` of a tunnel. */
  readonly version: string
  /** By name in lower case; of a name that comes twice the last. */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Buffer
}

export interface InterleavedFrame {
  readonly kind: 'frame'
  readonly channel: number
  readonly data: Buffer
}

export class RequestReader {
  #rest: Buffer = Buffer.alloc(0)
  #offset = 0
  /** The next byte to be looked at for the end of the head, so that slow senders cost nothing. */
  #searched = 0

  /** What is complete now. Errors: ParseError; the connection is of no use then. */
  read(bytes: Uint8Array): (RtspRequest | InterleavedFrame)[] {
    const found: (RtspRequest | InterleavedFrame)[] = []
    for (let next = this.push(bytes); next !== undefined; next = this.next()) found.push(next)
    return found
  }

  push(bytes: Uint8Array): RtspRequest | InterleavedFrame | undefined {
    this.#rest = this.#rest.length === 0 ? Buffer.from(bytes) : Buffer.concat([this.#rest, bytes])
    return this.next()
  }

  /** The next complete one; undefined if more bytes are needed. */
  next(): RtspRequest | InterleavedFrame | undefined {
    this.#skipBlankLines()
    if (this.#rest.length === 0) return undefined
    return this.#rest[0] === DOLLAR ? this.#frame() : this.#request()
  }

  /** What has come and was not read, for whoever reads on in another way. */
  takeRest(): Buffer {
    const rest = this.#rest
    this.#take(rest.length)
    return rest
  }

  /** Quirk(some clients): they send an empty line after a body. */
  #skipBlankLines(): void {
    let blank = 0
    while (this.#rest[blank] === CR || this.#rest[blank] === LF) blank += 1
    if (blank > 0) this.#take(blank)
  }

  #frame(): InterleavedFrame | undefined {
    if (this.#rest.length < 4) return undefined
    const end = 4 + this.#rest.readUInt16BE(2)
    if (this.#rest.length < end) return undefined
    const frame = this.#take(end)
    return { kind: 'frame', channel: frame.readUInt8(1), data: frame.subarray(4) }
  }

  #request(): RtspRequest | undefined {
    const headBytes = this.#headBytes()
    if (headBytes === undefined) return undefined
    const lines = this.#rest.toString('latin1', 0, headBytes).split(/\r?\n/)
    const headers = this.#headers(lines.slice(1))
    const bodyBytes = lines[0]!.includes(' HTTP/') ? 0 : this.#bodyBytes(headers)
    const start = /^([!-~]{1,32}) ([!-~]+) (RTSP\/\d\.\d|HTTP\/1\.[01])$/.exec(lines[0]!.trim())
    if (start === null) throw this.#error('no request line')
    if (this.#rest.length < headBytes + bodyBytes) return undefined
    const body = this.#take(headBytes + bodyBytes).subarray(headBytes)
    const [, method, url, version] = start as unknown as [string, string, string, string]
    return { kind: 'request', method, url, version, headers, body }
  }

  /** Up to and with the empty line. */
  #headBytes(): number | undefined {
    const rest = this.#rest
    for (;;) {
      const lineEnd = rest.indexOf(LF, this.#searched)
      if (lineEnd < 0) break
      const isBlank = rest[lineEnd + 1] === LF || (rest[lineEnd + 1] === CR && rest[lineEnd + 2] === LF)
      if (isBlank) return lineEnd + (rest[lineEnd + 1] === LF ? 2 : 3)
      if (rest.length < lineEnd + 3) break
      this.#searched = lineEnd + 1
    }
    if (rest.length - this.#searched > MAX_LINE_BYTES) throw this.#error('a line is too long')
    if (rest.length > MAX_HEAD_BYTES) throw this.#error('the head is too long')
    return undefined
  }

  #headers(lines: readonly string[]): Map<string, string> {
    const headers = new Map<string, string>()
    let name: string | undefined
    for (const line of lines) {
      if (line === '') continue
      if (line.length > MAX_LINE_BYTES) throw this.#error('a line is too long')
      const colon = line.indexOf(':')
      // A line that begins with a blank goes on with the value before it (RFC 2326 §4 after RFC 2616 §4.2).
      if ((line[0] === ' ' || line[0] === '\t') && name !== undefined) {
        headers.set(name, `${headers.get(name)} ${line.trim()}`)
      } else if (colon > 0) {
        name = line.slice(0, colon).trim().toLowerCase()
        headers.set(name, line.slice(colon + 1).trim())
      } else throw this.#error('a header without a colon')
      if (headers.size > MAX_HEADERS) throw this.#error('too many headers')
    }
    return headers
  }

  #bodyBytes(headers: ReadonlyMap<string, string>): number {
    const text = headers.get('content-length')
    if (text === undefined) return 0
    const length = /^\d{1,9}$/.test(text) ? Number(text) : Number.POSITIVE_INFINITY
    if (length > MAX_BODY_BYTES) throw this.#error('the body is too long')
    return length
  }

  #take(count: number): Buffer {
    const taken = this.#rest.subarray(0, count)
    this.#rest = this.#rest.subarray(count)
    this.#offset += count
    this.#searched = 0
    return taken
  }

  #error(message: string): ParseError {
    return new ParseError(SPEC, message, this.#offset)
  }
}
