/**
 * `node bench/recorder.ts`: what recording costs. The same camera with and without recording in turn, on a noisy picture that
 * takes the 2 Mbit/s that main is set to; the difference of all processes but the engine, and what the recorder process has written, from /proc. Beside
 * it FFmpeg, which copies the same stream into files.
 */
import { execFileSync, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { BUSY } from '../src/engine/test-busy-clip.ts'
import { PASSWORD, startCamera } from '../test/camera/kit.ts'
import { commandLineOf, cpuMs, treeOf } from './process-cost.ts'
import { median } from './statistics.ts'

const SECONDS = 15
const ROUNDS = 3
const CLIP = join(mkdtempSync(join(tmpdir(), 'vedette-clip-')), 'noisy.mp4')

/** Ten seconds, which are played in a loop. */
function makeClip(): void {
  const picture = ['-f', 'lavfi', '-i', `testsrc2=s=1280x720:r=15:d=10,${BUSY}`]
  const coding = ['-c:v', 'libx264', '-preset', 'ultrafast', '-crf', '20', '-pix_fmt', 'yuv420p']
  execFileSync('ffmpeg', ['-v', 'error', ...picture, ...coding, CLIP])
}

/** Bytes that a process has sent to the disk. */
function writtenBytes(pid: number): number {
  return Number(/^write_bytes: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

/** Bytes that it has given to write calls. */
function givenBytes(pid: number): number {
  return Number(/^wchar: (\d+)/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

interface Cost {
  readonly camera: number
  readonly recorder: number
  readonly written: number
  readonly given: number
  readonly ffmpeg: number
}

/** Percent of a core, and bytes per second. */
async function measure(isRecording: boolean): Promise<Cost> {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-bench-'))
  const camera = await startCamera({
    dataDir,
    args: ['--source', `file:${CLIP}`, '--log-level', 'warn'],
  })
  try {
    const mainStream = { size: '720P', frameRate: 15, bitRate: 2048 }
    await camera.one({ cmd: 'SetEnc', param: { Enc: { channel: 0, mainStream } } })
    const schedule = { enable: isRecording ? 1 : 0 }
    await camera.one({ cmd: 'SetRec', param: { Rec: { channel: 0, schedule } } })
    const url = `${camera.url('/flv')}?port=1935&app=bcs&stream=channel0_main.bcs&user=admin&password=${PASSWORD}`
    const files = join(dataDir, 'ff%03d.mp4')
    const segment = ['-f', 'segment', '-segment_time', '300', '-reset_timestamps', '1', '-an', files]
    const copy = isRecording ? ['-v', 'error', '-i', url, '-c', 'copy', ...segment] : undefined
    await sleep(4000)
    const pid = (text: string) =>
      treeOf(camera.process.pid!).find((one) => commandLineOf(one).includes(text))!
    const [main, recorder] = [pid('camera-process'), pid('recorder/process')]
    const before = {
      main: cpuMs(main),
      recorder: cpuMs(recorder),
      written: writtenBytes(recorder),
      given: givenBytes(recorder),
    }
    await sleep(SECONDS * 1000)
    const percent = (ms: number) => ms / SECONDS / 10
    const cost = {
      camera: percent(cpuMs(main) - before.main),
      recorder: percent(cpuMs(recorder) - before.recorder),
      written: (writtenBytes(recorder) - before.written) / SECONDS,
      given: (givenBytes(recorder) - before.given) / SECONDS,
    }
    return { ...cost, ffmpeg: copy === undefined ? 0 : percent(await costOf(copy)) }
  } finally {
    await camera.stop()
  }
}

/** Processor time of FFmpeg while it runs for so long, once it has begun. */
async function costOf(args: readonly string[]): Promise<number> {
  const child = spawn('ffmpeg', args, { stdio: 'ignore' })
  await sleep(3000)
  const before = cpuMs(child.pid!)
  await sleep(SECONDS * 1000)
  const spent = cpuMs(child.pid!) - before
  child.kill('SIGTERM')
  return spent
}

makeClip()
const runs: { on: Cost; off: Cost }[] = []
for (let round = 0; round < ROUNDS; round += 1)
  runs.push({ off: await measure(false), on: await measure(true) })
const mid = (pick: (run: { on: Cost; off: Cost }) => number) => median(runs.map(pick))
const list = (pick: (run: { on: Cost; off: Cost }) => number) =>
  runs.map((run) => pick(run).toFixed(2)).join(', ')
console.log(
  `recorder process: ${mid(({ on, off }) => on.recorder - off.recorder).toFixed(2)} % (${list(({ on, off }) => on.recorder - off.recorder)})`,
)
console.log(
  `camera process, more than without: ${mid(({ on, off }) => on.camera - off.camera).toFixed(2)} % (${list(({ on, off }) => on.camera - off.camera)})`,
)
console.log(
  `ffmpeg -c copy -f segment, main only: ${mid(({ on }) => on.ffmpeg).toFixed(2)} % (${list(({ on }) => on.ffmpeg)})`,
)
console.log(
  `recorder, given to write: ${(mid(({ on }) => on.given) / 1000).toFixed(0)} kB/s; to the disk: ${(mid(({ on }) => on.written) / 1000).toFixed(0)} kB/s (${list(({ on }) => on.written / 1000)})`,
)
