/**
 * Child process of the fan-out benchmark: the camera's stream and live view servers, fed in real time with a
 * recorded clip. Arguments: the FLV file, its shape as JSON of ClipOptions, and `camera` or `floor`. The floor is
 * the least that a Node program can do for HTTP-FLV: one socket.write of a shared Buffer per viewer and message.
 */
import { readFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net'
import { systemClock } from '../src/base/clock.ts'
import { createLog } from '../src/base/log.ts'
import type { Packet } from '../src/media/packet.ts'
import { Stream } from '../src/media/stream.ts'
import { type Clip, type ClipOptions, readClip, shifted } from '../src/media/test-clip.ts'
import { ViewerSlots } from '../src/media/viewer-slots.ts'
import { RESPONSE_HEAD } from '../src/servers/flv/connection.ts'
import { flvFraming } from '../src/servers/flv/from-stream.ts'
import { createFlvHandler } from '../src/servers/flv/server.ts'
import type { LiveViewOptions } from '../src/servers/live-view.ts'
import { createRtmpServer } from '../src/servers/rtmp/server.ts'
import { createRtspServer } from '../src/servers/rtsp/server.ts'

/** Everybody is let in: passwords are not what is measured. */
function serve(stream: Stream): Server[] {
  const viewer = {
    user: { name: 'admin', level: 'admin' },
    session: undefined,
    onEnd: () => () => {},
  } as const
  const options: LiveViewOptions = {
    streams: { find: () => stream },
    guard: { authenticate: async () => viewer, byToken: () => viewer },
    slots: new ViewerSlots(),
    mayView: () => true,
    log: createLog('warn'),
  }
  return [
    createServer({ noDelay: true }, createRtmpServer(options).handle),
    createHttpServer(createFlvHandler(options)),
    createServer({ noDelay: true }, createRtspServer(options).handle),
  ]
}

/** Calls `write` with the clip's packets when they are due, over and over; one timer per packet. */
function play({ packets, length90k }: Clip, write: (packet: Packet) => void): void {
  const startMs = performance.now()
  const next = (index: number, offset90k: number): void => {
    const packet = shifted(packets[index]!, offset90k)
    setTimeout(
      () => {
        write(packet)
        const last = index + 1 === packets.length
        next(last ? 0 : index + 1, last ? offset90k + length90k : offset90k)
      },
      Math.max(0, startMs + packet.dts90k / 90 - performance.now()),
    )
  }
  next(0, 0)
}

function serveCamera(clip: Clip): Server[] {
  const stream = new Stream('main', { wanted: () => {}, keyFrame: () => {} }, systemClock)
  stream.setFormat(clip.format)
  play(clip, (packet) => stream.write(packet))
  return serve(stream)
}

function serveFloor(clip: Clip): Server[] {
  const sockets = new Set<Socket>()
  let group: Uint8Array[] = []
  const server = createServer({ noDelay: true }, (socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('close', () => sockets.delete(socket))
    socket.once('data', () => {
      const opening = [
        RESPONSE_HEAD,
        ...flvFraming.opening(clip.format),
        ...flvFraming.format(clip.format, 0),
      ]
      socket.write(Buffer.concat([...opening, ...group]))
      sockets.add(socket)
    })
  })
  play(clip, (packet) => {
    const bytes = Buffer.concat(flvFraming.packet(packet))
    group = packet.isKey ? [bytes] : [...group, bytes]
    for (const socket of sockets) socket.write(bytes)
  })
  return [server, server]
}

const [file, shape, kind] = process.argv.slice(2)
const clip = readClip(readFileSync(file!), JSON.parse(shape!) as ClipOptions)
const [rtmp, http, rtsp] = kind === 'floor' ? serveFloor(clip) : serveCamera(clip)
if (rtmp !== http) await new Promise<void>((ready) => rtmp!.listen(0, '127.0.0.1', ready))
await new Promise<void>((ready) => http!.listen(0, '127.0.0.1', ready))
if (rtsp !== undefined) await new Promise<void>((ready) => rtsp.listen(0, '127.0.0.1', ready))
const portOf = (server: Server): number => (server.address() as AddressInfo).port
process.send?.({ rtmp: portOf(rtmp!), flv: portOf(http!), rtsp: rtsp && portOf(rtsp) })
process.on('disconnect', () => process.exit())
