/** New versions by upload (Guide §3.1.10, §3.1.15, §3.1.22; docs/design/firmware.md). */

import { action, type Call } from '../../define/command.ts'
import { type Field, withDefault } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { type Flag, flag } from '../../define/numbers.ts'
import { text } from '../../define/texts.ts'
import { API_ERRORS } from '../../errors.ts'
import type { Actor } from '../../parts.ts'

/** 256 MiB and room for the package's head. */
const MAX_BYTES = 256 * 1024 * 1024 + 8192

export const access = { key: 'upgrade', right: 'execute' } as const

/** Who runs a command, for the device log. */
export function actorOf({ principal, address }: Call): Actor {
  return { userName: principal.user.name, address }
}

/** A template that nobody filled in counts as left out. */
function orTemplate(field: Field<Flag>): Field<Flag> {
  return {
    ...field,
    read: (input, current, path) => field.read(input === '%d' ? undefined : input, current, path),
  }
}

export const upgrade = action('Upgrade', {
  guide: '3.1.10',
  summary:
    'Takes a firmware package, whole or in pieces (Q-54), installs it and reboots. With `clearConfig` 1 the settings are reset.',
  access,
  upload: { part: 'upgrade-package', maxBytes: MAX_BYTES },
  fields: group({ clearConfig: withDefault(orTemplate(flag(0)), 0) }),
  run: async ({ clearConfig }, call) => {
    // Without a file the dispatcher has refused the command.
    await call.parts.firmware.receive({ ...call.upload!, resets: clearConfig === 1 }, actorOf(call))
    return undefined
  },
})

const fileName = text({
  minLen: 5,
  maxLen: 127,
  initial: 'vedette.pak',
  rule: (name) => (/[^/\\]\.paks?$/i.test(name) ? undefined : 'the name of a file that ends with .pak'),
  breaksRule: 'firmware.exe',
})

export const upgradePrepare = action('UpgradePrepare', {
  guide: '3.1.15',
  summary: 'Announces the file that Upgrade will send, and whether the settings shall be reset then.',
  access,
  fields: group({ restoreCfg: withDefault(flag(0), 0), fileName }),
  run: ({ fileName, restoreCfg }, { parts }) => {
    parts.firmware.announce(fileName, restoreCfg === 1)
    return undefined
  },
})

export const upgradeStatus = action('UpgradeStatus', {
  guide: '3.1.22',
  summary: 'Progress of the upgrade in percent, and the code of the error that ended it (Q-56).',
  access,
  readOnly: true,
  run: (_params, { parts }) => {
    const { percent, failure } = parts.firmware.status()
    return { value: { Status: { Persent: percent, code: failure ? API_ERRORS[failure].rspCode : 0 } } }
  },
})
