/** From packets to the bytes of RTMP: the message bodies of FLV (RTMP 1.0 §7.1.3–7.1.5) in chunks. */
import { type FlvMessage, flvFormatMessages, flvMessage, flvTimestampMs } from '../../media/container/flv.ts'
import type { Framing } from '../../media/fan-out.ts'
import { writeChunks } from './chunk-writer.ts'
import { STREAM_ID } from './message.ts'

export const rtmpFraming: Framing = {
  opening: () => [],
  format: (format, pts90k) => flvFormatMessages(format, flvTimestampMs(pts90k)).flatMap(chunks),
  packet: (packet) => chunks(flvMessage(packet)),
}

function chunks(message: FlvMessage): Uint8Array[] {
  return writeChunks({ ...message, streamId: STREAM_ID })
}
