/** Commands of later firmware over a setting of the guide that has a schedule: the same value in another form. */
import type { AbilityKey } from '../../ability.ts'
import type { Command } from '../../define/command.ts'
import { badValue, type Field, missing } from '../../define/field.ts'
import { type Group, group, isObject } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import type { Setting } from '../../define/setting.ts'
import { weeklySchedule } from '../../define/tables.ts'
import type { Parts } from '../../parts.ts'
import { type Reason, readSchedule, SCHEDULE_RANGE, showSchedule } from './schedules.ts'

interface LaterViewOptions {
  readonly guide: string
  readonly summary: string
  readonly section: string
  readonly key: AbilityKey
  /** What the hours of the guide's schedule are about. */
  readonly reasonIn: (parts: Parts) => Reason
}

type Shown = Readonly<Record<string, unknown>>

/** `GetXV20` and `SetXV20` of the setting X. */
export function laterView<T extends object>(
  setting: Setting<T>,
  { section, key, reasonIn, guide, summary }: LaterViewOptions,
): readonly [get: Command, set: Command] {
  const { name, fields, perChannel } = setting
  const common = {
    guide,
    summary,
    section,
    perChannel,
    aliases: [],
    upload: undefined,
    fields: laterFields(fields),
  }
  const show = (value: T, reason: Reason, channel: number) => {
    const { schedule, ...others } = fields.show(value) as Shown
    const hours = showSchedule(schedule as Parameters<typeof showSchedule>[0], reason, channel)
    return { [section]: { ...others, ...hours } }
  }
  const { schedule: _, ...limits } = fields.range() as Shown
  const range = { [section]: { ...limits, ...SCHEDULE_RANGE } }
  const get: Command = {
    ...common,
    name: `Get${name}V20`,
    kind: 'get',
    access: { key, right: 'read' },
    readOnly: true,
    read: () => undefined,
    run: (_params, { entry, parts }, channel) => {
      const reason = reasonIn(parts)
      const value = show(parts.settings.current(setting, channel), reason, channel)
      if (entry.action !== 1) return { value }
      return { initial: show(fields.initial, reason, channel), range, value }
    },
  }
  const set: Command = {
    ...common,
    name: `Set${name}V20`,
    kind: 'set',
    access: { key, right: 'revise' },
    readOnly: false,
    read: (entry) => {
      const input = entry.member(section)
      if (input === undefined) missing(section)
      if (!isObject(input)) badValue(section, 'an object')
      return input
    },
    run: async (input, { parts, principal, address }, channel) => {
      const change = { ...(input as object), schedule: readSchedule(input as Shown, reasonIn(parts)) }
      await parts.settings.change(setting, channel, change, { userName: principal.user.name, address })
      return undefined
    },
  }
  return [get, set]
}

/** For the reference: the members of the setting, with the schedule of later firmware. */
function laterFields(fields: Field<object>): Field<object> {
  const { schedule: _, ...others } = (fields as Group).members
  const hours = weeklySchedule('0', { label: 'Hours of the week' })
  const schedule = group({ table: group({ MD: hours, TIMING: hours }) })
  return group({ ...others, enable: flag(1, { label: 'The schedule counts' }), schedule })
}
