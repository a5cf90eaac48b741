/**
 * What a time line shows: `GET /timeline?start=20261123000000&end=20261124000000&step=60&stream=main` and the small
 * pictures of its recordings, `GET /thumbnail?name=Rec_….mp4`, each with `user=…&password=…` or `token=…`. The answers are
 * described in docs/design/recordings.md.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Guard, Principal } from '../../auth/types.ts'
import { plainAddress } from '../../base/address.ts'
import { CameraError, messageOf } from '../../base/errors.ts'
import type { Log } from '../../base/log.ts'
import { credentialsOf, parseQuery, type Query } from '../query.ts'
import { refuse, STATUS, spanIn } from './export.ts'

/** 25 hours of the shortest ones. */
const MAX_FILES = 50_000
const MAX_STEP_S = 3600
const DAY_S = 86_400

interface ShownRecording {
  readonly id: number
  readonly name: string
  readonly startMs: number
  readonly endMs: number
  readonly sizeBytes: number
  readonly runUpMs: number
}

export interface TimelineOptions {
  readonly guard: Guard
  /** The right to play recordings (Guide §9, ability `recReplay`). */
  mayReplay(principal: Principal): boolean
  /** `20261123120000` on the camera's clock as an instant; undefined if it is no such text. */
  instantOf(text: string, which?: 'first' | 'last'): number | undefined
  recordings(stream: 'main' | 'sub', fromMs: number, toMs: number, limit: number): readonly ShownRecording[]
  withThumbnail(ids: readonly number[]): ReadonlySet<number>
  thumbnail(name: string): Uint8Array | undefined
  /** A level for each step (docs/design/recordings.md). */
  motion(fromMs: number, toMs: number, stepS: number): Uint8Array
  readonly log: Log
}

/** Handles `/timeline` and `/thumbnail`. Never throws. */
export function createTimelineHandler(options: TimelineOptions) {
  return (request: IncomingMessage, response: ServerResponse): void => {
    serve(options, request, response).catch((error: unknown) => {
      const expected = error instanceof CameraError
      if (!expected) options.log.error({ err: error }, 'a time line failed')
      refuse(response, expected ? (STATUS[error.kind] ?? 500) : 500, messageOf(error))
    })
  }
}

async function serve(options: TimelineOptions, request: IncomingMessage, response: ServerResponse) {
  const url = request.url ?? ''
  const query = parseQuery(url.slice(url.indexOf('?') + 1))
  const address = plainAddress(request.socket.remoteAddress)
  const principal = await options.guard.authenticate(credentialsOf(query), address)
  if (!options.mayReplay(principal)) throw new CameraError('forbidden', 'this user may not play recordings')
  if (url.startsWith('/thumbnail')) {
    const jpeg = options.thumbnail(query.get('name') ?? '')
    if (jpeg === undefined) throw new CameraError('not-exist', 'there is no such picture')
    send(response, 'image/jpeg', `private, max-age=${DAY_S}, immutable`, jpeg)
  } else
    send(response, 'application/json', 'no-cache', Buffer.from(JSON.stringify(timelineOf(query, options))))
}

function timelineOf(query: Query, options: TimelineOptions) {
  const { fromMs, toMs } = spanIn(query, options)
  const step = Number(query.get('step') ?? 1)
  if (!Number.isInteger(step) || step < 1 || step > MAX_STEP_S)
    throw new CameraError('bad-value', 'step is a number of seconds from 1 to 3600')
  const stream = query.get('stream') === 'sub' ? 'sub' : 'main'
  const rows = options.recordings(stream, fromMs, toMs, MAX_FILES)
  const pictured = options.withThumbnail(rows.map(({ id }) => id))
  return {
    start: fromMs,
    end: toMs,
    recordings: rows.map(({ id, name, startMs, endMs, sizeBytes, runUpMs }) => ({
      name,
      start: startMs,
      end: endMs,
      size: sizeBytes,
      runUp: runUpMs,
      thumbnail: pictured.has(id),
    })),
    motion: {
      start: fromMs,
      step,
      levels: Buffer.from(options.motion(fromMs, toMs, step)).toString('base64'),
    },
  }
}

function send(response: ServerResponse, type: string, cache: string, content: Uint8Array): void {
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Length': content.length,
    'Cache-Control': cache,
    'X-Content-Type-Options': 'nosniff',
  })
  response.end(content)
}
