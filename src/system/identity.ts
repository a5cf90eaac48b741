/** Who this camera is: product and version from package.json, the serial number made once for its data. */
import { randomInt } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { DeviceIdentity } from '../api/parts.ts'

/** Where the serial number is stored. */
export const SERIAL_KEY = 'device.serial'
const SERIAL_DIGITS = 14

interface Store {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

/** Versions have the forms that clients parse: `v0.1.0.0_26112200` is version and build. */
export function loadIdentity(store: Store): DeviceIdentity {
  const file = join(import.meta.dirname, '../../package.json')
  const { version, build } = JSON.parse(readFileSync(file, 'utf8')) as { version: string; build: string }
  return {
    model: 'Vedette',
    serial: loadSerial(store),
    hardwareVersion: 'VEDETTE_1',
    firmwareVersion: `v${version}.0_${build}`,
    configVersion: 'v1.0.0.0',
    buildDay: `build ${build}`,
  }
}

function loadSerial(store: Store): string {
  const stored = store.load(SERIAL_KEY)
  if (typeof stored === 'string') return stored
  const serial = Array.from({ length: SERIAL_DIGITS }, () => randomInt(10)).join('')
  store.save({ [SERIAL_KEY]: serial })
  return serial
}
