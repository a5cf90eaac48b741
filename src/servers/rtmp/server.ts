/** RTMP live view (RTMP 1.0, Guide §10): `rtmp://host/bcs/channel0_main.bcs?user=…&password=…` or `token=…`. */
import type { Socket } from 'node:net'
import { FanOuts } from '../../media/fan-out.ts'
import type { LiveViewOptions } from '../live-view.ts'
import { Connection } from './connection.ts'
import { rtmpFraming } from './from-stream.ts'

interface RtmpServer {
  /** Takes over a connection that was just accepted. Never throws. */
  handle(socket: Socket): void
}

export function createRtmpServer(options: LiveViewOptions): RtmpServer {
  const fanOuts = new FanOuts(rtmpFraming, options)
  return {
    handle: (socket) => {
      new Connection(socket, options, fanOuts)
    },
  }
}
