/** The infrared lamp (Guide §3.11.1–3.11.2). It is simulated in the picture (docs/design/picture.md). */
import { LAMP_MODES } from '../../../engine/protocol.ts'
import { choice } from '../../define/choice.ts'
import { group } from '../../define/groups.ts'
import { setting } from '../../define/setting.ts'

export const irLights = setting('IrLights', {
  guide: ['3.11.1', '3.11.2'],
  summary: 'The infrared lamp: by itself when it is dark, off, or on.',
  ability: { key: 'ledControl' },
  perChannel: true,
  showsAllWithoutAction: true,
  fields: group({
    // Numbers stand for the place in the list.
    state: choice(LAMP_MODES, {
      initial: 'Auto',
      label: 'Infrared lamp',
      aliases: Object.fromEntries(LAMP_MODES.map((mode, index) => [String(index), mode])),
    }),
  }),
  apply: ({ state }, { channels }, channel) => channels[channel]?.configure({ lamp: state }),
})
