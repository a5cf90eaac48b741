/** Whether something moves (Guide §3.8.3, Q-105). */
import { action } from '../../define/command.ts'

export const getMdState = action('GetMdState', {
  guide: '3.8.3',
  summary: 'Whether motion goes on in an armed cell, or did within the last three seconds.',
  access: { key: 'alarmMd', right: 'read' },
  readOnly: true,
  perChannel: true,
  run: (_params, { parts }, channel) => ({ value: { state: parts.motion[channel]?.isMotion ? 1 : 0 } }),
})
