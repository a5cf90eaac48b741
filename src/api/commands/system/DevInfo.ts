/** Identity, versions and equipment of the camera (Guide §3.1.2). */
import { oncePer } from '../../../base/once.ts'
import { action, type Success } from '../../define/command.ts'
import type { Infer } from '../../define/field.ts'
import type { Parts } from '../../parts.ts'
import { osd } from '../video-input/Osd.ts'

/** The answer changes with the camera's name alone. */
const answerOf = oncePer(({ abilities, channels, device }: Parts) =>
  oncePer(
    ({ osdChannel }: Infer<typeof osd.fields>): Success => ({
      value: {
        DevInfo: {
          B485: abilities.supports('ptzCtrl') ? 1 : 0,
          IOInputNum: 0,
          IOOutputNum: 0,
          audioNum: 1,
          buildDay: device.buildDay,
          cfgVer: device.configVersion,
          channelNum: channels.length,
          detail: `${device.hardwareVersion}${device.serial}`,
          diskNum: abilities.supports('sdCard') ? 1 : 0,
          exactType: 'IPC',
          firmVer: device.firmwareVersion,
          frameworkVer: 1,
          hardVer: device.hardwareVersion,
          model: device.model,
          name: osdChannel.name,
          pakSuffix: 'pak',
          serial: device.serial,
          type: 'IPC',
          wifi: abilities.supports('wifi') ? 1 : 0,
        },
      },
    }),
  ),
)

export const getDevInfo = action('GetDevInfo', {
  guide: '3.1.2',
  summary: 'Identity, versions and equipment. The name is the one in the picture.',
  access: { key: 'devInfo', right: 'read' },
  readOnly: true,
  run: (_params, { parts }) => answerOf(parts)(parts.settings.current(osd)),
})
