/**
 * The way back to the factory state (Guide §3.1.13): asked for while the camera runs, done at its next start, before
 * anything is opened. It may be killed at any moment: a marker tells the next start to begin anew, and goes last.
 * See docs/design/configuration-files.md.
 */
import { existsSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { replaceFile, syncFolder } from '../base/durable.ts'
import { CameraError, messageOf } from '../base/errors.ts'
import { CLOCK_OFFSET_KEY } from './device-clock.ts'
import { SERIAL_KEY } from './identity.ts'
import type { LogEvent } from './log-event.ts'

const MARKER = 'factory-reset'
/** What is configuration in the data folder. Recordings are not. */
const CONFIGURATION = [
  // With its log, its copy, what was put aside as damaged and what was left unfinished.
  /^vedette\.db/,
  /^protected(\.unfinished)?$/,
  /^tls$/,
  /^sealing\.key(\.unfinished)?$/,
]

/** Stored values that are no configuration and outlive the reset: who the camera is, and the time. */
const KEPT = [SERIAL_KEY, CLOCK_OFFSET_KEY]

interface Values {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

/** Who asked, for the log; absent for what the camera did by itself. */
interface Asker {
  readonly userName: string
  readonly address: string
}

/** Asks for the reset at the next start. On the disk when this returns. Errors: CameraError `write-failed`. */
export function requestFactoryReset(dataDir: string, values: Pick<Values, 'load'>, by?: Asker): void {
  const kept = Object.fromEntries(KEPT.map((key) => [key, values.load(key)]))
  const request: Request = { kept, ...(by && { by }) }
  try {
    replaceFile(join(dataDir, MARKER), (file) => writeFileSync(file, `${JSON.stringify(request)}\n`))
  } catch (error) {
    throw new CameraError('write-failed', `the reset could not be prepared: ${messageOf(error)}`, error)
  }
}

/** What the marker holds, in JSON. */
interface Request {
  readonly kept?: Readonly<Record<string, unknown>>
  readonly by?: Asker
}

interface Diary {
  write(event: LogEvent): void
  /** Stores what was written. */
  flush(): void
}

export interface FactoryReset {
  /** Puts what outlives the reset into the new store, before anybody reads that. */
  keep(values: Pick<Values, 'save'>): void
  /** Notes in the log who asked, and forgets the request. Call it before any port opens. */
  finish(deviceLog: Diary): void
}

/**
 * Deletes the configuration if that was asked for; undefined if it was not. The store must be closed. Errors: those
 * of the system; the next start tries again then.
 */
export function performFactoryReset(dataDir: string): FactoryReset | undefined {
  const marker = join(dataDir, MARKER)
  if (!existsSync(marker)) return undefined
  for (const name of readdirSync(dataDir)) {
    if (CONFIGURATION.some((pattern) => pattern.test(name))) rmSync(join(dataDir, name), { recursive: true })
  }
  syncFolder(dataDir)
  const { kept, by } = readRequest(marker)
  return {
    keep: (values) => values.save(Object.fromEntries(KEPT.map((key) => [key, kept?.[key]]))),
    finish: (deviceLog) => {
      deviceLog.write({ ...by, type: 'system', detail: 'restored to factory settings' })
      deviceLog.flush()
      rmSync(marker)
      syncFolder(dataDir)
    },
  }
}

/** A marker counts whatever it holds. */
function readRequest(marker: string): Request {
  try {
    return Object(JSON.parse(readFileSync(marker, 'utf8')))
  } catch {
    // Nothing is known then; there will be a new serial number.
    return {}
  }
}
