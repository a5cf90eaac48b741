/** A live stream over RTSP. */
import { CameraError } from '../../base/errors.ts'
import type { StreamFormat } from '../../media/packet.ts'
import type { Stream } from '../../media/stream.ts'
import { noPlace } from '../live-view.ts'
import type { RtspFanOuts } from './fan-outs.ts'
import type { Presentation } from './presentation.ts'
import { Refusal } from './response.ts'

/** For the engine to begin with a stream that nobody wanted. */
const FORMAT_MS = 5000
const RANGE = 'npt=now-'

/** Waits until the stream is known. It is encoded until `close`. Errors: CameraError `timeout`. */
export async function openLive(stream: Stream, fanOuts: RtspFanOuts): Promise<Presentation> {
  const release = stream.hold()
  try {
    await formatOf(stream)
  } catch (error) {
    release()
    throw error
  }
  const identities = fanOuts.identitiesOf(stream)
  return {
    name: 'Vedette live view',
    get format() {
      return stream.format!
    },
    range: RANGE,
    ssrcOf: (track) => identities[track].ssrc,
    play: (viewer, channels, { range }, greeting) => {
      requireLive(range)
      const { fanOut, framing } = fanOuts.of(stream, channels)
      const stop = fanOut.add(viewer, () =>
        greeting({ range: RANGE, starts: fanOut.hasGroup ? framing.starts : [] }),
      )
      if (stop === undefined) throw noPlace()
      return { stop, goodbye: () => framing.goodbye() }
    },
    close: release,
  }
}

/** Quirk(FFmpeg, VLC): they ask for `npt=0.000-`. Times of day are for recordings. */
function requireLive(range: string | undefined): void {
  if (range !== undefined && !/^npt\s*=/i.test(range)) throw new Refusal(457)
}

function formatOf(stream: Stream): Promise<StreamFormat> {
  if (stream.format !== undefined) return Promise.resolve(stream.format)
  return new Promise((resolve, reject) => {
    const found = (format: StreamFormat): void => {
      clearTimeout(timer)
      // The stream is still going through its readers.
      queueMicrotask(leave)
      resolve(format)
    }
    const leave = stream.join({ format: found, packet: () => undefined })
    const timer = setTimeout(() => {
      leave()
      reject(new CameraError('timeout', 'the stream did not begin'))
    }, FORMAT_MS)
  })
}
