/** Recording by hand, whatever the hours of the plan say. */
import { action, LATER } from '../../define/command.ts'
import { optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'

const SECTION = 'Rec'
const DAY_SECONDS = 86_400
const duration = integer({ min: 1, max: DAY_SECONDS, initial: 600, label: 'Ends after', unit: 's' })

const range = { [SECTION]: { channel: 0, duration: duration.range(), enable: 'boolean' } }

export const getManualRec = action('GetManualRec', {
  guide: LATER,
  summary: 'Whether somebody records by hand; `duration` is what is left in seconds, 0 if there is no end.',
  access: { key: 'recCfg', right: 'read' },
  section: SECTION,
  readOnly: true,
  perChannel: true,
  run: (_params, { entry, parts: { manualRecording } }, channel) => {
    const manual = manualRecording[channel]
    const value = {
      [SECTION]: { channel, duration: manual?.remainingSeconds, enable: manual?.isOn ? 1 : 0 },
    }
    return entry.action === 1 ? { range, value } : { value }
  },
})

export const setManualRec = action('SetManualRec', {
  guide: LATER,
  summary: 'Begins or ends recording by hand. It ends after `duration`, with a restart, or when told to.',
  access: { key: 'recCfg', right: 'revise' },
  section: SECTION,
  fields: group({ enable: flag(0, { label: 'Record now' }), duration: optional(duration) }),
  perChannel: true,
  run: ({ enable, duration: seconds }, { parts, principal, address }, channel) => {
    const manual = parts.manualRecording[channel]
    if (enable === 1) manual?.start(seconds)
    else manual?.stop()
    const detail = enable === 1 ? 'recording by hand begins' : 'recording by hand ends'
    parts.deviceLog.write({ type: 'record', detail, userName: principal.user.name, address })
    return undefined
  },
})
