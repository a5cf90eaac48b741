/**
 * The commands of one RTMP client (RTMP 1.0 §7.2). Live view is played, nothing is taken: a client that
 * publishes is told so and closed. Pausing and seeking mean nothing for a live picture and are passed over.
 */
import type { Socket } from 'node:net'
import { CameraError, type ErrorKind, ParseError } from '../../base/errors.ts'
import { type AmfObject, type AmfValue, readAmf0, writeAmf0 } from '../../media/container/amf0.ts'
import type { FanOuts } from '../../media/fan-out.ts'
import { type LiveViewOptions, noPlace, openLiveView } from '../live-view.ts'
import type { ReceivedMessage } from './chunk-reader.ts'
import { CHUNK_SIZE_BYTES, writeChunks } from './chunk-writer.ts'
import {
  commandMessage,
  controlMessage,
  MESSAGE,
  type Message,
  STREAM_ID,
  USER_CONTROL,
  userControlMessage,
} from './message.ts'
import { parsePlayUrl } from './play-url.ts'

/** Bytes a client may leave unacknowledged; acknowledgements are not waited for. */
const WINDOW_BYTES = 5_000_000
/** Limit type 2, dynamic (RTMP 1.0 §5.4.5). */
const DYNAMIC = 2
/** Longest application, tcUrl and play name; those of real clients stay far below. */
const MAX_TEXT_BYTES = 2048
/** Calls that publishers and some players make first and that have nothing to do here. */
const GRANTED = new Set(['releaseStream', 'FCPublish', 'FCUnpublish', '_checkbw'])
/** Sent although they make no sense for live pictures; no answer is expected. */
const PASSED_OVER = new Set(['pause', 'pauseRaw', 'seek', 'receiveAudio', 'receiveVideo', 'FCUnsubscribe'])

/** NetStream code of an error; NetStream.Play.Failed for those not listed. */
const PLAY_CODE: Partial<Record<ErrorKind, string>> = { 'not-exist': 'NetStream.Play.StreamNotFound' }

/** What a session does to its connection. */
export interface SessionPeer {
  readonly socket: Socket
  /** Says goodbye: what was sent goes out, then the connection ends. */
  end(): void
  /** A stream is playing (true) or not any more. */
  playing(playing: boolean): void
}

export class Session {
  readonly #options: LiveViewOptions
  readonly #fanOuts: FanOuts
  readonly #peer: SessionPeer
  #app = ''
  #tcUrl = ''
  #connected = false
  /** Counted up by all that makes a running `play` obsolete. */
  #attempt = 0
  #leave: (() => void) | undefined

  constructor(options: LiveViewOptions, fanOuts: FanOuts, peer: SessionPeer) {
    this.#options = options
    this.#fanOuts = fanOuts
    this.#peer = peer
  }

  /** Errors: ParseError for what breaks the protocol. */
  receive(message: ReceivedMessage): void {
    const { type, body } = message
    if (type === MESSAGE.command) this.#command(readAmf0(body))
    else if (type === MESSAGE.commandAmf3) this.#command(readAmf0(body.subarray(1)))
    else if (type === MESSAGE.userControl) this.#userControl(body)
    else if (type === MESSAGE.audio || type === MESSAGE.video) {
      throw new ParseError('RTMP 1.0 §7.1', 'media was sent to a camera')
    }
  }

  /** The connection is gone. */
  close(): void {
    this.#attempt += 1
    this.#leave?.()
    this.#leave = undefined
  }

  #command(values: readonly AmfValue[]): void {
    const [name, transaction, object, argument] = values
    if (typeof name !== 'string' || typeof transaction !== 'number') {
      throw new ParseError('RTMP 1.0 §7.2', 'a command without name and transaction')
    }
    if (name === 'connect') this.#connect(transaction, object)
    else if (!this.#connected) throw new ParseError('RTMP 1.0 §7.2.1.1', `${printable(name)} before connect`)
    else this.#call(name, transaction, argument)
  }

