/** The LED that tells that the camera is running (Guide §3.11.3–3.11.4). */
import { choice } from '../../define/choice.ts'
import { group } from '../../define/groups.ts'
import { setting } from '../../define/setting.ts'

export const powerLed = setting('PowerLed', {
  guide: ['3.11.3', '3.11.4'],
  summary: 'The power LED: a mark on the web page, or an LED of the machine.',
  ability: { key: 'powerLed' },
  perChannel: true,
  showsAllWithoutAction: true,
  fields: group({
    // Numbers are those of a switch, not places in the list.
    state: choice(['On', 'Off'], { initial: 'On', label: 'Power LED', aliases: { 0: 'Off', 1: 'On' } }),
  }),
  apply: ({ state }, parts) => parts.powerLed.switch(state === 'On'),
})
