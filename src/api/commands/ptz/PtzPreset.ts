/** Places the head can go back to (Guide §3.7.1–3.7.2, Q-96, Q-97). */
import { PRESETS } from '../../../ptz/limits.ts'
import type { Preset } from '../../../ptz/presets.ts'
import { action, type Command } from '../../define/command.ts'
import { missing, optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'
import { text } from '../../define/texts.ts'

const fields = group({
  enable: optional(flag(0)),
  // Clients of later firmware count from 0.
  id: integer({ min: 0, max: PRESETS, initial: 1 }),
  name: optional(text({ minLen: 1, maxLen: 31, initial: 'pos1' })),
})

const range = {
  PtzPreset: { channel: 0, enable: 'boolean', id: { min: 1, max: PRESETS }, name: { maxLen: 31 } },
}

export const getPtzPreset = action('GetPtzPreset', {
  guide: '3.7.1',
  summary: 'All 64 presets; those that are off have `enable` 0.',
  access: { key: 'ptzPreset', right: 'read' },
  section: 'PtzPreset',
  readOnly: true,
  perChannel: true,
  run: (_params, { entry, parts }, channel) => {
    const show = ({ id, name, place }: Preset) => ({ channel, enable: place === undefined ? 0 : 1, id, name })
    const value = { PtzPreset: parts.ptz[channel]?.presets().map(show) }
    return entry.action === 1 ? { range, value } : { value }
  },
})

const set = action('SetPtzPreset', {
  guide: '3.7.2',
  summary: 'Stores where the head looks now as a preset (`enable` 1), frees it (`enable` 0), or names it.',
  access: { key: 'ptzPreset', right: 'revise' },
  section: 'PtzPreset',
  fields,
  perChannel: true,
  run: async ({ enable, id, name }, { parts }, channel) => {
    if (enable === undefined && name === undefined) missing('PtzPreset.enable')
    const enabled = enable === undefined ? undefined : enable === 1
    await parts.ptz[channel]?.changePreset({ id, enabled, name })
    return undefined
  },
})

/** Some clients send the members without their section. */
export const setPtzPreset: Command = {
  ...set,
  read: (entry) =>
    entry.member('PtzPreset') === undefined
      ? fields.read(entry.parameters(), undefined, 'PtzPreset')
      : set.read(entry),
}
