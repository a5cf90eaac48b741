/**
 * The power LED of the machine, if it has one: Linux shows each LED as a folder with a file `brightness`
 * (Documentation/leds/leds-class.rst of the kernel).
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { CameraError, messageOf } from '../base/errors.ts'

const LEDS = '/sys/class/leds'

/** Names end with what the LED tells: `input3::capslock`, `PWR`, `beaglebone:green:power`. */
const POWER = /(?:power|pwr)[^:/]*$/i
const LOCK = /(?:caps|num|scroll)lock$|:(?:kana|compose|mute|micmute)$/i

/**
 * The LED that `folder` describes, or that of the machine which is named for the power, or else the first that is
 * none of a keyboard; undefined if there is none that can be switched.
 */
export function findPowerLed(folder: string | undefined, leds = LEDS): HostLed | undefined {
  const folders = folder === undefined ? foldersIn(leds).filter((name) => !LOCK.test(name)) : [folder]
  const able = folders.filter(canBeSwitched)
  const found = able.find((name) => POWER.test(name)) ?? able[0]
  return found === undefined ? undefined : new HostLed(found)
}

export class HostLed {
  readonly #folder: string

  constructor(folder: string) {
    this.#folder = folder
  }

  /** Errors: CameraError `set-failed`. */
  switch(on: boolean): void {
    try {
      const level = on ? readFileSync(join(this.#folder, 'max_brightness'), 'utf8').trim() : '0'
      // Or the kernel goes on switching it, for the disk's work or a heartbeat.
      if (existsSync(join(this.#folder, 'trigger'))) writeFileSync(join(this.#folder, 'trigger'), 'none')
      writeFileSync(join(this.#folder, 'brightness'), level)
    } catch (error) {
      throw new CameraError('set-failed', `the power LED cannot be switched: ${messageOf(error)}`, error)
    }
  }
}

function foldersIn(leds: string): string[] {
  try {
    return readdirSync(leds)
      .sort()
      .map((name) => join(leds, name))
  } catch {
    return []
  }
}

/** Only root may switch most LEDs. */
function canBeSwitched(folder: string): boolean {
  try {
    accessSync(join(folder, 'brightness'), constants.W_OK)
    readFileSync(join(folder, 'max_brightness'))
    return true
  } catch {
    return false
  }
}
