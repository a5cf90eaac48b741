/** Small made-up packets for tests that need no decoder. */
import type { Packet, StreamFormat } from './packet.ts'

/** A picture of `bytes` bytes, number `index` of a stream of 15 pictures a second. */
export function picture(index: number, isKey = false, bytes = 20): Packet {
  const pts90k = index * 6000
  return { track: 'video', data: new Uint8Array(bytes).fill(index), pts90k, dts90k: pts90k, isKey, wallMs: 0 }
}

/** A piece of sound at that time. */
export function sound(pts90k: number): Packet {
  return { track: 'audio', data: Uint8Array.of(1, 2, 3), pts90k, dts90k: pts90k, isKey: false, wallMs: 0 }
}

/** 1280x720, H.264 Main; with AAC-LC of 16 kHz mono if asked for. */
export function sampleFormat(
  options: { audio?: boolean; width?: number; height?: number } = {},
): StreamFormat {
  const { audio = false, width = 1280, height = 720 } = options
  return {
    video: {
      codec: 'h264',
      width,
      height,
      frameRate: 15,
      rateKbps: 2048,
      sps: Uint8Array.of(0x67, 77, 0, 31, 1, 2),
      pps: Uint8Array.of(0x68, 3, 4),
    },
    audio: audio
      ? { codec: 'aac', sampleRate: 16_000, channels: 1, rateKbps: 32, config: Uint8Array.of(0x14, 0x08) }
      : undefined,
  }
}
