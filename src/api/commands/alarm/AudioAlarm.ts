/** When the siren sounds (Guide §3.8.4, Q-106; the guide has no SetAudioAlarm). */
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { weeklySchedule } from '../../define/tables.ts'

export const audioAlarm = setting('AudioAlarm', {
  section: 'Audio',
  guide: ['3.8.4', '3.8.4'],
  summary: 'The hours in which motion sounds the siren.',
  ability: { key: 'alarmAudio' },
  perChannel: true,
  showsAllWithoutAction: true,
  fields: group({
    schedule: group({
      table: weeklySchedule('0', { label: 'Hours of the week' }),
      enable: flag(0, { label: 'Siren' }),
    }),
  }),
  apply: ({ schedule }, { siren }) =>
    siren.configure({ isEnabled: schedule.enable === 1, hours: schedule.table }),
})
