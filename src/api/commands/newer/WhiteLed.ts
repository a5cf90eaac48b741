/** The white lamp. It is simulated in the picture (docs/design/picture.md). */
import type { WhiteLampPlan } from '../../../system/white-lamp.ts'
import { choice } from '../../define/choice.ts'
import { LATER } from '../../define/command.ts'
import { group } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'

/** By number of the mode, as clients have them. */
const MODES: readonly WhiteLampPlan['mode'][] = ['manual', 'motion', 'night', 'hours']

const hour = (initial: number, label: string) => integer({ min: 0, max: 23, initial, label })
const minute = (label: string) => integer({ min: 0, max: 59, initial: 0, label })

export const whiteLed = setting('WhiteLed', {
  guide: [LATER, LATER],
  summary:
    'The white lamp, which shows the night in colour: `state` 1 is on by hand; `mode` 0 does nothing by itself, 1 lights at night while something moves, 2 all night, 3 in the hours of `LightingSchedule`.',
  ability: { key: 'floodLight' },
  perChannel: true,
  fields: group({
    LightingSchedule: group({
      EndHour: hour(6, 'Until hour'),
      EndMin: minute('Until minute'),
      StartHour: hour(18, 'From hour'),
      StartMin: minute('From minute'),
    }),
    bright: integer({ min: 0, max: 100, initial: 100, label: 'Brightness', unit: '%' }),
    mode: choice([0, 1, 2, 3], { initial: 0, label: 'When it lights by itself' }),
    state: flag(0, { label: 'On by hand' }),
  }),
  apply: ({ LightingSchedule: hours, bright, mode, state }, { whiteLamps }, channel) =>
    whiteLamps[channel]?.configure({
      isOn: state === 1,
      brightness: bright / 100,
      mode: MODES[mode]!,
      startMinute: hours.StartHour * 60 + hours.StartMin,
      endMinute: hours.EndHour * 60 + hours.EndMin,
    }),
})
