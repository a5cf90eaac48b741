/** What can be described and played over RTSP: a live stream, or recordings. */
import type { ViewerSocket } from '../../media/fan-out.ts'
import type { StreamFormat } from '../../media/packet.ts'
import type { Channels, TrackName, TrackStart } from './from-stream.ts'
import type { PlayWish } from './play-wish.ts'

/** What is being sent, until it is stopped. */
export interface Playing {
  /** For the viewer, when it ends without having been asked to: RTCP BYE of its tracks. */
  goodbye(): Uint8Array
  stop(): void
}

/** What the answer to PLAY tells. */
export interface PlayStart {
  /** Value of Range. */
  readonly range: string
  /** Empty if it is not known yet where the tracks begin. */
  readonly starts: readonly TrackStart[]
}

export interface Presentation {
  readonly name: string
  readonly format: StreamFormat
  /** Of the whole, for the description. */
  readonly range: string
  /** What ONVIF's search calls the tracks; live streams have no names. */
  readonly trackNames?: Readonly<Record<TrackName, string>>
  ssrcOf(track: TrackName): number
  /**
   * Begins to send. `greeting` makes what goes out first; `ended` is called when a recording has come to its end or was
   * stopped. Errors: CameraError `session-limit`; Refusal for a range that
   * cannot be played.
   */
  play(
    viewer: ViewerSocket,
    channels: Channels,
    wish: PlayWish,
    greeting: (start: PlayStart) => Uint8Array,
    ended: () => void,
  ): Playing
  /** Nobody wants it any more. */
  close(): void
}
