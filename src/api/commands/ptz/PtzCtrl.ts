/** Moving head and lens, and telling where it looks (Guide §3.7.5, Q-99 to Q-101). */
import { CameraError } from '../../../base/errors.ts'
import { MAX_SPEED, MIN_SPEED, NORMAL_SPEED, PRESETS } from '../../../ptz/limits.ts'
import { OPERATIONS } from '../../../ptz/operations.ts'
import { choice } from '../../define/choice.ts'
import { action } from '../../define/command.ts'
import { badValue, type Field, keepCurrent, optional, withDefault } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { integer, toInteger } from '../../define/numbers.ts'

/** Any number is taken; one that is too small or too great stands for the nearest. */
const speed: Field<number> = {
  ...integer({ min: MIN_SPEED, max: MAX_SPEED, initial: NORMAL_SPEED }),
  read: keepCurrent((input, path) => {
    const value = toInteger(input)
    return value === undefined
      ? badValue(path, 'a whole number')
      : Math.min(MAX_SPEED, Math.max(MIN_SPEED, value))
  }),
}

export const ptzCtrl = action('PtzCtrl', {
  guide: '3.7.5',
  summary: 'Turns the head, zooms, focuses; goes to a preset, starts and stops the patrol.',
  access: { key: 'ptzCtrl', right: 'execute' },
  perChannel: true,
  fields: group({
    op: choice(OPERATIONS, { initial: 'Stop' }),
    id: optional(integer({ min: 0, max: PRESETS, initial: 1 })),
    speed: withDefault(speed, NORMAL_SPEED),
  }),
  run: async (order, { parts }, channel) => {
    await parts.ptz[channel]?.order(order)
    return undefined
  },
})

/** Steps of the whole range, in the tenths of a degree that clients know from real heads. */
const PAN_STEPS = 3600
const TILT_STEPS = 900

export const getPtzCurPos = action('GetPtzCurPos', {
  guide: '3.7.5',
  summary:
    'Where the head looks, of later firmware: pan 0..3600 and tilt 0..900 over the whole picture, zoom in percent.',
  access: { key: 'ptzPreset', right: 'read' },
  readOnly: true,
  perChannel: true,
  run: (_params, { parts }, channel) => {
    const pose = parts.ptz[channel]?.position()
    if (pose === undefined) throw new CameraError('not-supported', 'the head does not tell its position')
    return {
      value: {
        PtzCurPos: {
          channel,
          Ppos: Math.round(pose.pan * PAN_STEPS),
          Tpos: Math.round(pose.tilt * TILT_STEPS),
          Zpos: Math.round(pose.zoom * 100),
        },
      },
    }
  },
})
