/**
 * The media port: a login, and a push whenever motion begins or ends, which is what home automation keeps a connection
 * for (docs/design/media-port.md). Left out: live pictures, settings and everything else that HTTP gives.
 */
import type { Socket } from 'node:net'
import type { EventListener } from '../../alarm/event.ts'
import { Connection } from './connection.ts'
import type { MediaPortOptions } from './options.ts'

/** Logged in at the same time. */
const MAX_LISTENERS = 100

export interface MediaPortServer {
  /** Takes over a connection that was just accepted. Never throws. */
  handle(socket: Socket): void
  /** To be told of every event. */
  readonly listener: EventListener
}

export function createMediaPortServer(options: MediaPortOptions): MediaPortServer {
  const connections = new Set<Connection>()
  const room = {
    take: (connection: Connection) => {
      if (connections.size >= MAX_LISTENERS) return false
      connections.add(connection)
      return true
    },
    leave: (connection: Connection) => void connections.delete(connection),
  }
  const tell = (channel: number, isMotion: boolean) => {
    for (const connection of connections) connection.push([{ channel, isMotion }])
  }
  return {
    handle: (socket) => void new Connection(socket, options, room),
    listener: {
      began: ({ kind, channel }) => kind === 'motion' && tell(channel, true),
      ended: ({ kind, channel }) => kind === 'motion' && tell(channel, false),
    },
  }
}
