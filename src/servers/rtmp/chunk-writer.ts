/**
 * Cuts messages into chunks (RTMP 1.0 §5.3.1). Every message starts with a type 0 header, so that its bytes do
 * not depend on what was sent before and serve any session.
 */
import { MESSAGE, type Message } from './message.ts'

/**
 * Chunk size announced to viewers. Pictures fit into one chunk, nearly always; some clients reserve a
 * buffer of this size, and one of them takes no more than 10 MiB.
 */
export const CHUNK_SIZE_BYTES = 1024 * 1024

/** From here on the time stands in the extended field (RTMP 1.0 §5.3.1.3). */
const EXTENDED_TIMESTAMP = 0xffffff

/** Chunk stream ids (RTMP 1.0 §5.3.1.1): 2 belongs to protocol control, the others are our choice. */
const CHUNK_STREAM_OF = new Map<number, number>([
  [MESSAGE.command, 3],
  [MESSAGE.audio, 4],
  [MESSAGE.data, 5],
  [MESSAGE.video, 6],
])

/** The chunks of a message, as pieces to be sent in this order. */
export function writeChunks(message: Message, chunkSizeBytes = CHUNK_SIZE_BYTES): Uint8Array[] {
  const bodyBytes = message.body.reduce((sum, piece) => sum + piece.length, 0)
  const chunkStreamId = CHUNK_STREAM_OF.get(message.type) ?? 2
  const head = messageHeader(message, chunkStreamId, bodyBytes)
  if (bodyBytes <= chunkSizeBytes) return [head, ...message.body]
  const body = Buffer.concat(message.body)
  const chunks: Uint8Array[] = [head, body.subarray(0, chunkSizeBytes)]
  const continuation = Buffer.concat([Buffer.of(0xc0 | chunkStreamId), extendedTimestamp(message)])
  for (let offset = chunkSizeBytes; offset < bodyBytes; offset += chunkSizeBytes) {
    chunks.push(continuation, body.subarray(offset, offset + chunkSizeBytes))
  }
  return chunks
}

/** Type 0 (RTMP 1.0 §5.3.1.2.1). */
function messageHeader(message: Message, chunkStreamId: number, bodyBytes: number): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt8(chunkStreamId, 0) // fmt 0, chunk stream id
  head.writeUIntBE(Math.min(message.timestampMs, EXTENDED_TIMESTAMP), 1, 3) // timestamp
  head.writeUIntBE(bodyBytes, 4, 3) // message length
  head.writeUInt8(message.type, 7) // message type id
  head.writeUInt32LE(message.streamId, 8) // message stream id
  return Buffer.concat([head, extendedTimestamp(message)])
}

function extendedTimestamp({ timestampMs }: Message): Buffer {
  if (timestampMs < EXTENDED_TIMESTAMP) return Buffer.alloc(0)
  const extended = Buffer.alloc(4)
  extended.writeUInt32BE(timestampMs)
  return extended
}
