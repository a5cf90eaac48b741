/**
 * FLV (Adobe Flash Video File Format 10.1, annex E) for one H.264 and at most one AAC track. RTMP carries the
 * same message bodies under the same type numbers, so both protocols take them from here.
 */
import { writeAvcConfig } from '../codec/avc-config.ts'
import type { AudioFormat, Packet, StreamFormat } from '../packet.ts'
import { type AmfObject, writeAmf0, writeEcmaArray } from './amf0.ts'

/** TagType of FLV 10.1 §E.4.1, message type id of RTMP 1.0 §7.1. */
export const FLV_TYPE = { audio: 8, video: 9, script: 18 } as const

/** What FLV calls a tag without its header. */
export interface FlvMessage {
  readonly type: (typeof FLV_TYPE)[keyof typeof FLV_TYPE]
  /** 0..2^32-1, wraps after 49.7 days. */
  readonly timestampMs: number
  /** Pieces of the body in their order. */
  readonly body: readonly Uint8Array[]
}

/** FrameType and CodecID of FLV 10.1 §E.4.3.1: codec 7 is AVC. */
const AVC_KEY = 0x17
const AVC_INTER = 0x27
/** SoundFormat 10, and the rate, size and type that AAC always states (FLV 10.1 §E.4.2.1). */
const AAC = 0xaf
/** AVCPacketType (§E.4.3.2) and AACPacketType (§E.4.2.2). */
const SEQUENCE_HEADER = 0
const CODED_FRAME = 1

/** Milliseconds of FLV and RTMP for a time in 1/90000 s. */
export function flvTimestampMs(pts90k: number): number {
  return Math.round(pts90k / 90) >>> 0
}

/**
 * onMetaData and the sequence headers, these dated `timestampMs`. Quirk(FFmpeg): onMetaData with a time other
 * than 0 would become a text track.
 */
export function flvFormatMessages(format: StreamFormat, timestampMs: number): FlvMessage[] {
  const { video, audio } = format
  const messages: FlvMessage[] = [
    {
      type: FLV_TYPE.script,
      timestampMs: 0,
      body: [writeAmf0('onMetaData'), writeEcmaArray(metadata(format))],
    },
    { type: FLV_TYPE.video, timestampMs, body: [videoHead(true, SEQUENCE_HEADER, 0), writeAvcConfig(video)] },
  ]
  if (audio !== undefined) {
    messages.push({
      type: FLV_TYPE.audio,
      timestampMs,
      body: [Uint8Array.of(AAC, SEQUENCE_HEADER), audio.config],
    })
  }
  return messages
}

export function flvMessage(packet: Packet): FlvMessage {
  const timestampMs = flvTimestampMs(packet.dts90k)
  if (packet.track === 'audio') {
    return { type: FLV_TYPE.audio, timestampMs, body: [Uint8Array.of(AAC, CODED_FRAME), packet.data] }
  }
  const compositionMs = Math.round((packet.pts90k - packet.dts90k) / 90)
  const head = videoHead(packet.isKey, CODED_FRAME, compositionMs)
  return { type: FLV_TYPE.video, timestampMs, body: [head, packet.data] }
}

/** The file header and the first PreviousTagSize (FLV 10.1 §E.2, §E.3). */
export function flvFileHeader(hasAudio: boolean): Buffer {
  return Buffer.of(
    ...Buffer.from('FLV'), // Signature
    1, // Version
    hasAudio ? 0b101 : 0b001, // TypeFlagsAudio, TypeFlagsVideo
    ...[0, 0, 0, 9], // DataOffset
    ...[0, 0, 0, 0], // PreviousTagSize0
  )
}

/** A tag and its PreviousTagSize (FLV 10.1 §E.4.1), as pieces. */
export function flvTag(message: FlvMessage): Uint8Array[] {
  const bodyBytes = message.body.reduce((sum, piece) => sum + piece.length, 0)
  const head = Buffer.alloc(11)
  head.writeUInt8(message.type, 0)
  head.writeUIntBE(bodyBytes, 1, 3) // DataSize
  head.writeUIntBE(message.timestampMs & 0xffffff, 4, 3) // Timestamp
  head.writeUInt8(message.timestampMs >>> 24, 7) // TimestampExtended
  const previousTagSize = Buffer.alloc(4) // StreamID, the last field of the head, stays 0
  previousTagSize.writeUInt32BE(head.length + bodyBytes)
  return [head, ...message.body, previousTagSize]
}

/** FLV 10.1 §E.5. Quirk(go2rtc): the audio fields appear only where there is audio. */
function metadata({ video, audio }: StreamFormat): AmfObject {
  return {
    width: video.width,
    height: video.height,
    framerate: video.frameRate,
    videocodecid: 7,
    videodatarate: video.rateKbps,
    ...(audio === undefined ? {} : audioMetadata(audio)),
  }
}

function audioMetadata(audio: AudioFormat): AmfObject {
  return {
    audiocodecid: 10,
    audiodatarate: audio.rateKbps,
    audiosamplerate: audio.sampleRate,
    audiosamplesize: 16,
    stereo: audio.channels === 2,
  }
}

/** VideoTagHeader (FLV 10.1 §E.4.3.1). */
function videoHead(isKey: boolean, avcPacketType: number, compositionMs: number): Buffer {
  const head = Buffer.alloc(5)
  head.writeUInt8(isKey ? AVC_KEY : AVC_INTER, 0)
  head.writeUInt8(avcPacketType, 1)
  head.writeIntBE(compositionMs, 2, 3) // CompositionTime
  return head
}
