/**
 * The driver of a camera that is plugged in, reached by v4l2-ctl(1) (Debian: v4l-utils): Node has no ioctl. The
 * picture is never kept waiting: what the driver offers is found out once, and its controls are set one after the other.
 */
import { isDeepStrictEqual } from 'node:util'
import { runProgram } from '../../base/program.ts'
import type { IspSettings } from '../protocol.ts'
import { adjust, type Controls, parseControls } from './device-controls.ts'

const PROGRAM = 'v4l2-ctl'
/** A driver may hang when its device is pulled out. */
const LIMIT_MS = 3000

export class Driver {
  readonly #device: string
  readonly #changed: () => void
  #offered: Controls = new Map()
  #wanted: IspSettings | undefined
  /** What the device has been told. */
  #done: IspSettings | undefined
  #isSetting = false

  /** `changed`: other parts of the settings are left to the picture than before. */
  constructor(device: string, changed: () => void) {
    this.#device = device
    this.#changed = changed
  }

  /** The device was opened, perhaps another than before: asks what it offers, and sets it. Never throws. */
  async meet(): Promise<void> {
    this.#offered = parseControls(await this.#run('--list-ctrls-menus').catch(() => ''))
    this.#done = undefined
    this.#set()
    this.#changed()
  }

  /** Sets what the driver offers of that, and returns what remains to be done to the picture. */
  adjust(isp: IspSettings): IspSettings {
    if (!isDeepStrictEqual(isp, this.#wanted)) {
      this.#wanted = isp
      this.#set()
    }
    return adjust(isp, this.#offered).rest
  }

  /** Sets the newest wish until there is no newer one. */
  async #set(): Promise<void> {
    if (this.#isSetting) return
    this.#isSetting = true
    while (this.#wanted !== undefined && this.#done !== this.#wanted) {
      this.#done = this.#wanted
      for (const [name, value] of adjust(this.#wanted, this.#offered).values) {
        await this.#run(`--set-ctrl=${this.#offered.get(name)?.name}=${value}`).catch(() => this.#drop(name))
      }
    }
    this.#isSetting = false
  }

  /** A control that is refused counts as not offered, so that the picture takes its part. */
  #drop(name: string): void {
    const offered = new Map(this.#offered)
    offered.delete(name)
    this.#offered = offered
    this.#changed()
  }

  #run(argument: string): Promise<string> {
    return runProgram(PROGRAM, [`--device=${this.#device}`, argument], LIMIT_MS)
  }
}
