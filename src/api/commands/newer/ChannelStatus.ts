/** Which channels there are. Clients of cameras with many ask it before anything else. */
import { action, LATER } from '../../define/command.ts'
import { osd } from '../video-input/Osd.ts'

export const getChannelstatus = action('GetChannelstatus', {
  guide: LATER,
  summary: 'The channels with their names; `online` is always 1, the one camera being this one.',
  access: { key: 'devInfo', right: 'read' },
  readOnly: true,
  run: (_params, { parts: { channels, device, settings } }) => {
    const status = channels.map((_, channel) => ({
      channel,
      name: settings.current(osd, channel).osdChannel.name,
      online: 1,
      typeInfo: device.model,
    }))
    return { value: { count: status.length, status } }
  },
})

export const getChnTypeInfo = action('GetChnTypeInfo', {
  guide: LATER,
  summary: 'Model and versions of a channel.',
  access: { key: 'devInfo', right: 'read' },
  readOnly: true,
  perChannel: true,
  run: (_params, { parts: { device } }, channel) => ({
    value: {
      boardInfo: device.hardwareVersion,
      channel,
      firmVer: device.firmwareVersion,
      typeInfo: device.model,
    },
  }),
})
