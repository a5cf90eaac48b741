/** The current values of all settings: loaded at start, changed one at a time, stored when they took effect. */
import { CameraError, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { AnySetting, Setting } from './define/setting.ts'
import type { Parts } from './parts.ts'

/** Where values are kept; each is one JSON value under a key. */
export interface ValueStore {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

interface SettingsOptions {
  readonly settings: readonly AnySetting[]
  readonly channels: number
  readonly store: ValueStore
  readonly log: Log
}

export class Settings {
  readonly #options: SettingsOptions
  readonly #values = new Map<string, object>()
  #parts: Parts | undefined
  #queue: Promise<unknown> = Promise.resolve()

  constructor(options: SettingsOptions) {
    this.#options = options
    for (const { setting, key } of this.#all()) this.#values.set(key, this.#load(setting, key))
  }

  /** The value in force. It is never changed in place. */
  current<T>(setting: Setting<T>, channel = 0): T {
    return this.#values.get(keyOf(setting, channel)) as T
  }

  /** Gives every setting its effect, at start. A value that fails is replaced by the factory value and logged. */
  async applyAll(parts: Parts): Promise<void> {
    this.#parts = parts
    for (const { setting, key, channel } of this.#all()) {
      try {
        await setting.apply(this.#values.get(key), parts, channel)
      } catch (error) {
        this.#options.log.error(
          { setting: key, reason: messageOf(error) },
          'a stored setting could not be applied',
        )
        this.#values.set(key, setting.fields.initial)
        await setting.apply(setting.fields.initial, parts, channel)
      }
    }
  }

  /**
   * Merges `input` into the current value, gives it its effect and stores it; changes are made one after the
   * other. Errors: CameraError; the former value stays in force then.
   */
  change<T extends object>(setting: Setting<T>, channel: number, input: unknown): Promise<void> {
    const change = this.#queue.then(() => this.#change(setting, channel, input))
    this.#queue = change.catch(() => undefined)
    return change
  }

  async #change<T extends object>(setting: Setting<T>, channel: number, input: unknown): Promise<void> {
    const parts = this.#parts
    if (parts === undefined) throw new CameraError('set-failed', 'the camera is still starting')
    const current = this.current(setting, channel)
    const next = setting.fields.read(input, current, setting.name)
    setting.check(next, parts, channel)
    const key = keyOf(setting, channel)
    try {
      await setting.apply(next, parts, channel)
      this.#options.store.save({ [key]: next })
    } catch (error) {
      await this.#restore(setting, current, parts, channel)
      if (error instanceof CameraError) throw error
      throw new CameraError('set-failed', `${key} could not be set`, error)
    }
    this.#values.set(key, next)
  }

  /** Gives the former value its effect again. A failure is logged: the answer tells of the first one. */
  async #restore(setting: AnySetting, current: unknown, parts: Parts, channel: number): Promise<void> {
    try {
      await setting.apply(current, parts, channel)
    } catch (error) {
      this.#options.log.error(
        { setting: keyOf(setting, channel), reason: messageOf(error) },
        'the former value of a setting could not be applied again',
      )
    }
  }

  #load(setting: AnySetting, key: string): object {
    const { initial } = setting.fields
    const stored = this.#options.store.load(key)
    if (stored === undefined) return initial
    try {
      return setting.fields.read(stored, initial, key)
    } catch (error) {
      this.#options.log.error(
        { setting: key, reason: messageOf(error) },
        'a stored setting is not valid any more',
      )
      return initial
    }
  }

  *#all(): Generator<{ setting: AnySetting; key: string; channel: number }> {
    for (const setting of this.#options.settings) {
      const channels = setting.perChannel ? this.#options.channels : 1
      for (let channel = 0; channel < channels; channel += 1) {
        yield { setting, key: keyOf(setting, channel), channel }
      }
    }
  }
}

/** Key of a value in the store: the section's name, with the channel where there is one value per channel. */
function keyOf(setting: AnySetting, channel: number): string {
  return setting.perChannel ? `${setting.name}/${channel}` : setting.name
}
