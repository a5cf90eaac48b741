/** The unit of the data path: one coded picture or one coded audio frame. */

/** The three live streams of a channel (Guide §10: main 0, sub 1, extern 2). */
export const STREAM_NAMES = ['main', 'sub', 'ext'] as const
export type StreamName = (typeof STREAM_NAMES)[number]

export interface Packet {
  readonly track: 'video' | 'audio'
  /**
   * Video: one access unit of H.264 in AVC form, each NAL unit behind a 4-byte big-endian length
   * (ISO/IEC 14496-15 §5.3.4.2), without access unit delimiters. A key picture begins with its parameter
   * sets, which also stand in the format: those who copy a stream can decode it beyond a change.
   * Audio: one raw AAC frame without ADTS header (ISO/IEC 14496-3 §4.4.2).
   */
  readonly data: Uint8Array
  /** Presentation time in 1/90000 s on the channel's timeline: monotonic, continuous over engine restarts. */
  readonly pts90k: number
  /** Decoding time in 1/90000 s. Equals `pts90k` today: no B-frames are made. */
  readonly dts90k: number
  /** Video: an IDR picture. Audio: always false. */
  readonly isKey: boolean
  /** Camera's wall clock at capture, milliseconds since 1970. */
  readonly wallMs: number
}

export interface VideoFormat {
  readonly codec: 'h264'
  readonly width: number
  readonly height: number
  /** Nominal frames per second. */
  readonly frameRate: number
  /** Configured upper bit rate, kbit/s. */
  readonly rateKbps: number
  /** Sequence parameter set, NAL unit without start code (H.264 §7.3.2.1). */
  readonly sps: Uint8Array
  /** Picture parameter set, NAL unit without start code (H.264 §7.3.2.2). */
  readonly pps: Uint8Array
}

export interface AudioFormat {
  readonly codec: 'aac'
  readonly sampleRate: number
  readonly channels: number
  readonly rateKbps: number
  /** AudioSpecificConfig (ISO/IEC 14496-3 §1.6.2.1). */
  readonly config: Uint8Array
}

/** What a decoder must know before the first packet. A new format applies from the next key frame on. */
export interface StreamFormat {
  readonly video: VideoFormat
  readonly audio: AudioFormat | undefined
}
