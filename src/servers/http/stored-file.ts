/** Files as answers, whole or in parts, with validators (RFC 9110 §8.8, §13, §14). */
import { createReadStream } from 'node:fs'
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
  const etag = etagOf(file)
  const common = {
    ...headers,
    'Accept-Ranges': 'bytes',
    ETag: etag,
    'Last-Modified': new Date(file.modifiedMs).toUTCString(),
  }
  if (request.headers['if-none-match'] === etag) {
    response.writeHead(304, common).end()
    return
  }
  const part = partOf(request, file.sizeBytes, etag)
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
  if (request.method === 'HEAD' || last < first) {
    response.end()
    return
  }
  response.setTimeout(STALL_MS, () => response.destroy())
  pipeline(createReadStream(file.path, { start: first, end: last }), response, (error) => {
    if (error) response.destroy()
  })
}

/** Time and length in hexadecimal, as the guide's example has it (Guide §8). */
export function etagOf({ modifiedMs, sizeBytes }: Pick<StoredFile, 'modifiedMs' | 'sizeBytes'>): string {
  return `"${Math.floor(modifiedMs / 1000).toString(16)}-${sizeBytes.toString(16)}"`
}

/** The part that is asked for; undefined for the whole, also if more than one part is wanted (RFC 9110 §14.2). */
function partOf(
  { headers }: Pick<IncomingMessage, 'headers'>,
  sizeBytes: number,
  etag: string,
): Part | 'unsatisfiable' | undefined {
  const condition = headers['if-range']
  if (condition !== undefined && condition !== etag) return undefined
  const match = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(headers.range?.replaceAll(' ', '') ?? '')
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
