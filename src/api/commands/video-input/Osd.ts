/** On-screen display: camera name and time in the picture (Guide §3.4.5–3.4.6). Members of later firmware: `bgcolor`, `watermark`. */
import { OSD_POSITIONS } from '../../../engine/protocol.ts'
import { choice } from '../../define/choice.ts'
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { text } from '../../define/texts.ts'

const MAX_NAME = 31

export const cameraName = text({ maxLen: MAX_NAME, initial: 'Camera1', label: 'Camera name' })

export const osd = setting('Osd', {
  guide: ['3.4.5', '3.4.6'],
  summary: 'Camera name and time in the picture.',
  ability: { key: 'osd' },
  perChannel: true,
  fields: group({
    bgcolor: flag(0, { label: 'Dark box behind the words' }),
    osdChannel: group({
      enable: flag(1, { label: 'Show the camera name' }),
      name: cameraName,
      pos: choice(OSD_POSITIONS, { initial: 'Lower Right', label: 'Position of the name' }),
    }),
    osdTime: group({
      enable: flag(1, { label: 'Show the time' }),
      pos: choice(OSD_POSITIONS, { initial: 'Top Center', label: 'Position of the time' }),
    }),
    watermark: flag(0, { label: 'Show the mark of Vedette' }),
  }),
  range: {
    channel: 0,
    bgcolor: 'boolean',
    osdChannel: { enable: 'boolean', name: { maxLen: MAX_NAME }, pos: OSD_POSITIONS },
    osdTime: { enable: 'boolean', pos: OSD_POSITIONS },
    watermark: 'boolean',
  },
  apply: ({ bgcolor, osdChannel, osdTime, watermark }, { channels }, channel) => {
    channels[channel]?.configure({
      osd: {
        name: { enabled: osdChannel.enable === 1, text: osdChannel.name, position: osdChannel.pos },
        time: { enabled: osdTime.enable === 1, position: osdTime.pos },
        background: bgcolor === 1,
        watermark: watermark === 1,
      },
    })
  },
})
