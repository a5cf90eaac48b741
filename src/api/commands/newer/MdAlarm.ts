/** Motion detection as later firmware has it: the cells and sensitivities of the guide's Alarm, without the kind of alarm. */
import { CameraError } from '../../../base/errors.ts'
import { type Command, LATER } from '../../define/command.ts'
import { badValue, missing } from '../../define/field.ts'
import { type Group, group, isObject } from '../../define/groups.ts'
import { toInteger } from '../../define/numbers.ts'
import { memberOf } from '../../members.ts'
import { alarm } from '../alarm/Alarm.ts'

const SECTION = 'MdAlarm'
const KEY = 'alarmMd'
const { type: _, ...members } = (alarm.fields as unknown as Group).members
const fields = group(members)
const common = { section: SECTION, perChannel: true, aliases: [], upload: undefined, fields }

type Shown = Readonly<Record<string, unknown>>

/** `useNewSens` 0: sensitivities are those of `sens`. */
function show(section: unknown, channel: number) {
  const { type: _, ...others } = section as Shown
  return { [SECTION]: { channel, ...others, useNewSens: 0 } }
}

export const getMdAlarm: Command = {
  ...common,
  name: 'GetMdAlarm',
  guide: LATER,
  summary: 'Cells and sensitivities of motion detection, as GetAlarm has them.',
  kind: 'get',
  access: { key: KEY, right: 'read' },
  readOnly: true,
  read: () => undefined,
  run: (_params, { entry, parts }, channel) => {
    const value = show(alarm.fields.show(parts.settings.current(alarm, channel)), channel)
    if (entry.action !== 1) return { value }
    const initial = show(alarm.fields.show(alarm.fields.initial), channel)
    return { initial, range: show(alarm.fields.range(), channel), value }
  },
}

export const setMdAlarm: Command = {
  ...common,
  name: 'SetMdAlarm',
  guide: LATER,
  summary: 'Changes what SetAlarm changes. `newSens`, the other way to tell sensitivities, is refused.',
  kind: 'set',
  access: { key: KEY, right: 'revise' },
  readOnly: false,
  read: (entry) => {
    const input = entry.member(SECTION)
    if (input === undefined) missing(SECTION)
    if (!isObject(input)) badValue(SECTION, 'an object')
    if (memberOf(input, 'newSens') !== undefined || (toInteger(memberOf(input, 'useNewSens')) ?? 0) !== 0)
      throw new CameraError('bad-value', 'sensitivities are those of sens, not of newSens')
    const { type: _, ...change } = input
    return change
  },
  run: async (change, { parts, principal, address }, channel) => {
    await parts.settings.change(alarm, channel, change, { userName: principal.user.name, address })
    return undefined
  },
}
