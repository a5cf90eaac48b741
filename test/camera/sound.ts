/** The sound of a stream as it comes, and which tone is in it. */
import { spawn } from 'node:child_process'

const RATE = 16_000
/** A tenth of a second: whole periods of 960 Hz. */
const WINDOW = RATE / 10

export interface Listener {
  /** Share of a tenth of a second's energy that lies at `hertz`, for each so far, and when that came. */
  windows(hertz: number): { readonly atMs: number; readonly share: number }[]
  stop(): void
}

/** Decodes the stream's sound with FFmpeg while it comes. */
export function listenTo(url: string): Listener {
  const quick = ['-fflags', 'nobuffer', '-analyzeduration', '1000000']
  const plain = ['-vn', '-ac', '1', '-ar', String(RATE), '-f', 's16le', '-flush_packets', '1', 'pipe:1']
  const child = spawn('ffmpeg', ['-v', 'error', ...quick, '-i', url, ...plain], {
    stdio: ['ignore', 'pipe', 'ignore'],
  })
  const heard: { atMs: number; samples: Int16Array }[] = []
  let rest = Buffer.alloc(0)
  child.stdout.on('data', (chunk: Buffer) => {
    rest = Buffer.concat([rest, chunk])
    for (; rest.length >= WINDOW * 2; rest = rest.subarray(WINDOW * 2)) {
      const samples = new Int16Array(Uint8Array.from(rest.subarray(0, WINDOW * 2)).buffer)
      heard.push({ atMs: Date.now(), samples })
    }
  })
  return {
    windows: (hertz) => heard.map(({ atMs, samples }) => ({ atMs, share: shareOf(samples, hertz) })),
    stop: () => child.kill('SIGKILL'),
  }
}

/** Goertzel's filter: 1 is nothing but this tone, 0 none of it. */
function shareOf(samples: Int16Array, hertz: number): number {
  const factor = 2 * Math.cos((2 * Math.PI * hertz) / RATE)
  let [last, before, energy] = [0, 0, 0]
  for (const sample of samples) {
    const next = sample + factor * last - before
    before = last
    last = next
    energy += sample * sample
  }
  if (energy === 0) return 0
  return (last * last + before * before - factor * last * before) / (energy * (samples.length / 2))
}
