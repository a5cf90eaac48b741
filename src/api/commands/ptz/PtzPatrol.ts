/** The tour from preset to preset (Guide §3.7.3–3.7.4, Q-98). */
import {
  MAX_DWELL_SECONDS,
  MAX_SPEED,
  MAX_STOPS,
  MIN_SPEED,
  NORMAL_SPEED,
  PRESETS,
} from '../../../ptz/limits.ts'
import { action } from '../../define/command.ts'
import { optional } from '../../define/field.ts'
import { group, list } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'

const stop = group({
  dwellTime: integer({ min: 1, max: MAX_DWELL_SECONDS, initial: 5 }),
  id: integer({ min: 1, max: PRESETS, initial: 1 }),
  speed: integer({ min: MIN_SPEED, max: MAX_SPEED, initial: NORMAL_SPEED }),
})

/** A stop of a new list has nothing to be merged with: all its members are mandatory. */
const newStop: typeof stop = {
  ...stop,
  read: (input, _current, path) => stop.read(input, undefined, path),
}

const fields = group({
  enable: optional(flag(0)),
  id: integer({ min: 1, max: 1, initial: 1 }),
  preset: optional(list(newStop, { max: MAX_STOPS })),
  running: optional(flag(0)),
})

const range = {
  PtzPatrol: { enable: 'boolean', id: { min: 1, max: 1 }, preset: stop.range(), running: 'boolean' },
}

export const getPtzPatrol = action('GetPtzPatrol', {
  guide: '3.7.3',
  summary: 'The patrol, and whether it is under way.',
  access: { key: 'ptzPatrol', right: 'read' },
  section: 'PtzPatrol',
  readOnly: true,
  perChannel: true,
  run: (_params, { entry, parts }, channel) => {
    const patrol = parts.ptz[channel]?.patrol()
    const preset = patrol?.stops.map(({ id, dwellSeconds, speed }) => ({
      dwellTime: dwellSeconds,
      id,
      speed,
    }))
    const value = {
      PtzPatrol: [
        { channel, enable: patrol?.enabled ? 1 : 0, id: 1, preset, running: patrol?.running ? 1 : 0 },
      ],
    }
    return entry.action === 1 ? { range, value } : { value }
  },
})

export const setPtzPatrol = action('SetPtzPatrol', {
  guide: '3.7.4',
  summary: 'Sets the stops of the patrol; `running` starts or stops it.',
  access: { key: 'ptzPatrol', right: 'revise' },
  section: 'PtzPatrol',
  fields,
  perChannel: true,
  run: async ({ enable, preset, running }, { parts }, channel) => {
    const stops = preset?.map(({ id, dwellTime, speed }) => ({ id, dwellSeconds: dwellTime, speed }))
    const change = {
      ...(enable === undefined ? {} : { enabled: enable === 1 }),
      ...(stops === undefined ? {} : { stops }),
    }
    await parts.ptz[channel]?.changePatrol(change, running === undefined ? undefined : running === 1)
    return undefined
  },
})
