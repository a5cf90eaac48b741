/** When events are told to browsers, webhooks and MQTT (Guide §3.3.21–3.3.22). */
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { weeklySchedule } from '../../define/tables.ts'

export const push = setting('Push', {
  guide: ['3.3.21', '3.3.22'],
  summary: 'The hours in which events are told to browsers, webhooks and MQTT.',
  ability: { key: 'push' },
  fields: group({
    schedule: group({
      enable: flag(1, { label: 'Push' }),
      table: weeklySchedule('1', { label: 'Hours of the week' }),
    }),
  }),
  apply: ({ schedule }, { pushHours }) =>
    pushHours.configure({ isEnabled: schedule.enable === 1, hours: schedule.table }),
})
