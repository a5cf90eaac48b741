/**
 * Keeps one camera process alive: restarts it after a crash and for Reboot, ends with it for Shutdown.
 * Imports next to nothing, because this process lives as long as the camera and should cost little.
 * See docs/design/processes.md.
 */
import { type ChildProcess, fork } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Clock } from './base/clock.ts'
import type { CameraMessage, SupervisorMessage } from './camera-process.ts'
import type { Config } from './config/schema.ts'
import type { SupervisorLog } from './supervisor-log.ts'

export interface SupervisorOptions {
  readonly config: Config
  /** Path of the module that runs as camera process. */
  readonly program: string
  readonly environment: Readonly<Record<string, string | undefined>>
  readonly clock: Clock
  readonly log: SupervisorLog
  /** Gets the sentence of a start that failed. */
  readonly complain: (sentence: string) => void
  /** Called each time the camera is ready. */
  readonly ready: () => void
  /** Waiting times before the first, second … restart after a crash; the last one repeats. */
  readonly restartDelaysMs?: readonly number[]
  /** After this time without a crash the waiting times begin anew. */
  readonly healthyMs?: number
  /** How long a camera that was told to stop may take before it is killed. */
  readonly stopMs?: number
}

const RESTART_DELAYS_MS = [0, 1000, 2000, 4000, 8000, 16_000, 30_000]
const HEALTHY_MS = 60_000
/** 3000 (promised for SIGTERM) - 500 (for the ends of two processes). */
const STOP_MS = 2500

/** How one camera process ended. */
interface End {
  readonly asked: 'reboot' | 'shutdown' | undefined
  /** Undefined if it never became ready. */
  readonly readyMonotonicMs: number | undefined
  /** A sentence that says why, for an end nobody asked for. */
  readonly why: string
}

export class Supervisor {
  readonly #options: SupervisorOptions
  readonly #stopping = new AbortController()
  #child: ChildProcess | undefined

  constructor(options: SupervisorOptions) {
    this.#options = options
  }

  /** Runs cameras until there is no reason for another; resolves to the exit code. Never rejects. */
  async run(): Promise<number> {
    let hasBeenReady = false
    let crashes = 0
    for (;;) {
      const end = await this.#runCamera()
      if (this.#stopping.signal.aborted || end.asked === 'shutdown') return 0
      hasBeenReady ||= end.readyMonotonicMs !== undefined
      if (!hasBeenReady) {
        this.#options.complain(end.why)
        return 1
      }
      if (end.asked === 'reboot') {
        this.#options.log('info', 'the camera restarts as it was asked to')
        continue
      }
      if (this.#wasHealthy(end)) crashes = 0
      await this.#waitAfterCrash(crashes, end.why)
      if (this.#stopping.signal.aborted) return 0
      crashes += 1
    }
  }

  /** Ends the camera, then `run`. May be called twice: a Ctrl-C comes from the terminal and from npm. */
  stop(): void {
    if (this.#stopping.signal.aborted) return
    this.#stopping.abort()
    if (this.#child) this.#stopChild(this.#child)
  }

  #runCamera(): Promise<End> {
    const { program, environment, config, clock, ready } = this.#options
    // Its own process group: a Ctrl-C in the terminal reaches only the supervisor, and the engines that a
    // killed camera leaves behind can be swept away together.
    const child = fork(program, { detached: true, env: { ...environment } })
    this.#child = child
    let asked: End['asked']
    let readyMonotonicMs: number | undefined
    let failure: string | undefined

    child.on('message', (message: CameraMessage) => {
      if (message.type === 'ready') {
        readyMonotonicMs = clock.monotonicMs()
        ready()
      } else if (message.type === 'failed') failure = message.message
      else {
        asked = message.type
        this.#stopChild(child)
      }
    })
    send(child, { type: 'start', config })

    return new Promise((resolve) => {
      const settle = (why: string) => {
        killGroup(child)
        this.#child = undefined
        resolve({ asked, readyMonotonicMs, why: failure ?? why })
      }
      child.once('error', (error) => {
        if (child.pid === undefined) settle(`The camera process could not be started: ${error.message}.`)
      })
      child.once('exit', (code, signal) => {
        const why = `The camera process ended unexpectedly (${signal ?? `exit code ${code}`}).`
        // What it said last may still be in the channel.
        if (child.connected) child.once('disconnect', () => settle(why))
        else settle(why)
      })
    })
  }

  #stopChild(child: ChildProcess): void {
    send(child, { type: 'stop' })
    const timer = setTimeout(() => killGroup(child), this.#options.stopMs ?? STOP_MS)
    child.once('exit', () => clearTimeout(timer))
  }

  #wasHealthy(end: End): boolean {
    if (end.readyMonotonicMs === undefined) return false
    return this.#options.clock.monotonicMs() - end.readyMonotonicMs >= (this.#options.healthyMs ?? HEALTHY_MS)
  }

  async #waitAfterCrash(crashes: number, why: string): Promise<void> {
    const delays = this.#options.restartDelaysMs ?? RESTART_DELAYS_MS
    const delayMs = delays[Math.min(crashes, delays.length - 1)] ?? 0
    this.#options.log('error', 'the camera is restarted', { why, delayMs })
    // Rejects only when `stop` ends the waiting.
    await sleep(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => {})
  }
}

function send(child: ChildProcess, message: SupervisorMessage): void {
  // A child that has just ended cannot be told anything; its `exit` says the rest.
  if (child.connected) child.send(message, () => {})
}

/** Kills the camera process and whatever it started; nothing happens if all are gone. */
function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, 'SIGKILL')
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error
  }
}
