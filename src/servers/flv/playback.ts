/**
 * Recordings over HTTP-FLV, in the time in which they happened: `GET /flv?…&stream=playback.bcs&start=NAME&seek=SECONDS`.
 */
import type { IncomingMessage, ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Guard, Principal } from '../../auth/types.ts'
import { plainAddress } from '../../base/address.ts'
import { CameraError } from '../../base/errors.ts'
import type { Packet, StreamFormat } from '../../media/packet.ts'
import { drained } from '../drained.ts'
import { credentialsOf, type Query } from '../query.ts'
import { flvFraming } from './from-stream.ts'

export const PLAYBACK_STREAM = 'playback.bcs'
/** A viewer that takes nothing for so long is let go. */
const STALL_MS = 10_000

/** A recording that is open. */
export interface Replay {
  readonly format: StreamFormat
  /** From the last key picture on that is not behind that time. */
  packets(fromMs: number): AsyncIterable<Packet>
  close(): Promise<void>
}

export interface PlaybackOptions {
  readonly guard: Guard
  /** The right to replay (Guide §9, ability `recReplay`). */
  mayReplay(principal: Principal): boolean
  /** Undefined if there is no such recording. */
  open(name: string): Promise<Replay | undefined>
}

/** Errors: those of `Guard.authenticate`, CameraError `forbidden`, `not-exist`, `bad-value`; then nothing has been sent. */
export async function servePlayback(
  options: PlaybackOptions,
  query: Query,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { guard, mayReplay, open } = options
  const principal = await guard.authenticate(credentialsOf(query), plainAddress(request.socket.remoteAddress))
  if (!mayReplay(principal)) throw new CameraError('forbidden', 'this user may not replay recordings')
  const seconds = Number(query.get('seek') || 0)
  if (!(seconds >= 0)) throw new CameraError('bad-value', 'seek must be a number of seconds')
  const replay = await open(query.get('start') ?? '')
  if (replay === undefined) throw new CameraError('not-exist', 'there is no such recording')
  const ended = new AbortController()
  const end = () => ended.abort()
  const forget = principal.onEnd(() => response.destroy())
  response.once('close', end)
  try {
    await play(replay, seconds * 1000, response, ended.signal)
  } finally {
    forget()
    await replay.close()
  }
}

async function play(
  replay: Replay,
  fromMs: number,
  response: ServerResponse,
  signal: AbortSignal,
): Promise<void> {
  const { format } = replay
  response.writeHead(200, {
    'Content-Type': 'video/x-flv',
    'Cache-Control': 'no-cache',
    'X-Content-Type-Options': 'nosniff',
    Connection: 'close',
  })
  response.setTimeout(STALL_MS, () => {
    if (response.writableLength > 0) response.destroy()
  })
  let begun: { readonly pts90k: number; readonly atMs: number } | undefined
  for await (const packet of replay.packets(fromMs)) {
    if (begun === undefined) {
      begun = { pts90k: packet.pts90k, atMs: performance.now() }
      const head = [...flvFraming.opening(format), ...flvFraming.format(format, packet.pts90k)]
      response.write(Buffer.concat(head))
    }
    const earlyMs = begun.atMs + (packet.pts90k - begun.pts90k) / 90 - performance.now()
    if (earlyMs > 1) await sleep(earlyMs, undefined, { signal }).catch(() => undefined)
    if (signal.aborted) return
    if (!response.write(Buffer.concat(flvFraming.packet(packet)))) await drained(response)
    if (signal.aborted) return
  }
  response.end()
}
