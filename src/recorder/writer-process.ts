/** The camera's side of the recorder process: it keeps one running and tells who asked what became of it. */
import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { inheritedEnvironment } from '../base/environment.ts'
import type { Log } from '../base/log.ts'
import type { RecorderEvent, RecorderRequest } from './protocol.ts'

const ENTRY = fileURLToPath(new URL('./process.ts', import.meta.url))
const RESTART_MS = 1000
/** From the wish to stop to SIGKILL: files are closed meanwhile. */
const STOP_LIMIT_MS = 1500

interface WriterOptions {
  readonly log: Log
  readonly event: (event: RecorderEvent) => void
  /** The process died: what it was asked and has not told is undone. A new one runs when this is called. */
  readonly restarted: () => void
}

export class WriterProcess {
  readonly #options: WriterOptions
  #child: ChildProcess | undefined
  #running = false
  #restart: NodeJS.Timeout | undefined
  #startedMs = 0

  constructor(options: WriterOptions) {
    this.#options = options
  }

  get pid(): number | undefined {
    return this.#child?.pid
  }

  start(): void {
    this.#running = true
    this.#fork()
  }

  /** Resolves when all that was asked is done, or after 1.5 s. */
  async stop(): Promise<void> {
    this.#running = false
    clearTimeout(this.#restart)
    const child = this.#child
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()))
    if (child.connected) child.disconnect()
    const kill = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS)
    await gone
    clearTimeout(kill)
  }

  /** While there is no process nothing is sent: `restarted` will be called. */
  send(request: RecorderRequest): void {
    // A failed write is followed by the end of the process, which is dealt with.
    if (this.#child?.connected) this.#child.send(request, () => {})
  }

  #fork(): void {
    const child = fork(ENTRY, [], {
      serialization: 'advanced',
      execArgv: ['--max-semi-space-size=2'],
      env: inheritedEnvironment(),
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    })
    this.#child = child
    this.#startedMs = performance.now()
    child.on('message', (event: RecorderEvent) => this.#options.event(event))
    child.on('error', (error) => this.#options.log.error({ err: error }, 'the recorder process failed'))
    child.once('exit', (code, signal) => this.#ended(child, signal ?? `code ${code}`))
  }

  #ended(child: ChildProcess, how: string): void {
    if (this.#child !== child) return
    this.#child = undefined
    if (!this.#running) return
    this.#options.log.error({ how }, 'the recorder process ended and is restarted')
    const again = () => {
      this.#fork()
      this.#options.restarted()
    }
    // At once, unless it has only just been started.
    if (performance.now() - this.#startedMs > RESTART_MS) again()
    else this.#restart = setTimeout(again, RESTART_MS)
  }
}
