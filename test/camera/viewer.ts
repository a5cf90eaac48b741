/** A minimal HTTP-FLV client for measurements: it looks at tag headers only (FLV 10.1 §E.4). */
import { get } from 'node:http'

const FILE_HEADER = 9
const TAG_HEADER = 11
const PREVIOUS_TAG_SIZE = 4
const VIDEO_TAG = 9
/** Key frame, AVC, NAL units: first two bytes of a video tag's body. */
const KEY_FRAME_NALS = 0x1701

/** Milliseconds from connecting until the whole first key frame has arrived. */
export function measureJoin(url: string): Promise<number> {
  return new Promise((resolve, reject) => {
    const started = performance.now()
    const request = get(url, { agent: false }, (response) => {
      let bytes = Buffer.alloc(0)
      response.on('data', (chunk: Buffer) => {
        bytes = Buffer.concat([bytes, chunk])
        if (!holdsKeyFrame(bytes)) return
        resolve(performance.now() - started)
        request.destroy()
      })
      response.once('end', () => reject(new Error(`the stream ended: ${response.statusCode}`)))
    })
    request.once('error', reject)
    request.setTimeout(10_000, () => request.destroy(new Error('no key frame in time')))
  })
}

function holdsKeyFrame(bytes: Buffer): boolean {
  let offset = FILE_HEADER + PREVIOUS_TAG_SIZE
  while (offset + TAG_HEADER <= bytes.length) {
    const size = bytes.readUIntBE(offset + 1, 3)
    const body = offset + TAG_HEADER
    if (body + size > bytes.length) return false
    if (bytes[offset] === VIDEO_TAG && bytes.readUInt16BE(body) === KEY_FRAME_NALS) return true
    offset = body + size + PREVIOUS_TAG_SIZE
  }
  return false
}
