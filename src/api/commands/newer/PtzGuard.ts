/** The place the head goes back to when it has been left alone for a while (docs/design/ptz.md). */
import { MAX_GUARD_SECONDS, MIN_GUARD_SECONDS } from '../../../ptz/limits.ts'
import { choice } from '../../define/choice.ts'
import { action, LATER } from '../../define/command.ts'
import { optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'

const SECTION = 'PtzGuard'
const seconds = integer({
  ...{ min: MIN_GUARD_SECONDS, max: MAX_GUARD_SECONDS, initial: 60 },
  ...{ label: 'Goes back after', unit: 's' },
})

const range = {
  [SECTION]: {
    benable: 'boolean',
    bexistPos: 'boolean',
    bSaveCurrentPos: 'boolean',
    channel: 0,
    cmdStr: ['setPos', 'toPos'],
    timeout: seconds.range(),
  },
}

export const getPtzGuard = action('GetPtzGuard', {
  guide: LATER,
  summary: 'Whether the head goes back by itself, after how long, and whether it knows where.',
  access: { key: 'ptzPreset', right: 'read' },
  section: SECTION,
  readOnly: true,
  perChannel: true,
  run: (_params, { entry, parts }, channel) => {
    const guard = parts.ptz[channel]?.guard()
    const value = {
      [SECTION]: {
        benable: guard?.enabled ? 1 : 0,
        bexistPos: guard?.place === undefined ? 0 : 1,
        channel,
        timeout: guard?.seconds,
      },
    }
    return entry.action === 1 ? { range, value } : { value }
  },
})

export const setPtzGuard = action('SetPtzGuard', {
  guide: LATER,
  summary:
    'Stores where the head looks now as its guard place (`bSaveCurrentPos` 1), sends it there (`toPos`), and lets it go back by itself.',
  access: { key: 'ptzPreset', right: 'revise' },
  section: SECTION,
  fields: group({
    benable: optional(flag(0, { label: 'Goes back by itself' })),
    bSaveCurrentPos: optional(flag(0, { label: 'Stores where it looks now' })),
    cmdStr: optional(choice(['setPos', 'toPos'], { initial: 'setPos' })),
    timeout: optional(seconds),
  }),
  perChannel: true,
  run: async ({ benable, bSaveCurrentPos, cmdStr, timeout }, { parts }, channel) => {
    const change = {
      enabled: benable === undefined ? undefined : benable === 1,
      seconds: timeout,
      // Going back to a place leaves it where it is.
      storesPlace: bSaveCurrentPos === 1 && cmdStr !== 'toPos',
    }
    await parts.ptz[channel]?.changeGuard(change, cmdStr === 'toPos')
    return undefined
  },
})
