/** What is recorded and when (Guide §3.6.1–3.6.2). */
import { choice } from '../../define/choice.ts'
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { weeklySchedule } from '../../define/tables.ts'

const POST_RECORD_MS = { '15 Seconds': 15_000, '30 Seconds': 30_000, '1 Minute': 60_000 } as const
const POST_RECORDS = Object.keys(POST_RECORD_MS) as (keyof typeof POST_RECORD_MS)[]

export const rec = setting('Rec', {
  guide: ['3.6.1', '3.6.2'],
  summary: 'The hours in which recordings are made, and how much around an event.',
  ability: { key: 'recCfg' },
  perChannel: true,
  fields: group({
    overwrite: flag(1, { label: 'Overwrite the oldest recordings' }),
    postRec: choice(POST_RECORDS, { initial: '15 Seconds', label: 'Record after an event' }),
    preRec: flag(1, { label: 'Record before an event' }),
    schedule: group({
      enable: flag(1, { label: 'Record' }),
      table: weeklySchedule('1', { label: 'Hours of the week' }),
    }),
  }),
  apply: ({ overwrite, postRec, preRec, schedule }, { recordings }, channel) =>
    recordings.configure(channel, {
      hours: schedule.table,
      isEnabled: schedule.enable === 1,
      preRecord: preRec === 1,
      postRecordMs: POST_RECORD_MS[postRec],
      overwrite: overwrite === 1,
    }),
})