  #call(name: string, transaction: number, argument: AmfValue): void {
    switch (name) {
      case 'createStream':
        this.#result(transaction, STREAM_ID)
        break
      case 'play':
        this.#play(argument)
        break
      case 'publish':
        this.#publish()
        break
      case 'closeStream':
      case 'deleteStream':
        this.#stop()
        break
      case 'getStreamLength':
        this.#result(transaction, 0)
        break
      case 'FCSubscribe':
        this.#send(commandMessage(0, 'onFCSubscribe', 0, null, status('NetStream.Play.Start', 'subscribed')))
        break
      default:
        this.#otherCall(name, transaction)
    }
  }

  #otherCall(name: string, transaction: number): void {
    if (GRANTED.has(name)) this.#result(transaction, undefined)
    else if (!PASSED_OVER.has(name) && transaction !== 0) {
      const info = status('NetConnection.Call.Failed', 'there is no such call', 'error')
      this.#send(commandMessage(0, '_error', transaction, null, info))
    }
  }

  #result(transaction: number, value: AmfValue): void {
    this.#send(commandMessage(0, '_result', transaction, null, value))
  }

  #connect(transaction: number, object: AmfValue): void {
    const { app, tcUrl } = isObject(object) ? object : {}
    this.#app = textOf(app)
    this.#tcUrl = textOf(tcUrl)
    this.#connected = true
    const properties = { fmsVer: 'FMS/3,0,1,123', capabilities: 31 }
    const info = { ...status('NetConnection.Connect.Success', 'connected'), objectEncoding: 0 }
    this.#send(
      controlMessage(MESSAGE.windowAcknowledgementSize, WINDOW_BYTES),
      controlMessage(MESSAGE.setPeerBandwidth, WINDOW_BYTES, DYNAMIC),
      controlMessage(MESSAGE.setChunkSize, CHUNK_SIZE_BYTES),
      commandMessage(0, '_result', transaction, properties, info),
    )
  }

  /** Replaces what is playing. */
  #play(argument: AmfValue): void {
    const name = textOf(argument)
    this.#stop()
    const attempt = this.#attempt
    this.#start(attempt, name).catch((error: unknown) => {
      // Another play or the end of the connection has taken its place.
      if (attempt === this.#attempt) this.#fail(error)
    })
  }

  async #start(attempt: number, name: string): Promise<void> {
    const { socket } = this.#peer
    const { credentials, request } = parsePlayUrl(this.#tcUrl, this.#app, name)
    const { stream, principal } = await openLiveView(this.#options, socket, credentials, request)
    if (attempt !== this.#attempt) return
    const greeting = Buffer.concat(playStart(name).flatMap((message) => writeChunks(message)))
    const leave = this.#fanOuts.of(stream).add(socket, greeting)
    if (leave === undefined) throw noPlace()
    const forget = principal.onEnd(() => socket.destroy())
    this.#peer.playing(true)
    this.#leave = () => {
      forget()
      leave()
      this.#peer.playing(false)
    }
  }

  #stop(): void {
    const played = this.#leave !== undefined
    this.close()
    if (played) this.#send(userControlMessage(USER_CONTROL.streamEof, STREAM_ID))
  }

  #fail(error: unknown): void {
    const expected = error instanceof CameraError
    if (!expected) this.#options.log.error({ err: error }, 'an RTMP play failed')
    const code = (expected && PLAY_CODE[error.kind]) || 'NetStream.Play.Failed'
    const text = expected ? error.message : 'internal error'
    this.#refuse(code, text)
  }

  #publish(): void {
    this.#options.log.debug('an RTMP client tried to publish')
    this.#refuse('NetStream.Publish.Denied', 'this camera does not take streams')
  }

  #refuse(code: string, text: string): void {
    this.#send(commandMessage(STREAM_ID, 'onStatus', 0, null, status(code, text, 'error')))
    this.#peer.end()
  }

  /** RTMP 1.0 §7.1.7: only a ping asks for an answer. */
  #userControl(body: Buffer): void {
    if (body.length < 6 || body.readUInt16BE() !== USER_CONTROL.pingRequest) return
    this.#send(userControlMessage(USER_CONTROL.pingResponse, body.readUInt32BE(2)))
  }

  #send(...messages: readonly Message[]): void {
    const { socket } = this.#peer
    if (socket.writable) socket.write(Buffer.concat(messages.flatMap((message) => writeChunks(message))))
  }
}

/** What precedes the pictures (RTMP 1.0 §7.2.2.1). Quirk(Flash Player): |RtmpSampleAccess lets it show them. */
function playStart(name: string): Message[] {
  const details = { details: printable(name.split('?', 1)[0]!) }
  const reset = { ...status('NetStream.Play.Reset', 'playing and resetting'), ...details }
  const start = { ...status('NetStream.Play.Start', 'started playing'), ...details }
  return [
    userControlMessage(USER_CONTROL.streamBegin, STREAM_ID),
    commandMessage(STREAM_ID, 'onStatus', 0, null, reset),
    commandMessage(STREAM_ID, 'onStatus', 0, null, start),
    {
      type: MESSAGE.data,
      timestampMs: 0,
      streamId: STREAM_ID,
      body: [writeAmf0('|RtmpSampleAccess', true, true)],
    },
  ]
}

function status(code: string, description: string, level: 'status' | 'error' = 'status'): AmfObject {
  return { level, code, description }
}

function isObject(value: AmfValue): value is AmfObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}

/** Empty for what is no text. Errors: ParseError for one that is too long. */
function textOf(value: AmfValue): string {
  if (typeof value !== 'string') return ''
  if (Buffer.byteLength(value) > MAX_TEXT_BYTES)
    throw new ParseError('RTMP 1.0 §7.2', `a name or URL of more than ${MAX_TEXT_BYTES} bytes`)
  return value
}

/** A client's text, short and without control characters. */
function printable(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '?').slice(0, 64)
}
