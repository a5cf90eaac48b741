/** The current values of all settings: loaded at start, changed one at a time or all at once, stored when they took effect. */
import { isDeepStrictEqual } from 'node:util'
import { CameraError, messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import { changedKeys, sentenceOf } from './changed-keys.ts'
import type { AnySetting, Setting } from './define/setting.ts'
import type { Parts } from './parts.ts'

/** Where values are kept; each is one JSON value under a key. */
export interface ValueStore {
  load(key: string): unknown
  save(changes: Readonly<Record<string, unknown>>): void
}

/** One value of the camera. */
export interface Place {
  readonly setting: AnySetting
  /** Under which it is stored. */
  readonly key: string
  readonly channel: number
  /** In force. */
  readonly value: object
}

/** Who changes a setting, for the owner's log. */
export interface Author {
  readonly userName: string
  /** Remote address. */
  readonly address: string
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
  current<T>(setting: Omit<Setting<T>, 'commands'>, channel = 0): T {
    return this.#values.get(keyOf(setting, channel)) as T
  }

  /** All values in force. */
  all(): Place[] {
    return [...this.#all()].map((place) => ({ ...place, value: this.#values.get(place.key)! }))
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
   * other. The log gets the names of what changed. Errors: CameraError; the former value stays in force then.
   */
  change<T extends object>(
    setting: Setting<T>,
    channel: number,
    input: unknown,
    author: Author,
  ): Promise<void> {
    const change = this.#queue.then(() => this.#change(setting, channel, input, author))
    this.#queue = change.catch(() => undefined)
    return change
  }

  /**
   * Replaces all values, or none: `read` gives the new one of each place, undefined for the factory value. All are
   * read and checked, those that differ take effect in the order of the start, then all are stored at once.
   * `together` may store more with them. Errors: CameraError, those of `read` and `together`; the former values are
   * in force then.
   */
  replaceAll(
    read: (place: Place) => object | undefined,
    together: (store: () => void) => void = (store) => store(),
  ): Promise<void> {
    const change = this.#queue.then(() => this.#replaceAll(read, together))
    this.#queue = change.catch(() => undefined)
    return change
  }

  async #replaceAll(
    read: (place: Place) => object | undefined,
    together: (store: () => void) => void,
  ): Promise<void> {
    const parts = this.#parts
    if (parts === undefined) throw new CameraError('set-failed', 'the camera is still starting')
    const changes = this.all().map((place) => {
      const stored = read(place)
      return { ...place, stored, next: stored ?? (place.setting.fields.initial as object) }
    })
    for (const { setting, next, channel } of changes) setting.check(next, parts, channel)
    const applied: Place[] = []
    try {
      for (const change of changes) {
        if (isDeepStrictEqual(change.next, change.value)) continue
        applied.push(change)
        await change.setting.apply(change.next, parts, change.channel)
      }
      const rows = Object.fromEntries(changes.map(({ key, stored }) => [key, stored]))
      together(() => this.#options.store.save(rows))
    } catch (error) {
      for (const { setting, value, channel } of applied) await this.#restore(setting, value, parts, channel)
      if (error instanceof CameraError) throw error
      throw new CameraError('set-failed', 'the settings could not be replaced', error)
    }
    for (const { key, next } of changes) this.#values.set(key, next)
  }

  async #change<T extends object>(
    setting: Setting<T>,
    channel: number,
    input: unknown,
    author: Author,
  ): Promise<void> {
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
    const changed = changedKeys(current, next, setting.name)
    if (changed.length > 0) {
      parts.deviceLog.write({ ...author, type: 'config', detail: `${sentenceOf(changed)} changed` })
    }
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
function keyOf(setting: Pick<AnySetting, 'name' | 'perChannel'>, channel: number): string {
  return setting.perChannel ? `${setting.name}/${channel}` : setting.name
}
