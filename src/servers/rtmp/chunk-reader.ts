/**
 * Puts messages together from a client's chunks (RTMP 1.0 §5.3.1). Set chunk size and abort are obeyed here and
 * not passed on. Clients of this server only send commands, so messages and the number of unfinished ones are small.
 *
 *   chunk = basic header (fmt 2 bits, chunk stream id 6, 14 or 22 bits)
 *         + message header (fmt 0: 11 bytes, 1: 7, 2: 3, 3: none) + extended timestamp (0 or 4) + data
 */
import { ParseError } from '../../base/errors.ts'
import { MESSAGE } from './message.ts'

const SPEC = 'RTMP 1.0 §5.3.1'
/** Longest message of a client; its commands are far shorter. */
const MAX_MESSAGE_BYTES = 64 * 1024
const MAX_CHUNK_STREAMS = 16
const EXTENDED_TIMESTAMP = 0xffffff
const EMPTY = Buffer.alloc(0)
const MESSAGE_HEADER_BYTES = [11, 7, 3, 0] as const

/** A complete message of a client. */
export interface ReceivedMessage {
  readonly type: number
  readonly timestampMs: number
  readonly streamId: number
  readonly body: Buffer
}

/** What the chunks of one chunk stream have in common. */
interface ChunkStream {
  timestampMs: number
  /** Added when a message begins with a type 3 chunk. */
  deltaMs: number
  extended: boolean
  length: number
  type: number
  streamId: number
  /** The unfinished message, as long as needed for the chunks so far, and how much of it has come. */
  body: Buffer | undefined
  filled: number
}

export class ChunkReader {
  readonly #streams = new Map<number, ChunkStream>()
  #chunkSizeBytes = 128
  #rest: Buffer = Buffer.alloc(0)
  #offset = 0
  #unfinishedBytes = 0
  /** The chunk whose data is being read, and how much of it is missing. */
  #current: ChunkStream | undefined
  #missing = 0
  readonly #maxMessageBytes: number

  /** Unfinished messages may take the space of two of the longest. */
  constructor(maxMessageBytes = MAX_MESSAGE_BYTES) {
    this.#maxMessageBytes = maxMessageBytes
  }

