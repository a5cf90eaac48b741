/** The fan-outs of RTSP: one for each stream and choice of interleaved channels. */
import { randomBytes } from 'node:crypto'
import { FanOut, type FanOutOptions } from '../../media/fan-out.ts'
import { randomIdentity } from '../../media/rtp/track-sender.ts'
import type { Stream } from '../../media/stream.ts'
import { type Channels, type Identities, RtspFraming } from './from-stream.ts'

export interface RtspFanOut {
  readonly fanOut: FanOut
  readonly framing: RtspFraming
}

interface OfStream {
  readonly identities: Identities
  readonly byChannels: Map<string, RtspFanOut>
}

export class RtspFanOuts {
  readonly #options: FanOutOptions
  readonly #streams = new Map<Stream, OfStream>()
  /** Says nothing about the camera (RFC 7022). */
  readonly cname = randomBytes(12).toString('base64url')

  constructor(options: FanOutOptions) {
    this.#options = options
  }

  /** SSRC and time offset of the tracks, which do not depend on the channels. */
  identitiesOf(stream: Stream): Identities {
    return this.#ofStream(stream).identities
  }

  of(stream: Stream, channels: Channels): RtspFanOut {
    const { identities, byChannels } = this.#ofStream(stream)
    const key = `${channels.video} ${channels.audio}`
    let found = byChannels.get(key)
    if (found === undefined) {
      const framing = new RtspFraming(channels, identities, this.cname)
      found = { framing, fanOut: new FanOut(stream, framing, this.#options) }
      byChannels.set(key, found)
    }
    return found
  }

  #ofStream(stream: Stream): OfStream {
    let found = this.#streams.get(stream)
    if (found === undefined) {
      found = { identities: { video: randomIdentity(), audio: randomIdentity() }, byChannels: new Map() }
      this.#streams.set(stream, found)
    }
    return found
  }
}
