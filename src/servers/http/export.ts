/**
 * Any stretch of time as one MP4, joined across files without encoding anything anew:
 * `GET /export?start=20261123120000&end=20261123123000&stream=main&user=…&password=…` (or `token=…`). Times are those of
 * the camera's clock. The file begins with the last key picture before `start` and is a fragmented MP4, so that it can be
 * sent while it is made.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Guard, Principal } from '../../auth/types.ts'
import { plainAddress } from '../../base/address.ts'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { RecordingWriter } from '../../media/container/mp4/writer.ts'
import type { Packet, StreamFormat } from '../../media/packet.ts'
import { drained } from '../drained.ts'
import { credentialsOf, parseQuery, type Query } from '../query.ts'

/** A day and a bit: what is longer is better downloaded file by file. */
const MAX_MS = 25 * 3600_000
/** A viewer that takes nothing for so long is let go. */
const STALL_MS = 30_000
const FRAGMENT_90K = 90_000

/** A recording that is open. */
export interface Source {
  readonly format: StreamFormat
  readonly startMs: number
  packets(fromMs: number): AsyncIterable<Packet>
  close(): Promise<void>
}

export interface ExportOptions {
  readonly guard: Guard
  /** The right to download (Guide §9, ability `recDownload`). */
  mayDownload(principal: Principal): boolean
  /** `20261123120000` on the camera's clock as an instant, of an hour that comes twice the first or last; undefined if it is no such text. */
  instantOf(text: string, which?: 'first' | 'last'): number | undefined
  /** Seconds that local time is ahead of UTC at an instant. */
  offsetAt(utcMs: number): number
  /** Recordings that overlap the time, in their order, opened one after the other. */
  sources(stream: 'main' | 'sub', fromMs: number, toMs: number): AsyncIterable<Source>
  readonly log: Log
}

/** HTTP's word for an error. */
export const STATUS: Readonly<Record<string, number>> = {
  'login-required': 401,
  'login-failed': 401,
  forbidden: 403,
  'not-exist': 404,
  'bad-value': 400,
}

/** Handles requests for `/export`. Never throws. */
export function createExportHandler(options: ExportOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    serve(options, request, response).catch((error: unknown) => {
      const expected = error instanceof CameraError
      if (!expected) options.log.error({ err: error }, 'an export failed')
      if (response.headersSent) response.destroy()
      else refuse(response, expected ? (STATUS[error.kind] ?? 500) : 500, messageOf(error))
    })
  }
}

/** Answers with a sentence. */
export function refuse(response: ServerResponse, status: number, reason: string): void {
  const text = `${status === 500 ? 'internal error' : reason}\n`
  response.writeHead(status, {
    'Content-Type': 'text/plain; charset=utf-8',
    'Content-Length': Buffer.byteLength(text),
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(text)
}

async function serve(
  options: ExportOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? ''
  const query = parseQuery(url.slice(url.indexOf('?') + 1))
  const address = plainAddress(request.socket.remoteAddress)
  const principal = await options.guard.authenticate(credentialsOf(query), address)
  if (!options.mayDownload(principal)) throw new CameraError('forbidden', 'this user may not download')
  const { fromMs, toMs } = spanIn(query, options)
  const stream = query.get('stream') === 'sub' ? 'sub' : 'main'
  const forget = principal.onEnd(() => response.destroy())
  response.once('close', forget)
  response.setTimeout(STALL_MS, () => response.destroy())
  const file = new Joined(options, stream, response, `export_${query.get('start')}.mp4`)
  for await (const source of options.sources(stream, fromMs, toMs)) {
    try {
      if (response.destroyed) return
      await file.add(source, fromMs, toMs)
    } finally {
      await source.close()
    }
  }
  await file.end()
}

/** `start` and `end` of a query. Errors: CameraError `bad-value`. */
export function spanIn(
  query: Query,
  { instantOf }: Pick<ExportOptions, 'instantOf'>,
): { fromMs: number; toMs: number } {
  const fromMs = instantOf(query.get('start') ?? '')
  const toMs = instantOf(query.get('end') ?? '', 'last')
  if (fromMs === undefined || toMs === undefined) {
    throw new CameraError('bad-value', 'start and end are times such as 20261123120000')
  }
  if (toMs <= fromMs || toMs - fromMs > MAX_MS) {
    throw new CameraError('bad-value', 'the time must be longer than nothing and not longer than 25 hours')
  }
  return { fromMs, toMs }
}

/** The file that is sent: packets of several recordings on one line of time. */
class Joined {
  readonly #options: ExportOptions
  readonly #stream: 'main' | 'sub'
  readonly #response: ServerResponse
  readonly #name: string
  #writer: RecordingWriter | undefined
  #firstMs = 0
  #lastFlush90k = 0
  #newest90k = -1

  constructor(options: ExportOptions, stream: 'main' | 'sub', response: ServerResponse, name: string) {
    this.#options = options
    this.#stream = stream
    this.#response = response
    this.#name = name
  }

  async add(source: Source, fromMs: number, toMs: number): Promise<void> {
    for await (const packet of source.packets(Math.max(0, fromMs - source.startMs))) {
      if (packet.wallMs >= toMs || this.#response.destroyed) break
      if (this.#writer === undefined) this.#begin(source.format, packet)
      const pts90k = Math.round((packet.wallMs - this.#firstMs) * 90)
      if (packet.track === 'video') {
        // What two recordings share is taken once.
        if (pts90k <= this.#newest90k) continue
        this.#newest90k = pts90k
        if (pts90k - this.#lastFlush90k >= FRAGMENT_90K) await this.#flush(pts90k)
      }
      this.#writer?.add({ ...packet, pts90k, dts90k: pts90k })
    }
  }

  /** Errors: CameraError `not-exist` if nothing was found. */
  async end(): Promise<void> {
    if (this.#writer === undefined) throw new CameraError('not-exist', 'nothing was recorded in that time')
    const last = this.#writer.flushAll(this.#newest90k + 6000)
    this.#response.end(last)
  }

  #begin(format: StreamFormat, { wallMs }: Packet): void {
    this.#firstMs = wallMs
    const utcOffsetSeconds = this.#options.offsetAt(wallMs)
    const description = {
      channel: 0,
      stream: this.#stream,
      startMs: Math.round(wallMs),
      utcOffsetSeconds,
      runUpMs: 0,
      format,
    }
    this.#writer = new RecordingWriter(description, 0)
    this.#response.writeHead(200, {
      'Content-Type': 'video/mp4',
      'Content-Disposition': `attachment;filename="${this.#name}"`,
      'Cache-Control': 'no-cache',
      'X-Content-Type-Options': 'nosniff',
    })
    this.#response.write(this.#writer.head())
  }

  async #flush(pts90k: number): Promise<void> {
    this.#lastFlush90k = pts90k
    const fragment = this.#writer?.flush()
    if (fragment !== undefined && !this.#response.write(fragment)) await drained(this.#response)
  }
}