  /** The messages that are complete now. Errors: ParseError; the connection is of no use then. */
  read(bytes: Uint8Array): ReceivedMessage[] {
    let input = Buffer.concat([this.#rest, bytes])
    const messages: ReceivedMessage[] = []
    for (;;) {
      const used =
        this.#current === undefined ? this.#readHeader(input, messages) : this.#readData(input, messages)
      if (used === 0) break
      this.#offset += used
      input = input.subarray(used)
    }
    this.#rest = input
    return messages
  }

  /** Returns the size of the header, 0 if it is not complete. */
  #readHeader(input: Buffer, messages: ReceivedMessage[]): number {
    if (input.length === 0) return 0
    const short = input.readUInt8(0) & 63
    const basicBytes = short > 1 ? 1 : short + 2
    const messageBytes = MESSAGE_HEADER_BYTES[(input.readUInt8(0) >> 6) as 0 | 1 | 2 | 3]
    if (input.length < basicBytes + messageBytes) return 0
    const id = short > 1 ? short : short === 0 ? input.readUInt8(1) + 64 : input.readUInt16LE(1) + 64
    const stream = this.#stream(id, messageBytes)
    const header = input.subarray(basicBytes, basicBytes + messageBytes)
    const timeField = messageBytes >= 3 ? header.readUIntBE(0, 3) : 0
    const extended = messageBytes >= 3 ? timeField === EXTENDED_TIMESTAMP : stream.extended
    const headBytes = basicBytes + messageBytes + (extended ? 4 : 0)
    if (input.length < headBytes) return 0
    const time = extended && messageBytes >= 3 ? input.readUInt32BE(headBytes - 4) : timeField
    if (messageBytes > 0 && stream.body !== undefined)
      throw this.#error('a message begins within another one')
    if (stream.body === undefined) this.#begin(stream, header, time, extended)
    this.#streams.set(id, stream)
    this.#missing = Math.min(this.#chunkSizeBytes, stream.length - stream.filled)
    stream.body = withRoom(stream.body!, stream.filled + this.#missing, stream.length)
    if (this.#missing > 0) this.#current = stream
    else this.#finish(stream, messages)
    return headBytes
  }

  #stream(id: number, messageHeaderBytes: number): ChunkStream {
    const known = this.#streams.get(id)
    if (known !== undefined) return known
    if (messageHeaderBytes !== 11) throw this.#error(`chunk stream ${id} does not begin with a full header`)
    if (this.#streams.size >= MAX_CHUNK_STREAMS)
      throw this.#error(`more than ${MAX_CHUNK_STREAMS} chunk streams`)
    return {
      timestampMs: 0,
      deltaMs: 0,
      extended: false,
      length: 0,
      type: 0,
      streamId: 0,
      body: undefined,
      filled: 0,
    }
  }

  #begin(stream: ChunkStream, header: Buffer, time: number, extended: boolean): void {
    if (header.length >= 3) stream.deltaMs = time
    stream.extended = extended
    stream.timestampMs = header.length === 11 ? time : (stream.timestampMs + stream.deltaMs) >>> 0
    if (header.length >= 7) {
      stream.length = header.readUIntBE(3, 3)
      stream.type = header.readUInt8(6)
    }
    if (header.length === 11) stream.streamId = header.readUInt32LE(7)
    this.#unfinishedBytes += stream.length
    if (stream.length > this.#maxMessageBytes)
      throw this.#error(`a message of ${stream.length} bytes is too long`)
    if (this.#unfinishedBytes > 2 * this.#maxMessageBytes) throw this.#error('too many unfinished messages')
    stream.body = EMPTY
    stream.filled = 0
  }

  /** Returns how many bytes were taken, 0 if none are there. */
  #readData(input: Buffer, messages: ReceivedMessage[]): number {
    const stream = this.#current!
    const taken = input.copy(stream.body!, stream.filled, 0, this.#missing)
    stream.filled += taken
    this.#missing -= taken
    if (this.#missing > 0) return taken
    this.#current = undefined
    if (stream.filled === stream.length) this.#finish(stream, messages)
    return taken
  }

  #finish(stream: ChunkStream, messages: ReceivedMessage[]): void {
    const { type, timestampMs, streamId } = stream
    const body = stream.body!
    this.#drop(stream)
    if (type === MESSAGE.setChunkSize) this.#setChunkSize(body)
    else if (type === MESSAGE.abort) this.#abort(body)
    else messages.push({ type, timestampMs, streamId, body })
  }

  /** RTMP 1.0 §5.4.1: at least 1, the first bit 0. */
  #setChunkSize(body: Buffer): void {
    const size = body.length === 4 ? body.readInt32BE() : 0
    if (size < 1) throw this.#error('set chunk size without a valid size')
    this.#chunkSizeBytes = size
  }

  /** RTMP 1.0 §5.4.2: what came of a message so far is thrown away. */
  #abort(body: Buffer): void {
    const stream = body.length === 4 ? this.#streams.get(body.readUInt32BE()) : undefined
    if (stream?.body !== undefined) this.#drop(stream)
  }

  #drop(stream: ChunkStream): void {
    stream.body = undefined
    this.#unfinishedBytes -= stream.length
  }

  #error(message: string): ParseError {
    return new ParseError(SPEC, message, this.#offset)
  }
}

/**
 * Grows a message with its chunks, at least twofold: a client that announces long messages and aborts them makes
 * the server clear no more memory than it sends bytes.
 */
function withRoom(body: Buffer, neededBytes: number, maxBytes: number): Buffer {
  if (body.length >= neededBytes) return body
  const larger = Buffer.alloc(Math.min(maxBytes, Math.max(neededBytes, 2 * body.length)))
  body.copy(larger)
  return larger
}
