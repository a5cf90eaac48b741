/**
 * Child process of the fan-out benchmark: many cheap viewers. Each is parsed up to its first key frame, which
 * gives the time to join; after that a sample is parsed on, to see that no frame is missing, and of the others
 * only bytes are counted. Gets a Load as argument, sends `joined`, measures until told `stop`, sends a LoadResult.
 */
import { get } from 'node:http'
import { connect } from 'node:net'
import type { Readable } from 'node:stream'
import { setTimeout as pause } from 'node:timers/promises'
import { FLV_TYPE } from '../src/media/container/flv.ts'
import { FlvReader } from '../src/media/container/flv-reader.ts'
import { TestClient } from '../src/servers/rtmp/test-client.ts'
import { RtspViewer } from './rtsp-viewer.ts'

export interface Load {
  readonly protocol: 'rtmp' | 'flv' | 'rtsp'
  readonly port: number
  /** RTMP: application and name; FLV: path and query; RTSP: path. */
  readonly app: string
  readonly name: string
  readonly viewers: number
  /** Also one viewer that never reads. */
  readonly stalled: boolean
}

export interface LoadResult {
  /** Milliseconds from the start of the connection to the last byte of the first key frame. */
  readonly joinMs: readonly number[]
  /** Received in the measured time by each viewer. */
  readonly bytes: readonly number[]
  /** Pictures missing between the first and the last that the sample saw. */
  readonly missingFrames: number
  readonly closed: number
}

/** A message of FLV or RTMP: the same types and bodies. */
interface Media {
  readonly type: number
  readonly timestampMs: number
  readonly body: Buffer
}

const SAMPLE = 8
/** The first viewers, while this program is still being compiled, say nothing about the time to join. */
const WARM_UP = 5
const JOIN_EVERY_MS = 8
const STEP_MS = 1000 / 15

class Viewer {
  joinMs: number | undefined
  bytes = 0
  missingFrames = 0
  closed = false
  readonly #sampled: boolean
  readonly #startMs = performance.now()
  #lastMs: number | undefined

  constructor(sampled: boolean) {
    this.#sampled = sampled
  }

  /** True while the bytes shall be parsed. */
  get parses(): boolean {
    return this.#sampled || this.joinMs === undefined
  }

  take({ type, timestampMs, body }: Media): void {
    if (type !== FLV_TYPE.video || body[1] !== 1) return
    this.see(timestampMs, body.readUInt8(0) >> 4 === 1)
  }

  /** A whole picture has come. */
  see(timestampMs: number, isKey: boolean): void {
    if (this.joinMs === undefined && isKey) this.joinMs = performance.now() - this.#startMs
    if (this.#lastMs !== undefined)
      this.missingFrames += Math.max(0, Math.round((timestampMs - this.#lastMs) / STEP_MS) - 1)
    this.#lastMs = timestampMs
  }
}

function watchRtmp({ port, app, name }: Load, viewer: Viewer): void {
  const client = new TestClient({ port })
  client.play(app, name)
  client.socket.on('data', (bytes: Buffer) => {
    viewer.bytes += bytes.length
    for (const message of client.messages.splice(0)) viewer.take(message)
    if (!viewer.parses) countOnly(client.socket, viewer)
  })
  client.socket.on('close', () => (viewer.closed = true))
}

function watchFlv({ port, name }: Load, viewer: Viewer): void {
  const request = get({ port, path: name, agent: false }, (response) => {
    const reader = new FlvReader()
    response.on('data', (bytes: Buffer) => {
      viewer.bytes += bytes.length
      for (const tag of reader.read(bytes)) viewer.take(tag)
      if (!viewer.parses) countOnly(response, viewer)
    })
    response.on('close', () => (viewer.closed = true))
    response.on('error', () => {})
  })
  request.on('error', () => (viewer.closed = true))
}

function watchRtsp({ port, name }: Load, viewer: Viewer): void {
  const watched = new RtspViewer(port, `rtsp://127.0.0.1:${port}${name}`)
  const { socket } = watched.client
  socket.on('data', (bytes: Buffer) => {
    viewer.bytes += bytes.length
    for (const { timestampMs, isKey } of watched.take()) viewer.see(timestampMs, isKey)
    if (!viewer.parses) countOnly(socket, viewer)
  })
  socket.on('close', () => (viewer.closed = true))
}

function countOnly(input: Readable, viewer: Viewer): void {
  input.removeAllListeners('data')
  input.on('data', (bytes: Buffer) => (viewer.bytes += bytes.length))
}

/** Asks for the stream and never reads an answer. */
function stall(load: Load): void {
  if (load.protocol === 'rtmp') {
    const client = new TestClient({ port: load.port })
    client.play(load.app, load.name)
    client.socket.once('data', () => setTimeout(() => client.socket.pause(), 20))
    return
  }
  if (load.protocol === 'rtsp') {
    const { client } = new RtspViewer(load.port, `rtsp://127.0.0.1:${load.port}${load.name}`)
    client.socket.on('data', () => {
      if (client.frames.length > 0) client.socket.pause()
    })
    return
  }
  const socket = connect(load.port, '127.0.0.1')
  socket.on('error', () => {})
  socket.write(`GET ${load.name} HTTP/1.1\r\nHost: camera\r\n\r\n`)
}

const load = JSON.parse(process.argv[2]!) as Load
if (load.stalled) stall(load)
const viewers: Viewer[] = []
for (let index = 0; index < load.viewers; index += 1) {
  const viewer = new Viewer(index < SAMPLE)
  viewers.push(viewer)
  if (load.protocol === 'rtmp') watchRtmp(load, viewer)
  else if (load.protocol === 'rtsp') watchRtsp(load, viewer)
  else watchFlv(load, viewer)
  await pause(JOIN_EVERY_MS)
}
while (viewers.some(({ joinMs, closed }) => joinMs === undefined && !closed)) await pause(20)
await pause(500)
const before = viewers.map(({ bytes }) => bytes)
process.send?.('joined')
process.on('message', () => {
  const result: LoadResult = {
    joinMs: viewers.slice(WARM_UP).map(({ joinMs }) => joinMs ?? Number.POSITIVE_INFINITY),
    bytes: viewers.map(({ bytes }, index) => bytes - before[index]!),
    missingFrames: viewers.reduce((sum, viewer) => sum + viewer.missingFrames, 0),
    closed: viewers.filter(({ closed }) => closed).length,
  }
  process.send?.(result, () => process.exit())
})
process.on('disconnect', () => process.exit())
