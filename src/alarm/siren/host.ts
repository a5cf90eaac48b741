/** The siren on this machine's loudspeaker: raw samples for ALSA's player. */
import { type ChildProcess, spawn } from 'node:child_process'
import { inheritedEnvironment } from '../../base/environment.ts'
import type { SirenDriver } from './siren.ts'

const SAMPLE_RATE = 16_000
/** A second of it is repeated. */
const SECOND = secondOf([960, 770])
const SECOND_MS = 1000
/** Seconds given in advance: so long we may be busy. */
const LEAD = 2

interface HostSirenOptions {
  /** Takes the arguments of `aplay`. */
  readonly program: string
  /** Is told why nothing can be heard. */
  readonly failed: (reason: string) => void
}

export function hostSiren({ program, failed }: HostSirenOptions): SirenDriver {
  let player: ChildProcess | undefined
  return {
    start: () => {
      player ??= play(program, failed, (ended) => {
        if (player === ended) player = undefined
      })
    },
    stop: () => {
      player?.kill('SIGKILL')
      player = undefined
    },
  }
}

function play(
  program: string,
  failed: HostSirenOptions['failed'],
  onEnd: (player: ChildProcess) => void,
): ChildProcess {
  const format = ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', String(SAMPLE_RATE), '-c', '1', '-']
  const player = spawn(program, format, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: inheritedEnvironment(),
  })
  const { stdin } = player
  // By the clock, not as fast as it is taken: a device that swallows everything would keep us writing for ever.
  const feeding = setInterval(() => {
    if (stdin?.writable && stdin.writableLength < LEAD * SECOND.length) stdin.write(SECOND)
  }, SECOND_MS)
  let complaint = ''
  player.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-300)
  })
  player.once('error', (error) => {
    clearInterval(feeding)
    failed(error.message)
    onEnd(player)
  })
  player.once('exit', (code, signal) => {
    clearInterval(feeding)
    if (signal !== 'SIGKILL')
      failed(complaint.trim().split('\n').at(-1) || `${program} ended with ${signal ?? code}`)
    onEnd(player)
  })
  // A player that is gone is told by its exit.
  stdin?.on('error', () => undefined)
  for (let second = 0; second < LEAD; second += 1) stdin?.write(SECOND)
  return player
}

function secondOf([high, low]: readonly [number, number]): Buffer {
  const samples = Int16Array.from({ length: SAMPLE_RATE }, (_, at) => {
    const tone = at < SAMPLE_RATE / 2 ? high : low
    return Math.round(Math.sin((2 * Math.PI * tone * at) / SAMPLE_RATE) * 0.9 * 0x7fff)
  })
  return Buffer.from(samples.buffer)
}
