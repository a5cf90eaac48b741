/** The siren on this machine's loudspeaker: raw samples for ALSA's player. */
import { type ChildProcess, spawn } from 'node:child_process'
import { inheritedEnvironment } from '../../base/environment.ts'
import type { Log } from '../../base/log.ts'
import type { SirenDriver } from './siren.ts'

const SAMPLE_RATE = 16_000
/** A second of it is repeated. */
const SECOND = secondOf([960, 770])

interface HostSirenOptions {
  /** Takes the arguments of `aplay`. */
  readonly program: string
  readonly log: Log
}

export function hostSiren({ program, log }: HostSirenOptions): SirenDriver {
  let player: ChildProcess | undefined
  return {
    start: () => {
      player ??= play(program, log, (ended) => {
        if (player === ended) player = undefined
      })
    },
    stop: () => {
      player?.kill('SIGKILL')
      player = undefined
    },
  }
}

function play(program: string, log: Log, onEnd: (player: ChildProcess) => void): ChildProcess {
  const format = ['-q', '-t', 'raw', '-f', 'S16_LE', '-r', String(SAMPLE_RATE), '-c', '1', '-']
  const player = spawn(program, format, {
    stdio: ['pipe', 'ignore', 'pipe'],
    env: inheritedEnvironment(),
  })
  let complaint = ''
  player.stderr?.on('data', (chunk: Buffer) => {
    complaint = (complaint + chunk.toString()).slice(-300)
  })
  player.once('error', (error) => {
    log.error({ reason: error.message }, 'the siren cannot be heard')
    onEnd(player)
  })
  player.once('exit', (code, signal) => {
    if (signal !== 'SIGKILL')
      log.error({ code, reason: complaint.trim() }, 'the player of the siren has ended')
    onEnd(player)
  })
  const { stdin } = player
  // A player that is gone is told by its exit.
  stdin?.on('error', () => undefined)
  const feed = () => {
    while (stdin?.writable && stdin.write(SECOND));
  }
  stdin?.on('drain', feed)
  feed()
  return player
}

function secondOf([high, low]: readonly [number, number]): Buffer {
  const samples = Int16Array.from({ length: SAMPLE_RATE }, (_, at) => {
    const tone = at < SAMPLE_RATE / 2 ? high : low
    return Math.round(Math.sin((2 * Math.PI * tone * at) / SAMPLE_RATE) * 0.9 * 0x7fff)
  })
  return Buffer.from(samples.buffer)
}
