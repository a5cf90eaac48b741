/** The siren by hand, whatever its hours say. */
import { choice } from '../../define/choice.ts'
import { action, LATER } from '../../define/command.ts'
import { missing, optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'

/** Of one sounding, as clients reckon. */
const SOUNDING_MS = 5000
/** Nobody is left alone with a siren. */
const LONGEST_MS = 300_000

export const audioAlarmPlay = action('AudioAlarmPlay', {
  guide: LATER,
  summary:
    'Sounds the siren: `times` for 5 s each, or with `manul` until `manual_switch` 0, at most 5 minutes.',
  access: { key: 'alarmAudio', right: 'revise' },
  perChannel: true,
  fields: group({
    // The word is misspelt by all clients.
    alarm_mode: choice(['times', 'manul'], { initial: 'times', aliases: { manual: 'manul', manu: 'manul' } }),
    manual_switch: optional(flag(0)),
    times: optional(integer({ min: 1, max: LONGEST_MS / SOUNDING_MS, initial: 1 })),
  }),
  run: ({ alarm_mode: mode, manual_switch: on, times }, { parts: { siren } }) => {
    if (mode === 'times') {
      if (times === undefined) missing('times')
      siren.play(times * SOUNDING_MS)
      return undefined
    }
    if (on === undefined) missing('manual_switch')
    if (on === 1) siren.play(LONGEST_MS)
    else siren.silence()
    return undefined
  },
})
