/** The configuration as a file (Guide §3.1.11, docs/design/configuration-files.md). */
import { type Secrets, writeConfiguration } from '../../../backup/document.ts'
import { action } from '../../define/command.ts'
import { optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { splitSecrets } from '../../define/secrets.ts'
import { text } from '../../define/texts.ts'
import type { Parts } from '../../parts.ts'

/** What seals the secrets of a file. A query is trimmed, so blanks at its ends could not be sent back. */
export const passphrase = optional(
  text({
    minLen: 8,
    maxLen: 128,
    rule: (value) => (value === value.trim() ? undefined : 'without blanks at its ends'),
  }),
)

export const exportCfg = action('ExportCfg', {
  guide: '3.1.11',
  summary:
    'All settings as the file config.tgz. With a passphrase of 8 to 128 characters it also has passwords, sealed with it; without one it has none.',
  access: { key: 'exportCfg', right: 'read' },
  readOnly: true,
  fields: group({ passphrase }),
  run: async (params, { parts, principal, address }) => {
    const { configuration, secrets } = takeConfiguration(parts)
    const content = await writeConfiguration(configuration, secrets, params.passphrase)
    const what = params.passphrase === undefined ? 'without' : 'with'
    parts.deviceLog.write({
      type: 'config',
      detail: `configuration exported, ${what} passwords`,
      userName: principal.user.name,
      address,
    })
    return {
      attachment: {
        contentType: 'application/octet-stream',
        headers: { 'Content-Disposition': 'attachment;filename="config.tgz"' },
        content,
      },
    }
  },
})

function takeConfiguration({ access, clock, device, ptz, settings }: Parts) {
  const split = settings
    .all()
    .map(({ setting, key, value }) => ({ key, ...splitSecrets(setting.fields, value) }))
  const accounts = access.users.accounts()
  const secrets: Secrets = {
    settings: Object.fromEntries(
      split.filter(({ secret }) => secret !== undefined).map(({ key, secret }) => [key, secret]),
    ),
    users: accounts.map(({ name, passwordHash }) => ({ name, passwordHash })),
  }
  const configuration = {
    product: device.model,
    madeBy: device.firmwareVersion,
    exportedAt: new Date(clock.wallMs()).toISOString(),
    device: { model: device.model, serial: device.serial },
    settings: Object.fromEntries(split.map(({ key, open }) => [key, open])),
    heads: ptz.map((head) => head.backup()),
    users: accounts.map(({ name, level, builtIn }) => ({ name, level, builtIn })),
  }
  return { configuration, secrets }
}
