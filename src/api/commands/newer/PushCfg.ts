/** How often browsers are told of events. */
import { LATER } from '../../define/command.ts'
import { group } from '../../define/groups.ts'
import { integer } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'

const LONGEST_SECONDS = 3600

export const pushCfg = setting('PushCfg', {
  guide: [LATER, LATER],
  summary: 'For how many seconds a browser hears of no further event after it was told of one.',
  ability: { key: 'push' },
  fields: group({
    pushInterval: integer({
      ...{ min: 0, max: LONGEST_SECONDS, initial: 0 },
      ...{ label: 'At most one message in', unit: 's' },
    }),
  }),
  apply: ({ pushInterval }, { pushPause }) => pushPause.configure(pushInterval * 1000),
})
