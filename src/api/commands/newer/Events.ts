/** What goes on in front of the camera, in one answer. It tells motion apart from nothing: people and vehicles are motion. */
import { action, LATER } from '../../define/command.ts'

/** Kinds of things that this camera does not know; clients want each of them named. */
const UNKNOWN_THINGS = Object.fromEntries(
  ['dog_cat', 'face', 'people', 'vehicle'].map((thing) => [thing, { alarm_state: 0, support: 0 }]),
)

export const getAiState = action('GetAiState', {
  guide: LATER,
  summary: 'What kinds of things are recognised: none, which `support` says of each.',
  access: { key: 'alarmMd', right: 'read' },
  readOnly: true,
  perChannel: true,
  run: (_params, _call, channel) => ({ value: { channel, ...UNKNOWN_THINGS } }),
})

export const getEvents = action('GetEvents', {
  guide: LATER,
  summary: 'Whether motion goes on, as GetMdState tells it, together with what is not recognised.',
  access: { key: 'alarmMd', right: 'read' },
  readOnly: true,
  perChannel: true,
  run: (_params, { parts }, channel) => ({
    value: {
      ai: UNKNOWN_THINGS,
      channel,
      md: { alarm_state: parts.motion[channel]?.isMotion ? 1 : 0, support: 1 },
      visitor: { alarm_state: 0, support: 0 },
    },
  }),
})
