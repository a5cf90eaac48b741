/** The restart that the camera gives itself regularly (Guide §3.1.5–3.1.6, Q-47). */
import { WEEKDAYS } from '../../../base/local-time.ts'
import { choice } from '../../define/choice.ts'
import { group } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'

export const autoMaint = setting('AutoMaint', {
  guide: ['3.1.5', '3.1.6'],
  summary: 'When the camera restarts by itself, on its own clock.',
  ability: { key: 'autoMaint' },
  fields: group({
    enable: flag(1, { label: 'Restart regularly' }),
    hour: integer({ min: 0, max: 23, initial: 2 }),
    min: integer({ min: 0, max: 59, initial: 0 }),
    sec: integer({ min: 0, max: 59, initial: 0 }),
    weekDay: choice(['Everyday', ...WEEKDAYS], { initial: 'Sunday', label: 'Day of the week' }),
  }),
  apply: ({ enable, hour, min, sec, weekDay }, { maintenance }) => {
    const weekday: number = (WEEKDAYS as readonly string[]).indexOf(weekDay)
    maintenance.plan(
      enable === 1
        ? { weekday: weekday < 0 ? undefined : weekday, hour, minute: min, second: sec }
        : undefined,
    )
  },
})
