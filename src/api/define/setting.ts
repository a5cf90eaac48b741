/**
 * `setting()`: a Get/Set pair over one stored value. Everything else follows from the declaration:
 * validation, `initial`, `range`, permission, stored form, reference and tests (docs/design/command-language.md).
 */
import { oncePer } from '../../base/once.ts'
import type { AbilityKey, Right } from '../ability.ts'
import type { Parts } from '../parts.ts'
import type { Command, Success } from './command.ts'
import { badValue, type Field, missing } from './field.ts'
import { isObject } from './groups.ts'

export interface SettingOptions<T> {
  /** Section numbers of the Get and the Set. */
  readonly guide: readonly [get: string, set: string]
  /** Name of the object that carries the value; the setting's own if left out. */
  readonly section?: string
  readonly summary: string
  readonly ability: { readonly key: AbilityKey; readonly get?: Right; readonly set?: Right }
  readonly fields: Field<T>
  /** One value per channel; the answer carries `channel`. */
  readonly perChannel?: boolean
  /** Answers `initial` and `range` also without `action`. */
  readonly showsAllWithoutAction?: boolean
  /** Rules between fields. Errors: CameraError. */
  readonly check?: (next: T, parts: Parts, channel: number) => void
  /**
   * The effect. Idempotent: it runs at start with the stored value and after every change. If it fails the
   * former value is applied again and nothing is stored.
   */
  readonly apply: (next: T, parts: Parts, channel: number) => void | Promise<void>
  /** What a Get answers, where that is more than the fields. A pure function of the value. */
  readonly show?: (value: T) => Readonly<Record<string, unknown>>
  /** What a Get is given in its section. Errors: CameraError, if it cannot be answered. */
  readonly asked?: (section: Readonly<Record<string, unknown>>) => void
  /** `range` where the guide's differs from the derived one. A function gives back one of few constant objects. */
  readonly range?: object | ((parts: Parts) => object)
}

/** A stored value of the camera, and the two commands that read and change it. */
export interface Setting<T> {
  readonly name: string
  readonly fields: Field<T>
  readonly perChannel: boolean
  readonly commands: readonly [get: Command, set: Command]
  check(next: T, parts: Parts, channel: number): void
  apply(next: T, parts: Parts, channel: number): void | Promise<void>
}

/** The `check` of settings that declare none. */
export const NO_RULES = (): void => undefined

/** A setting of any type, as lists hold it. */
// biome-ignore lint/suspicious/noExplicitAny: the type of a setting's value occurs as input and as output.
export type AnySetting = Setting<any>

/** Answers by channel: channels that still have the factory value share it. */
function perPlace(make: (channel: number) => Success): (channel: number) => Success {
  const known: Success[] = []
  return (channel) => {
    known[channel] ??= make(channel)
    return known[channel]
  }
}

export function setting<T extends object>(name: string, options: SettingOptions<T>): Setting<T> {
  const { fields, perChannel = false, ability, section: key = name } = options
  const wrap = (channel: number, section: unknown) => ({
    [key]: perChannel && isObject(section) ? { channel, ...section } : section,
  })
  const show = options.show ?? ((value: T) => fields.show(value) as Record<string, unknown>)
  const range = options.range ?? (fields.range() as object)
  const rangeIn =
    typeof range === 'function' ? (parts: Parts) => (range as (parts: Parts) => object)(parts) : () => range
  // Values never change in place, so an answer holds for as long as its value.
  const briefOf = oncePer((value: T) => perPlace((channel) => ({ value: wrap(channel, show(value)) })))
  const fullOf = oncePer((value: T) =>
    oncePer((limits: object) =>
      perPlace((channel) => ({
        initial: wrap(channel, show(fields.initial)),
        range: wrap(channel, limits),
        value: wrap(channel, show(value)),
      })),
    ),
  )

  const common = { section: key, perChannel, aliases: [], upload: undefined }
  const get: Command = {
    ...common,
    name: `Get${name}`,
    guide: options.guide[0],
    summary: options.summary,
    kind: 'get',
    access: { key: ability.key, right: ability.get ?? 'read' },
    fields,
    readOnly: true,
    read: (entry) => {
      const section = entry.member(name)
      if (isObject(section)) options.asked?.(section)
    },
    run: (_params, { entry, parts }, channel) => {
      const value = parts.settings.current(self, channel)
      const action = entry.action ?? (options.showsAllWithoutAction ? 1 : 0)
      return action === 1 ? fullOf(value)(rangeIn(parts))(channel) : briefOf(value)(channel)
    },
  }
  const set: Command = {
    ...common,
    name: `Set${name}`,
    guide: options.guide[1],
    summary: options.summary,
    kind: 'set',
    access: { key: ability.key, right: ability.set ?? 'revise' },
    fields,
    readOnly: false,
    // What is wrong with any value is told before it is known whose value it shall be (Guide §6).
    read: (entry) => {
      const input = entry.member(key)
      if (input === undefined) missing(key)
      if (!isObject(input)) badValue(key, 'an object')
      fields.read(input, fields.initial, key)
      return input
    },
    run: async (input, { parts, principal, address }, channel) => {
      await parts.settings.change(self, channel, input, { userName: principal.user.name, address })
      return undefined
    },
  }
  const self: Setting<T> = {
    name,
    fields,
    perChannel,
    commands: [get, set],
    check: options.check ?? NO_RULES,
    apply: options.apply,
  }
  return self
}
