/** The way to a live stream, the same for every protocol: who asks, whether they may, whether it exists. */
import type { Socket } from 'node:net'
import type { Credentials, Guard, Principal } from '../auth/types.ts'
import { plainAddress } from '../base/address.ts'
import { CameraError } from '../base/errors.ts'
import type { FanOutOptions } from '../media/fan-out.ts'
import type { Stream, StreamDirectory } from '../media/stream.ts'
import type { StreamRequest } from './stream-request.ts'

/** What the live view servers share. */
export interface LiveViewOptions extends FanOutOptions {
  readonly streams: StreamDirectory
  readonly guard: Guard
  /** The right to watch (Guide §9, ability `live`). */
  mayView(principal: Principal): boolean
  /** Called when a connection has shown who it is, for those who count strangers. */
  authenticated?(socket: Socket): void
}

/**
 * Lets somebody in and finds what they asked for. Errors: those of `Guard.authenticate`, then CameraError
 * `forbidden`, then `not-exist`, so that strangers learn nothing about the streams.
 */
export async function openLiveView(
  options: LiveViewOptions,
  socket: Socket,
  credentials: Credentials,
  request: StreamRequest | undefined,
): Promise<{ stream: Stream; principal: Principal }> {
  const principal = await options.guard.authenticate(credentials, plainAddress(socket.remoteAddress))
  return { stream: findLiveView(options, socket, principal, request), principal }
}

/** The stream, for somebody who has been let in. Errors: CameraError `forbidden`, then `not-exist`. */
export function findLiveView(
  options: LiveViewOptions,
  socket: Socket,
  principal: Principal,
  request: StreamRequest | undefined,
): Stream {
  if (!options.mayView(principal)) throw new CameraError('forbidden', 'this user may not watch live view')
  const stream = request && options.streams.find(request.channel, request.name)
  if (stream === undefined) throw new CameraError('not-exist', 'there is no such stream')
  options.authenticated?.(socket)
  return stream
}

/** The answer when every viewer's place is taken. */
export function noPlace(): CameraError {
  return new CameraError('session-limit', 'the camera serves no more viewers at present')
}
