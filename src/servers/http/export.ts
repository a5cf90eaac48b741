/**
 * Any stretch of time as one MP4, joined across files without encoding anything anew:
 * `GET /export?start=20261123120000&end=20261123123000&stream=main&user=…&password=…` (or `token=…`). Times are those of
 * the camera's clock. It begins with the last key picture before `start`; parts of it can be had by Range, unless the last one still grows.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import type { StoredFile } from '../../api/define/command.ts'
import type { Guard, Principal } from '../../auth/types.ts'
import { plainAddress } from '../../base/address.ts'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { type Joined, JoinedMovie } from '../../media/container/mp4/joined.ts'
import type { Recording } from '../../media/container/mp4/reader.ts'
import { credentialsOf, parseQuery, type Query } from '../query.ts'
import { sendStoredFile } from './stored-file.ts'

/** A day and a bit: what is longer is better downloaded file by file. */
const MAX_MS = 25 * 3600_000
/** Each keeps its tables in memory, for a day some tens of megabytes. */
const MAX_AT_ONCE = 8

/** A recording that is open. */
export interface Source {
  readonly name: string
  readonly recording: Recording
  /** Errors: the system's; Error if there is less. */
  read(offset: number, sizeBytes: number): Promise<Buffer>
  close(): Promise<void>
}

export interface ExportOptions {
  readonly guard: Guard
  /** The right to download (Guide §9, ability `recDownload`). */
  mayDownload(principal: Principal): boolean
  /** `20261123120000` on the camera's clock as an instant, of an hour that comes twice the first or last; undefined if it is no such text. */
  instantOf(text: string, which?: 'first' | 'last'): number | undefined
  /** Recordings that overlap the time, in their order, opened one after the other. */
  sources(stream: 'main' | 'sub', fromMs: number, toMs: number): AsyncIterable<Source>
  /** One of them once more; undefined if it is gone. */
  open(name: string): Promise<Source | undefined>
  readonly log: Log
}

/** HTTP's word for an error. */
export const STATUS: Readonly<Record<string, number>> = {
  'login-required': 401,
  'login-failed': 401,
  forbidden: 403,
  'not-exist': 404,
  'bad-value': 400,
  'session-limit': 503,
}

/** Handles requests for `/export`. Never throws. */
export function createExportHandler(options: ExportOptions) {
  const count = { now: 0 }
  return (request: IncomingMessage, response: ServerResponse): void => {
    serve(options, count, request, response).catch((error: unknown) => {
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
  count: { now: number },
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
  if (response.destroyed) return
  if (count.now >= MAX_AT_ONCE) throw new CameraError('session-limit', 'too many exports at once')
  count.now += 1
  const forget = principal.onEnd(() => response.destroy())
  response.once('close', () => {
    count.now -= 1
    forget()
  })
  const file = await fileOf(options, stream, fromMs, toMs)
  if (response.destroyed) return
  sendStoredFile(request, response, file, {
    'Content-Type': 'video/mp4',
    'Content-Disposition': `attachment;filename=export_${query.get('start')}.mp4`,
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
  })
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

/** The file that is sent, of which only the tables are made beforehand. Errors: CameraError `not-exist` if there is nothing. */
async function fileOf(
  { sources, open }: ExportOptions,
  stream: 'main' | 'sub',
  fromMs: number,
  toMs: number,
): Promise<StoredFile> {
  const movie = new JoinedMovie()
  const names: string[] = []
  let isPassing = false
  for await (const source of sources(stream, fromMs, toMs)) {
    try {
      movie.add(source.recording, fromMs, toMs)
      names.push(source.name)
      // What grows makes other tables next time.
      isPassing ||= !source.recording.isClosed
    } finally {
      await source.close()
    }
  }
  if (movie.isEmpty) throw new CameraError('not-exist', 'nothing was recorded in that time')
  const joined = movie.finish()
  return {
    sizeBytes: joined.sizeBytes,
    modifiedMs: movie.endMs,
    isPassing,
    read: (first, last) => Readable.from(bytesOf(joined, names, open, first, last)),
  }
}

/** Bytes from the one to the other. Errors: the system's; Error if a recording has gone meanwhile. */
async function* bytesOf(
  { head, pieces }: Joined,
  names: readonly string[],
  open: ExportOptions['open'],
  first: number,
  last: number,
): AsyncGenerator<Buffer> {
  if (first < head.length) yield head.subarray(first, last + 1)
  let at = head.length
  let opened: { readonly index: number; readonly source: Source } | undefined
  try {
    for (const { source: index, offset, sizeBytes } of pieces) {
      const begin = Math.max(0, first - at)
      const end = Math.min(sizeBytes, last + 1 - at)
      at += sizeBytes
      if (begin >= sizeBytes) continue
      if (end <= 0) return
      if (opened?.index !== index) {
        await opened?.source.close()
        opened = undefined
        const source = await open(names[index]!)
        if (source === undefined) throw new Error(`${names[index]} is gone`)
        opened = { index, source }
      }
      yield await opened.source.read(offset + begin, end - begin)
    }
  } finally {
    await opened?.source.close()
  }
}
