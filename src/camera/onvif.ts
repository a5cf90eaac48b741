/** The camera's ONVIF server, composed. */
import type { Socket } from 'node:net'
import type { Parts } from '../api/parts.ts'
import { systemClock } from '../base/clock.ts'
import { systemTimers } from '../base/timers.ts'
import type { Config } from '../config/schema.ts'
import type { LiveChannel } from '../engine/live-channel.ts'
import { endpointOf, scopesOf } from '../servers/onvif/device.ts'
import { Discovery } from '../servers/onvif/discovery.ts'
import { createOnvifServer, type OnvifServer } from '../servers/onvif/server.ts'

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

/** Being found on the local network; a list of one, or of none while it is switched off. `port`: that of ONVIF. */
export function createDiscovery(config: Config, parts: Parts, port: () => number): Discovery[] {
  if (config.onvif === 'no' || config.onvifDiscovery === 'no') return []
  const { access, device, log } = parts
  const discovery = new Discovery({
    endpoint: endpointOf(device),
    scopes: () => scopesOf(parts),
    // Until there is a password nothing is open to those who look for it.
    port: () => (access.users.hasAdminPassword() ? port() : 0),
    nowMs: () => systemClock.monotonicMs(),
    log,
  })
  return [discovery]
}
