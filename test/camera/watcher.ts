/** A viewer that decodes a live stream and remembers what it saw, picture by picture. */
import { type ChildProcess, spawn } from 'node:child_process'
import { run, until } from './kit.ts'

/** Seen pictures are scaled down to this; below them stands a detail of the same size that is not. */
export const SEEN = { width: 64, height: 36 }
const LUMA_BYTES = SEEN.width * SEEN.height
const CHROMA_BYTES = LUMA_BYTES / 2
const BYTES = 2 * (LUMA_BYTES + CHROMA_BYTES)
/** In the levels of video, also what comes from JPEG. The detail is tiles of a roof of the street. */
const FILTER = [
  'scale=out_range=tv,format=yuv420p,split[a][b]',
  `[a]scale=${SEEN.width}:${SEEN.height}:flags=area[whole]`,
  `[b]crop=${SEEN.width}:${SEEN.height}:iw/32:ih*5/32[detail]`,
  '[whole][detail]vstack,format=yuv420p',
].join(';')
const OUTPUT = ['-f', 'rawvideo', '-flush_packets', '1', '-']

export interface SeenPicture {
  /** When it came out of the decoder, monotonic. */
  readonly atMs: number
  /** Means of the planes. */
  readonly y: number
  readonly u: number
  readonly v: number
  readonly luma: Uint8Array
  /** Mean distance of the chroma from grey. */
  readonly colour: number
  /** Mean square of the difference of neighbours in the detail: sharpness and noise. */
  readonly roughness: number
}

export class Watcher {
  readonly pictures: SeenPicture[] = []
  complaints = ''
  readonly #decoder: ChildProcess
  #rest = Buffer.alloc(0)

  constructor(url: string) {
    const quick = [
      '-fflags',
      'nobuffer',
      '-flags',
      'low_delay',
      '-threads',
      '1',
      '-analyzeduration',
      '100000',
    ]
    const timing = ['-fps_mode', 'passthrough', '-enc_time_base', '-1']
    const args = ['-v', 'error', ...quick, '-i', url, '-vf', FILTER, ...timing, ...OUTPUT]
    this.#decoder = spawn('ffmpeg', args, { stdio: ['ignore', 'pipe', 'pipe'] })
    this.#decoder.stdout!.on('data', (chunk: Buffer) => this.#take(chunk))
    this.#decoder.stderr!.on('data', (chunk: Buffer) => {
      this.complaints += chunk.toString()
    })
  }

  get last(): SeenPicture | undefined {
    return this.pictures.at(-1)
  }

  /** The first picture from now on that passes, or an error after `limitMs`. */
  async see(what: string, passes: (picture: SeenPicture) => boolean, limitMs = 5000): Promise<SeenPicture> {
    let next = this.pictures.length
    return await until(
      what,
      () => {
        while (next < this.pictures.length) {
          const picture = this.pictures[next]!
          next += 1
          if (passes(picture)) return picture
        }
        return undefined
      },
      limitMs,
    )
  }

  /** Two pictures from now, so that what was sent before is through. */
  async settle(pictures = 4): Promise<SeenPicture> {
    const count = this.pictures.length
    return await until('pictures', () => (this.pictures.length >= count + pictures ? this.last : undefined))
  }

  stop(): void {
    this.#decoder.kill('SIGKILL')
  }

  #take(chunk: Buffer): void {
    this.#rest = Buffer.concat([this.#rest, chunk])
    while (this.#rest.length >= BYTES) {
      this.pictures.push(seenIn(this.#rest.subarray(0, BYTES)))
      this.#rest = this.#rest.subarray(BYTES)
    }
  }
}

/** A photograph, looked at in the same way. */
export async function seenInJpeg(jpeg: Uint8Array): Promise<SeenPicture> {
  const args = ['-v', 'error', '-f', 'mjpeg', '-i', '-', '-vf', FILTER, ...OUTPUT]
  return seenIn((await run('ffmpeg', args, jpeg)).stdout)
}

/** Planes of which the upper half is the whole and the lower half the detail. */
function seenIn(picture: Buffer): SeenPicture {
  const luma = Uint8Array.from(picture.subarray(0, LUMA_BYTES))
  const detail = picture.subarray(LUMA_BYTES, 2 * LUMA_BYTES)
  const [u, v] = [0, CHROMA_BYTES].map((from) => {
    const begin = 2 * LUMA_BYTES + from
    return Uint8Array.from(picture.subarray(begin, begin + CHROMA_BYTES / 2))
  }) as [Uint8Array, Uint8Array]
  return {
    atMs: performance.now(),
    y: meanOf(luma),
    u: meanOf(u),
    v: meanOf(v),
    luma,
    colour: meanOf([...u, ...v].map((value) => Math.abs(value - 128))),
    roughness: meanOf([...detail.subarray(1)].map((value, at) => (value - detail[at]!) ** 2)),
  }
}

function meanOf(values: ArrayLike<number>): number {
  let sum = 0
  for (let at = 0; at < values.length; at += 1) sum += values[at]!
  return sum / values.length
}
