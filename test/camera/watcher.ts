/** A viewer that decodes a live stream and remembers what it saw, picture by picture. */
import { type ChildProcess, spawn } from 'node:child_process'
import { until } from './kit.ts'

/** Seen pictures are scaled down to this. */
export const SEEN = { width: 64, height: 36 }
const LUMA_BYTES = SEEN.width * SEEN.height
const BYTES = (LUMA_BYTES * 3) / 2

export interface SeenPicture {
  /** When it came out of the decoder, monotonic. */
  readonly atMs: number
  /** Means of the planes. */
  readonly y: number
  readonly u: number
  readonly v: number
  readonly luma: Uint8Array
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
    const filter = `scale=${SEEN.width}:${SEEN.height}:flags=area,format=yuv420p`
    const args = [
      '-v',
      'error',
      ...quick,
      '-i',
      url,
      '-vf',
      filter,
      '-fps_mode',
      'passthrough',
      '-enc_time_base',
      '-1',
    ]
    this.#decoder = spawn('ffmpeg', [...args, '-f', 'rawvideo', '-flush_packets', '1', '-'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
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
      const picture = this.#rest.subarray(0, BYTES)
      this.#rest = this.#rest.subarray(BYTES)
      const chromaBytes = LUMA_BYTES / 4
      const luma = Uint8Array.from(picture.subarray(0, LUMA_BYTES))
      this.pictures.push({
        atMs: performance.now(),
        y: meanOf(luma),
        u: meanOf(picture.subarray(LUMA_BYTES, LUMA_BYTES + chromaBytes)),
        v: meanOf(picture.subarray(LUMA_BYTES + chromaBytes)),
        luma,
      })
    }
  }
}

function meanOf(bytes: Uint8Array): number {
  return bytes.reduce((sum, byte) => sum + byte, 0) / bytes.length
}
