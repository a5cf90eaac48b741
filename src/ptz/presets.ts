/** The 64 presets of a head (Guide §3.7.1–3.7.2, Q-96, Q-97). */
import { CameraError } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Head, Place } from './head.ts'
import { PRESET_0_SLOT, PRESETS } from './limits.ts'
import { type Fields, type Memory, readPlace, recall } from './memory.ts'

export interface Preset {
  readonly id: number
  readonly name: string
  /** Undefined while it is off. */
  readonly place: Place | undefined
}

/** What is left out stays. */
export interface PresetChange {
  readonly id: number
  /** True stores where the head looks now, false frees the preset. */
  readonly enabled?: boolean | undefined
  readonly name?: string | undefined
}

interface PresetsOptions {
  readonly head: Head
  readonly memory: Memory
  /** Under which the list is stored. */
  readonly key: string
  readonly log: Log
}

export class Presets {
  readonly #options: PresetsOptions
  #known: ReadonlyMap<number, Preset>

  constructor(options: PresetsOptions) {
    this.#options = options
    const { memory, key, log } = options
    this.#known = mapOf(recall(memory, key, readPresets, [], log))
  }

  /** Those that are not as a new head has them. */
  get known(): readonly Preset[] {
    return [...this.#known.values()]
  }

  /** Puts these in place of all. They are stored already. */
  replace(presets: readonly Preset[]): void {
    this.#known = mapOf(presets)
  }

  /** All 64, in order; before them preset 0 of clients that count from there, if one has been stored. */
  list(): readonly Preset[] {
    const first = this.#known.get(0)
    const others = Array.from(
      { length: PRESETS },
      (_, index) => this.#known.get(index + 1) ?? unused(index + 1),
    )
    return first === undefined ? others : [first, ...others]
  }

  /** Errors: CameraError `not-exist` for a preset that is off. */
  place(id: number): Place {
    const place = this.#known.get(id)?.place
    if (place === undefined) throw new CameraError('not-exist', `there is no preset ${id}`)
    return place
  }

  /** Stored when it resolves. Errors: CameraError of the head; nothing has changed then. */
  async change({ id, enabled, name }: PresetChange): Promise<void> {
    const { head, memory, key } = this.#options
    const old = this.#known.get(id) ?? unused(id)
    const freed = enabled === false
    const place = enabled === true ? await head.remember(id || PRESET_0_SLOT) : freed ? undefined : old.place
    const preset = { id, name: name ?? (freed ? unused(id).name : old.name), place }
    const known = new Map(this.#known)
    if (place === undefined && preset.name === unused(id).name) known.delete(id)
    else known.set(id, preset)
    memory.save({ [key]: [...known.values()] })
    this.#known = known
    if (freed && old.place !== undefined) await head.forget(old.place)
  }
}

function unused(id: number): Preset {
  return { id, name: `pos${id}`, place: undefined }
}

function mapOf(presets: readonly Preset[]): ReadonlyMap<number, Preset> {
  return new Map(presets.map((preset) => [preset.id, preset]))
}

/** Errors: Error that says what is wrong. */
export function readPresets(value: Fields): readonly Preset[] {
  return value.items().map(readPreset)
}

function readPreset(value: Fields): Preset {
  return {
    id: value.member('id').number(0, PRESETS),
    name: value.member('name').text(),
    place: value.has('place') ? readPlace(value.member('place')) : undefined,
  }
}
