/** New versions from an update server, asked for and by itself (Guide §3.1.18–3.1.21). */
import { CameraError } from '../../../base/errors.ts'
import { action } from '../../define/command.ts'
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { access, actorOf } from './Upgrade.ts'

export const checkFirmware = action('CheckFirmware', {
  guide: '3.1.20',
  summary: 'Asks the update server whether it has a newer version (Q-55).',
  access,
  readOnly: true,
  run: async (_params, { parts }) => {
    return { value: { newFirmware: (await parts.firmware.hasNewer()) ? 1 : 0 } }
  },
})

export const upgradeOnline = action('UpgradeOnline', {
  guide: '3.1.21',
  summary: 'Begins to download the newest version; UpgradeStatus tells the rest. The camera reboots into it.',
  access,
  run: async (_params, call) => {
    await call.parts.firmware.upgradeOnline(actorOf(call))
    return undefined
  },
})

export const autoUpgrade = setting('AutoUpgrade', {
  guide: ['3.1.18', '3.1.19'],
  summary: 'Whether the camera looks for a newer version every night and installs it.',
  ability: { key: 'upgrade', get: 'execute', set: 'execute' },
  showsAllWithoutAction: true,
  fields: group({ enable: flag(0, { label: 'Upgrade automatically' }) }),
  check: ({ enable }, { firmware }) => {
    if (enable === 1 && !firmware.isOnline) {
      throw new CameraError('not-supported', 'no address for updates is configured')
    }
  },
  apply: ({ enable }, { firmware }) => firmware.upgradeDaily(enable === 1 && firmware.isOnline),
})
