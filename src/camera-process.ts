/**
 * The camera's process: a shell around `createCamera` that talks to the supervisor. It ends when told to,
 * when the supervisor is gone, and after an error nobody caught; it never restarts anything by itself.
 * See docs/design/processes.md.
 */
import { flushCompileCache } from 'node:module'
import { messageOf } from './base/errors.ts'
import { createLog, type Log, silentLog } from './base/log.ts'
import { type Config, withDefaults } from './config/schema.ts'
import { startFailure } from './start-failure.ts'

/**
 * Supervisor to camera. `start` is sent once, first. An older supervisor may start a newer camera
 * (docs/design/firmware.md), so these messages only grow.
 */
export type SupervisorMessage =
  | { readonly type: 'start'; readonly config: Config; readonly installation: string }
  | { readonly type: 'stop' }

/** Camera to supervisor. After `reboot` and `shutdown` the supervisor answers with `stop`. */
export type CameraMessage =
  | { readonly type: 'ready'; readonly ports: Readonly<Record<string, number>> }
  /** It could not start; `message` is a sentence for people. */
  | { readonly type: 'failed'; readonly message: string }
  | { readonly type: 'reboot' }
  | { readonly type: 'shutdown' }

/** What the camera may ask of the process it lives in. Both return at once. */
export interface CameraHost {
  readonly log: Log
  /** Folder of the supervisor's own package.json, which may be another version than this one. */
  readonly installation: string
  reboot(): void
  shutdown(): void
}

export interface RunningCamera {
  /** Real ports by server name. */
  readonly ports: Readonly<Record<string, number>>
  stop(): Promise<void>
}

export type CreateCamera = (config: Config, host: CameraHost) => Promise<RunningCamera>

/** A camera that has not stopped by then is left behind; less than the supervisor's own patience. */
const STOP_LIMIT_MS = 2000

/** Waits for the supervisor's messages. `load` fetches the composition root, so that a test can bring another. */
export function runCameraProcess(load: () => Promise<CreateCamera>): void {
  const camera = new CameraProcess(load)
  process.on('message', (message: SupervisorMessage) => {
    if (message.type === 'start') camera.start(message.config, message.installation)
    else camera.leave(0)
  })
  process.on('disconnect', () => camera.leave(1))
  process.on('SIGTERM', () => camera.leave(0))
  process.on('SIGINT', () => camera.leave(0))
  process.on('uncaughtException', (error) => camera.fail(error, 'an error nobody caught'))
  process.on('unhandledRejection', (reason) => camera.fail(reason, 'a rejection nobody caught'))
}

class CameraProcess {
  readonly #load: () => Promise<CreateCamera>
  #log: Log = silentLog
  #camera: Promise<RunningCamera> | undefined
  #leaving = false

  constructor(load: () => Promise<CreateCamera>) {
    this.#load = load
  }

  async start(known: Config, installation: string): Promise<void> {
    const config = withDefaults(known)
    this.#log = createLog(config.logLevel)
    this.#camera = this.#create(config, installation)
    try {
      const { ports } = await this.#camera
      // Programs wait for this line, so it is written at every level.
      this.#log.child({}, { level: 'info' }).info(ports, 'ready')
      tell({ type: 'ready', ports })
      // At the next start no TypeScript has to be stripped; a killed process would not have written it.
      flushCompileCache()
    } catch (error) {
      this.#log.debug({ err: error }, 'the camera could not start')
      tell({ type: 'failed', message: startFailure(error, config) }, () => process.exit(1))
    }
  }

  /** Stops the camera and ends the process, within STOP_LIMIT_MS. */
  async leave(exitCode: number): Promise<void> {
    if (this.#leaving) return
    this.#leaving = true
    setTimeout(() => {
      this.#log.warn('the camera did not stop in time')
      process.exit(exitCode)
    }, STOP_LIMIT_MS)
    try {
      const camera = await this.#camera
      await camera?.stop()
    } catch (error) {
      this.#log.warn({ reason: messageOf(error) }, 'the camera did not stop cleanly')
    }
    process.exit(exitCode)
  }

  /** A state nobody planned for: better a fresh process within a second than this one. */
  fail(error: unknown, what: string): never {
    this.#log.fatal({ err: error }, what)
    process.exit(1)
  }

  async #create(config: Config, installation: string): Promise<RunningCamera> {
    const createCamera = await this.#load()
    return createCamera(config, {
      log: this.#log,
      installation,
      reboot: () => tell({ type: 'reboot' }),
      shutdown: () => tell({ type: 'shutdown' }),
    })
  }
}

/** Without a supervisor there is nobody to tell, and `disconnect` has already ended the camera. */
function tell(message: CameraMessage, then: () => void = () => {}): void {
  if (process.send && process.connected) process.send(message, then)
  else then()
}

if (import.meta.main) runCameraProcess(async () => (await import('./camera.ts')).createCamera)
