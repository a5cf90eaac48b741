/** Where streams and pictures are. */
import type { StreamToken } from './encoder.ts'
import type { Call } from './operation.ts'

/** Without credentials: clients add their own (docs/design/rtsp.md). */
export function streamAddress(stream: StreamToken, { origin, rtspPort }: Call): string {
  return `rtsp://${new URL(origin).hostname}:${rtspPort()}/h264Preview_01_${stream}`
}

/** All that was recorded of a stream; the Range of PLAY says which. */
export function replayAddress(stream: StreamToken, { origin, rtspPort }: Call): string {
  return `rtsp://${new URL(origin).hostname}:${rtspPort()}/Playback_01_${stream}`
}

export function snapshotAddress(stream: StreamToken, { origin }: Call): string {
  return `${origin}/onvif/snapshot.jpg?stream=${stream}`
}
