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
import type { Program, Programs } from './firmware/program.ts'
import { TrialWatch } from './firmware/trial-watch.ts'
import type { SupervisorLog } from './supervisor-log.ts'

export interface SupervisorOptions {
  readonly config: Config
  /** What runs as camera process: asked before each start. */
  readonly programs: Programs
  /** Folder of the package.json that this process belongs to. */
  readonly installation: string
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
  /** How long a version on trial may take to become ready. */
  readonly trialReadyMs?: number
  /** How long a camera that was told to stop may take before it is killed. */
  readonly stopMs?: number
}

const RESTART_DELAYS_MS = [0, 1000, 2000, 4000, 8000, 16_000, 30_000]
const HEALTHY_MS = 60_000
const TRIAL_READY_MS = 60_000
/** 3000 (promised for SIGTERM) - 500 (for the ends of two processes). */
const STOP_MS = 2500

/** How one camera process ended. */
interface End {
  readonly asked: 'reboot' | 'shutdown' | undefined
  /** A version on trial that failed: the next start is that of the former one. */
  readonly failedTrial: boolean
  /** Undefined if it never became ready. */
  readonly readyMonotonicMs: number | undefined
  /** A sentence that says why, for an end nobody asked for. */
  readonly why: string
  /** The camera said that itself. */
  readonly explained: boolean
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
      const { programs } = this.#options
      const program = await programs.next()
      if (this.#stopping.signal.aborted) return 0
      const end = await this.#runCamera(program)
      if (this.#stopping.signal.aborted || end.asked === 'shutdown') return 0
      if (end.failedTrial) {
        this.#options.log('error', 'the former version is started again', { why: end.why })
        continue
      }
      hasBeenReady ||= end.readyMonotonicMs !== undefined
      const isUnready = end.readyMonotonicMs === undefined && !end.explained
      const again = isUnready && programs.endedUnready(end.why)
      if (!hasBeenReady && !again) {
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

  #runCamera(program: Program): Promise<End> {
    const { environment, config, clock, installation, ready } = this.#options
    // Its own process group: a Ctrl-C in the terminal reaches only the supervisor, and the engines that a
    // killed camera leaves behind can be swept away together.
    const child = fork(program.file, { detached: true, env: { ...environment } })
    this.#child = child
    let asked: End['asked']
    let readyMonotonicMs: number | undefined
    let failure: string | undefined
    const trial = new TrialWatch(program, this.#options.trialReadyMs ?? TRIAL_READY_MS, (why) => {
      failure = why
      killGroup(child)
    })

    child.on('message', (message: CameraMessage) => {
      if (message.type === 'ready') {
        readyMonotonicMs = clock.monotonicMs()
        trial.ready()
        ready()
      } else if (message.type === 'failed') failure = message.message
      else {
        asked = message.type
        this.#stopChild(child)
      }
    })
    send(child, { type: 'start', config, installation })

    return new Promise((resolve) => {
      const settle = (why: string) => {
        killGroup(child)
        this.#child = undefined
        const isStopping = this.#stopping.signal.aborted
        const end = isStopping ? 'stopped' : asked === undefined ? 'by itself' : 'asked'
        const failedTrial = trial.ended(end, failure ?? why)
        const explained = failure !== undefined
        resolve({ asked, failedTrial, readyMonotonicMs, why: failure ?? why, explained })
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
