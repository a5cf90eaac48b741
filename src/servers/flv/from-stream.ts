/** From packets to the bytes of HTTP-FLV: tags of FLV 10.1 annex E, with the file header for each new viewer. */
import {
  flvFileHeader,
  flvFormatMessages,
  flvMessage,
  flvTag,
  flvTimestampMs,
} from '../../media/container/flv.ts'
import type { Framing } from '../../media/fan-out.ts'

export const flvFraming: Framing = {
  opening: (format) => [flvFileHeader(format.audio !== undefined)],
  format: (format, pts90k) => flvFormatMessages(format, flvTimestampMs(pts90k)).flatMap(flvTag),
  packet: (packet) => flvTag(flvMessage(packet)),
}
