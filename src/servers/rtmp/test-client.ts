/** A small RTMP player for tests and the benchmark: both handshakes, commands, and the messages that come back. */
import { createHmac, randomBytes } from 'node:crypto'
import { connect, type Socket } from 'node:net'
import { type AmfValue, readAmf0 } from '../../media/container/amf0.ts'
import { ChunkReader, type ReceivedMessage } from './chunk-reader.ts'
import { writeChunks } from './chunk-writer.ts'
import { commandMessage, MESSAGE, type Message } from './message.ts'

const HANDSHAKE_BYTES = 1 + 2 * 1536

interface TestClientOptions {
  readonly port: number
  /** The handshake with digest in place of the simple one. */
  readonly digest?: boolean
}

/** C1 with its digest in the first place (offset 12 + sum % 728), as a Flash player of version 9 sends it. */
export function digestC1(): Buffer {
  const c1 = Buffer.concat([Buffer.alloc(4), Buffer.of(9, 0, 124, 2), randomBytes(1528)])
  const offset = 12 + ((c1[8]! + c1[9]! + c1[10]! + c1[11]!) % 728)
  const digest = createHmac('sha256', 'Genuine Adobe Flash Player 001')
  digest.update(c1.subarray(0, offset)).update(c1.subarray(offset + 32))
  digest.digest().copy(c1, offset)
  return c1
}

export class TestClient {
  readonly socket: Socket
  /** All that was received and not yet taken by `next`. */
  readonly messages: ReceivedMessage[] = []
  readonly #reader = new ChunkReader(16 * 1024 * 1024)
  #handshake: Buffer = Buffer.alloc(0)
  /** What is to be sent, until the handshake is over. */
  #waiting: Buffer[] | undefined = []
  /** Tells the one who waits in `next` that something happened. */
  #wake = (): void => {}

  constructor(options: TestClientOptions) {
    this.socket = connect(options.port, '127.0.0.1')
    const c1 = options.digest ? digestC1() : Buffer.concat([Buffer.alloc(8), randomBytes(1528)])
    this.socket.write(Buffer.concat([Buffer.of(3), c1]))
    this.socket.on('error', () => {})
    this.socket.on('data', (bytes) => {
      this.#receive(bytes)
      this.#wake()
    })
    this.socket.on('end', () => this.#wake())
    this.socket.on('close', () => this.#wake())
  }

  /** S0, S1 and S2. */
  get handshake(): Buffer {
    return this.#handshake.subarray(0, HANDSHAKE_BYTES)
  }

  /** Goes out behind the handshake. */
  send(message: Message): void {
    const bytes = Buffer.concat(writeChunks(message, 128))
    if (this.#waiting === undefined) this.socket.write(bytes)
    else this.#waiting.push(bytes)
  }

  command(...values: readonly AmfValue[]): void {
    this.send(commandMessage(0, ...values))
  }

  /** Connects and plays as players do, without waiting for the answers. */
  play(app: string, name: string): void {
    this.command('connect', 1, { app, tcUrl: `rtmp://127.0.0.1/${app}` })
    this.command('createStream', 2, null)
    this.command('play', 3, null, name)
  }

  /** The next message that fits. Rejects when the connection ends before it comes. */
  async next(fits: (message: ReceivedMessage) => boolean): Promise<ReceivedMessage> {
    for (;;) {
      while (this.messages.length > 0) {
        const message = this.messages.shift()!
        if (fits(message)) return message
      }
      if (this.socket.destroyed || this.socket.readableEnded) throw new Error('the connection ended')
      await new Promise<void>((resolve) => {
        this.#wake = resolve
      })
    }
  }

  /** The values of the next command of that name. */
  async answer(name: string): Promise<AmfValue[]> {
    const isIt = ({ type, body }: ReceivedMessage) => type === MESSAGE.command && readAmf0(body)[0] === name
    return readAmf0((await this.next(isIt)).body)
  }

  #receive(bytes: Buffer): void {
    if (this.#handshake.length >= HANDSHAKE_BYTES) {
      this.messages.push(...this.#reader.read(bytes))
      return
    }
    this.#handshake = Buffer.concat([this.#handshake, bytes])
    if (this.#handshake.length < HANDSHAKE_BYTES) return
    this.socket.write(Buffer.concat([this.#handshake.subarray(1, 1 + 1536), ...(this.#waiting ?? [])]))
    this.#waiting = undefined
    this.messages.push(...this.#reader.read(this.#handshake.subarray(HANDSHAKE_BYTES)))
  }
}
