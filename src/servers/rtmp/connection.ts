/** One RTMP connection: handshake, chunks, acknowledgements and deadlines. The commands are the session's. */
import type { Socket } from 'node:net'
import { messageOf, ParseError } from '../../base/errors.ts'
import type { FanOuts } from '../../media/fan-out.ts'
import type { LiveViewOptions } from '../live-view.ts'
import { ChunkReader, type ReceivedMessage } from './chunk-reader.ts'
import { writeChunks } from './chunk-writer.ts'
import { Handshake } from './handshake.ts'
import { controlMessage, MESSAGE } from './message.ts'
import { Session, type SessionPeer } from './session.ts'

/** From the first byte to the end of the handshake. */
const HANDSHAKE_MS = 10_000
/** From the beginning, or from the end of a stream, until one plays. */
const PLAY_MS = 15_000
/** For a peer to close after it was told goodbye. */
const GOODBYE_MS = 1_000

export class Connection implements SessionPeer {
  readonly socket: Socket
  readonly #options: LiveViewOptions
  readonly #session: Session
  readonly #chunks = new ChunkReader()
  #handshake: Handshake | undefined = new Handshake()
  #handshakeDeadline: NodeJS.Timeout
  #playDeadline: NodeJS.Timeout | undefined
  #ended = false
  #receivedBytes = 0
  #acknowledgedBytes = 0
  /** What the client wants acknowledged (RTMP 1.0 §5.4.4); 0 for nothing. */
  #windowBytes = 0

  constructor(socket: Socket, options: LiveViewOptions, fanOuts: FanOuts) {
    this.socket = socket
    this.#options = options
    this.#session = new Session(options, fanOuts, this)
    this.#handshakeDeadline = setTimeout(() => socket.destroy(), HANDSHAKE_MS)
    this.playing(false)
    socket.setNoDelay(true)
    // The listener logs it; this one keeps it from being thrown where there is none.
    socket.on('error', () => {})
    socket.on('data', (bytes) => this.#receive(bytes))
    socket.once('close', () => this.#closed())
  }

  playing(playing: boolean): void {
    clearTimeout(this.#playDeadline)
    if (playing || this.socket.destroyed) return
    this.#playDeadline = setTimeout(() => this.socket.destroy(), PLAY_MS)
  }

  end(): void {
    this.#ended = true
    this.#session.close()
    this.socket.end()
    clearTimeout(this.#playDeadline)
    this.#playDeadline = setTimeout(() => this.socket.destroy(), GOODBYE_MS)
  }

  /** Nothing thrown here may leave: it would end the process. */
  #receive(bytes: Buffer): void {
    if (this.#ended) return
    try {
      this.#read(bytes)
    } catch (error) {
      const { log } = this.#options
      if (error instanceof ParseError)
        log.debug({ reason: messageOf(error) }, 'RTMP client closed: protocol error')
      else log.error({ err: error }, 'RTMP client closed: internal error')
      this.socket.destroy()
    }
    // A client that asks and does not read its answers is not listened to until it does.
    if (this.socket.writableNeedDrain) {
      this.socket.pause()
      this.socket.once('drain', () => this.socket.resume())
    }
  }

  #read(bytes: Buffer): void {
    this.#receivedBytes += bytes.length
    let rest: Buffer | undefined = bytes
    if (this.#handshake !== undefined) {
      const result = this.#handshake.read(bytes)
      if (result.reply !== undefined) this.socket.write(result.reply)
      rest = result.rest
      if (rest === undefined) return
      this.#handshake = undefined
      clearTimeout(this.#handshakeDeadline)
    }
    for (const message of this.#chunks.read(rest)) {
      if (this.#ended) return
      this.#dispatch(message)
    }
    this.#acknowledge()
  }

  #dispatch(message: ReceivedMessage): void {
    const setsWindow = message.type === MESSAGE.windowAcknowledgementSize && message.body.length === 4
    if (setsWindow) this.#windowBytes = message.body.readUInt32BE()
    else this.#session.receive(message)
  }

  #acknowledge(): void {
    if (this.#windowBytes === 0 || this.#receivedBytes - this.#acknowledgedBytes < this.#windowBytes) return
    this.#acknowledgedBytes = this.#receivedBytes
    const message = controlMessage(MESSAGE.acknowledgement, this.#receivedBytes)
    this.socket.write(Buffer.concat(writeChunks(message)))
  }

  #closed(): void {
    clearTimeout(this.#handshakeDeadline)
    this.#session.close()
    clearTimeout(this.#playDeadline)
  }
}
