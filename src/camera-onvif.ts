/** The camera's ONVIF server, composed. */
import type { Socket } from 'node:net'
import type { Parts } from './api/parts.ts'
import { systemClock } from './base/clock.ts'
import { systemTimers } from './base/timers.ts'
import type { Config } from './config/schema.ts'
import type { LiveChannel } from './engine/live-channel.ts'
import { createOnvifServer, type OnvifServer } from './servers/onvif/server.ts'

interface Surroundings {
  readonly rtspPort: () => number
  /** Tells that a connection belongs to somebody who has logged in. */
  readonly authenticated: (socket: Socket) => void
}

/** Undefined if it is switched off. */
export function createOnvif(
  config: Config,
  parts: Parts,
  live: LiveChannel,
  surroundings: Surroundings,
): OnvifServer | undefined {
  if (config.onvif === 'no') return undefined
  const { clock, access } = parts
  return createOnvifServer({
    ...surroundings,
    parts,
    timers: systemTimers,
    guard: access.guard,
    isOpen: () => access.users.hasAdminPassword(),
    clock: { wallMs: () => clock.wallMs(), monotonicMs: () => systemClock.monotonicMs() },
    requestKeyFrame: (stream) => live.stream(stream).requestKeyFrame(),
  })
}
