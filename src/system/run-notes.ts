/** What the owner's log is told of starts and stops, also of a stop that nobody could note. */
import type { DeviceLog } from './device-log.ts'

/** Set while the camera runs. */
const RUNNING_KEY = 'device.running'

interface RunNotesOptions {
  readonly deviceLog: Pick<DeviceLog, 'write' | 'flush'>
  readonly memory: {
    load(key: string): unknown
    save(changes: Readonly<Record<string, unknown>>): void
  }
  readonly version: string
  /** The database was put aside at this start. */
  readonly wasDamaged: boolean
}

/** Errors: CameraError `write-failed`. */
export function noteStart({ deviceLog, memory, version, wasDamaged }: RunNotesOptions): void {
  if (memory.load(RUNNING_KEY) === true) {
    deviceLog.write({ type: 'system', detail: 'the camera had not been stopped: a crash or a power cut' })
  }
  if (wasDamaged) {
    deviceLog.write({ type: 'system', detail: 'the database was damaged and has been put aside' })
  }
  deviceLog.write({ type: 'system', detail: `camera started, version ${version}` })
  memory.save({ [RUNNING_KEY]: true })
}

/** Stores everything noted so far. Errors: CameraError `write-failed`. */
export function noteStop({ deviceLog, memory }: Pick<RunNotesOptions, 'deviceLog' | 'memory'>): void {
  deviceLog.write({ type: 'system', detail: 'camera stopped' })
  deviceLog.flush()
  memory.save({ [RUNNING_KEY]: undefined })
}
