/** A cheap RTSP viewer over TCP for the fan-out benchmark: pictures with their times, without putting them together. */
import { readRtpPacket } from '../src/media/rtp/rtp-packet.ts'
import { RtspTestClient } from '../src/servers/rtsp/test-client.ts'

const NAL_TYPE = 0x1f
const IDR = 5
const FU_A = 28
const STAP_A = 24

/** A picture whose last packet has come. */
interface SeenPicture {
  readonly timestampMs: number
  readonly isKey: boolean
}

export class RtspViewer {
  readonly client: RtspTestClient
  #isKey = false

  /** `port` of the server, `url` of the stream. */
  constructor(port: number, url: string) {
    this.client = new RtspTestClient(port)
    this.client.play(url).catch(() => this.client.socket.destroy())
  }

  /** The pictures that have come since the last call. */
  take(): SeenPicture[] {
    const pictures: SeenPicture[] = []
    for (const { channel, data } of this.client.frames.splice(0)) {
      if (channel !== 0) continue
      const { header, payload } = readRtpPacket(data)
      if (beginsKey(payload)) this.#isKey = true
      if (!header.marker) continue
      pictures.push({ timestampMs: header.timestamp / 90, isKey: this.#isKey })
      this.#isKey = false
    }
    return pictures
  }
}

function beginsKey(payload: Buffer): boolean {
  const type = (payload[0] ?? 0) & NAL_TYPE
  if (type === FU_A) return ((payload[1] ?? 0) & NAL_TYPE) === IDR
  if (type !== STAP_A) return type === IDR
  for (let at = 1; at + 2 < payload.length; at += 2 + payload.readUInt16BE(at)) {
    if ((payload[at + 2]! & NAL_TYPE) === IDR) return true
  }
  return false
}
