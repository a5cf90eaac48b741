/** Live view servers on free loopback ports, with one stream and made-up users, for tests. */
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import type { Credentials, Guard, Principal } from '../auth/types.ts'
import { systemClock } from '../base/clock.ts'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { Stream } from '../media/stream.ts'
import { ViewerSlots } from '../media/viewer-slots.ts'
import { createFlvHandler } from './flv/server.ts'
import { createRtmpServer } from './rtmp/server.ts'
import type { RtspOptions } from './rtsp/options.ts'
import { createRtspServer } from './rtsp/server.ts'

export interface TestRig {
  /** Channel 0, main; no other stream exists. */
  readonly stream: Stream
  readonly slots: ViewerSlots
  readonly rtmpPort: number
  readonly rtspPort: number
  readonly httpPort: number
  /** What the guard was shown, in order. */
  readonly shown: Credentials[]
  /** Ends all sessions, as a logout does. */
  endSessions(): void
  /** Closes everything. */
  [Symbol.asyncDispose](): Promise<void>
}

/**
 * Lets in the token `good`, the user `admin` with the password `a+b c/d`, and `guest`, who may not watch, with
 * the same password.
 */
export async function startRig(options: Partial<RtspOptions> = {}): Promise<TestRig> {
  const stream = new Stream('main', { wanted: () => {}, keyFrame: () => {} }, systemClock)
  const shown: Credentials[] = []
  const endListeners = new Set<() => void>()
  const slots = options.slots ?? new ViewerSlots()
  const live: RtspOptions = {
    streams: { find: (channel, name) => (channel === 0 && name === 'main' ? stream : undefined) },
    guard: guardOf(shown, endListeners),
    slots,
    log: silentLog,
    mayView: ({ user }) => user.level === 'admin',
    ...options,
  }
  const sockets = new Set<Socket>()
  const rtmp = await listening(createServer(createRtmpServer(live).handle), sockets)
  const rtsp = await listening(createServer(createRtspServer(live).handle), sockets)
  const http = await listening(createHttpServer(createFlvHandler(live)), sockets)
  return {
    stream,
    slots,
    rtmpPort: (rtmp.address() as AddressInfo).port,
    rtspPort: (rtsp.address() as AddressInfo).port,
    httpPort: (http.address() as AddressInfo).port,
    shown,
    endSessions: () => {
      for (const listener of endListeners) listener()
    },
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await Promise.all([rtmp, rtsp, http].map((server) => new Promise((closed) => server.close(closed))))
    },
  }
}

function guardOf(shown: Credentials[], endListeners: Set<() => void>): Guard {
  const principal = (name: string): Principal => ({
    user: { name, level: name === 'admin' ? 'admin' : 'guest' },
    session: undefined,
    onEnd: (listener) => {
      endListeners.add(listener)
      return () => endListeners.delete(listener)
    },
  })
  return {
    authenticate: async (credentials) => {
      shown.push(credentials)
      if (credentials.token === 'good') return principal('admin')
      if (credentials.user === undefined) throw new CameraError('login-required', 'please login first')
      if (!credentials.passwords?.includes('a+b c/d'))
        throw new CameraError('login-failed', 'wrong user or password')
      return principal(credentials.user)
    },
    byToken: () => undefined,
  }
}

async function listening<S extends Server>(server: S, sockets: Set<Socket>): Promise<S> {
  server.on('connection', (socket: Socket) => sockets.add(socket))
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  return server
}
