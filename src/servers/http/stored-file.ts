/** Files as answers, whole or in parts, with validators (RFC 9110 §8.8, §13, §14). */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { pipeline } from 'node:stream'
import type { StoredFile } from '../../api/define/command.ts'

/** A viewer that takes nothing for so long is let go. */
const STALL_MS = 30_000

interface Part {
  readonly first: number
  readonly last: number
}

/** Sends the file as the request wants it. Never throws; a file that breaks off breaks the connection. */
export function sendStoredFile(
  request: IncomingMessage,
  response: ServerResponse,
  file: StoredFile,
  headers: Readonly<Record<string, string>>,
): void {
  if (file.isPassing === true) {
    response.writeHead(200, { ...headers, 'Accept-Ranges': 'none', 'Content-Length': file.sizeBytes })
    send(request, response, file, { first: 0, last: file.sizeBytes - 1 })
    return
  }
  const etag = etagOf(file)
  const common = {
    ...headers,
    'Accept-Ranges': 'bytes',
    ETag: etag,
    'Last-Modified': new Date(file.modifiedMs).toUTCString(),
  }
  if (isUnchanged(request, etag, file.modifiedMs)) {
    response.writeHead(304, common).end()
    return
  }
  const part = isMeant(request, etag, file.modifiedMs) ? partOf(request, file.sizeBytes) : undefined
  if (part === 'unsatisfiable') {
    response
      .writeHead(416, { ...common, 'Content-Range': `bytes */${file.sizeBytes}`, 'Content-Length': 0 })
      .end()
    return
  }
  const { first, last } = part ?? { first: 0, last: file.sizeBytes - 1 }
  response.writeHead(part === undefined ? 200 : 206, {
    ...common,
    ...(part === undefined ? {} : { 'Content-Range': `bytes ${first}-${last}/${file.sizeBytes}` }),
    'Content-Length': last - first + 1,
  })
  send(request, response, file, { first, last })
}

function send(
  request: IncomingMessage,
  response: ServerResponse,
  file: StoredFile,
  { first, last }: Part,
): void {
  if (request.method === 'HEAD' || last < first) {
    response.end()
    return
  }
  response.setTimeout(STALL_MS, () => response.destroy())
  pipeline(file.read(first, last), response, (error) => {
    if (error) response.destroy()
  })
}

/** Time and length in hexadecimal, as the guide's example has it (Guide §8). */
export function etagOf({ modifiedMs, sizeBytes }: Pick<StoredFile, 'modifiedMs' | 'sizeBytes'>): string {
  return `"${Math.floor(modifiedMs / 1000).toString(16)}-${sizeBytes.toString(16)}"`
}

/** The client has it as it is (RFC 9110 §13.1.2, §13.1.3). */
function isUnchanged(
  { headers }: Pick<IncomingMessage, 'headers'>,
  etag: string,
  modifiedMs: number,
): boolean {
  const tags = headers['if-none-match']
  if (tags !== undefined)
    return tags.trim() === '*' || [...tags.matchAll(/"[^"]*"/g)].some(([tag]) => tag === etag)
  return Date.parse(headers['if-modified-since'] ?? '') >= toSecond(modifiedMs)
}

/** The client wants a part of this very file: what it names by tag or date, if it does (RFC 9110 §13.1.5). */
function isMeant({ headers }: Pick<IncomingMessage, 'headers'>, etag: string, modifiedMs: number): boolean {
  const condition = headers['if-range'] as string | undefined
  if (condition === undefined || condition === etag) return true
  return !condition.includes('"') && Date.parse(condition) === toSecond(modifiedMs)
}

function toSecond(ms: number): number {
  return Math.floor(ms / 1000) * 1000
}

/** The part that is asked for; undefined for the whole, also if more than one part is wanted (RFC 9110 §14.2). */
function partOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  sizeBytes: number,
): Part | 'unsatisfiable' | undefined {
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/i.exec(headers.range?.replaceAll(' ', '') ?? '')
  if (match === null) return undefined
  const [, from = '', to = ''] = match
  if (from === '' && to === '') return undefined
  const end = sizeBytes - 1
  if (from === '') {
    const length = Number(to)
    return length === 0 || sizeBytes === 0
      ? 'unsatisfiable'
      : { first: Math.max(0, sizeBytes - length), last: end }
  }
  const first = Number(from)
  const last = to === '' ? end : Math.min(end, Number(to))
  if (to !== '' && Number(to) < first) return undefined
  return first > end ? 'unsatisfiable' : { first, last }
}
