/** A configuration file back into the camera (Guide §3.1.12, Q-53, docs/design/configuration-files.md). */
import type { Readable } from 'node:stream'
import type { Account } from '../../../auth/accounts.ts'
import { LEVELS } from '../../../auth/types.ts'
import { MAX_PACKED_BYTES, refusal, refuse } from '../../../backup/archive.ts'
import { type FoundConfiguration, readConfiguration } from '../../../backup/document.ts'
import { messageOf } from '../../../base/errors.ts'
import { choice } from '../../define/choice.ts'
import { action, type Call } from '../../define/command.ts'
import { withDefault } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { joinSecrets, splitSecrets } from '../../define/secrets.ts'
import { text } from '../../define/texts.ts'
import type { Parts } from '../../parts.ts'
import type { Place } from '../../settings.ts'
import { userName } from '../security/User.ts'
import { passphrase } from './ExportCfg.ts'

export const importCfg = action('ImportCfg', {
  guide: '3.1.12',
  summary:
    'Replaces all settings by those of a file from ExportCfg, or none if it is refused. The `passphrase` opens its passwords; with `users` 1 the accounts are replaced too.',
  access: { key: 'importCfg', right: 'revise' },
  upload: { part: 'config-file', maxBytes: MAX_PACKED_BYTES },
  fields: group({ passphrase, users: withDefault(flag(0), 0) }),
  run: async (params, call) => {
    const { parts, principal, address, upload } = call
    const note = (detail: string) =>
      parts.deviceLog.write({ type: 'config', detail, userName: principal.user.name, address })
    try {
      const packed = await bytesOf(upload!.content)
      const found = await readConfiguration(packed, parts.device.model, params.passphrase)
      await replaceAll(found, params.users === 1, call)
    } catch (error) {
      note(`configuration not imported: ${messageOf(error)}`)
      throw error
    }
    note(`configuration imported, ${params.users === 1 ? 'with' : 'without'} users`)
    return undefined
  },
})

async function replaceAll(
  found: FoundConfiguration,
  withUsers: boolean,
  { parts, principal }: Call,
): Promise<void> {
  const accounts = withUsers ? accountsOf(found) : undefined
  const { users } = parts.access
  const heads = headsOf(found, parts)
  await parts.settings.replaceAll(
    (place) => newValue(place, found, parts),
    (storeSettings) => {
      const storeAll = (storeUsers: () => void) =>
        parts.store.atomically(() => {
          storeSettings()
          for (const head of heads) head.store()
          storeUsers()
        })
      if (accounts === undefined) storeAll(() => undefined)
      else users.replaceAll(accounts, principal, storeAll)
    },
  )
  for (const head of heads) head.take()
}

/** What the file says of heads that this camera has. Errors: CameraError `check-failed`. */
function headsOf({ heads }: FoundConfiguration, { ptz }: Parts) {
  try {
    return ptz.flatMap((head, channel) =>
      heads[channel] === undefined ? [] : [head.restore(heads[channel])],
    )
  } catch (error) {
    throw refusal(messageOf(error), error)
  }
}

/** The value of one place, undefined if the file has none. Errors: CameraError `check-failed`. */
function newValue(
  { setting, key, value, channel }: Place,
  { settings, secrets }: FoundConfiguration,
  parts: Parts,
): object | undefined {
  const { fields } = setting
  if (!Object.hasOwn(settings, key)) return undefined
  // What the file does not tell stays secret and as it is.
  const own = secrets === undefined ? splitSecrets(fields, value).secret : secrets.settings[key]
  const base =
    own === undefined ? fields.initial : joinSecrets(splitSecrets(fields, fields.initial).open, own)
  try {
    const readable = secrets === undefined ? settings[key] : joinSecrets(settings[key], own)
    const next = fields.read(readable, base, key) as object
    // Checked here too, so that a bad combination counts as a bad file.
    setting.check(next, parts, channel)
    return next
  } catch (error) {
    throw refusal(messageOf(error), error)
  }
}

const account = group({
  name: userName,
  level: choice(LEVELS, { initial: 'guest' }),
  builtIn: flag(0),
})
const password = group({ name: userName, passwordHash: text({ maxLen: 200 }) })

function accountsOf({ users, secrets }: FoundConfiguration): Account[] {
  if (secrets === undefined) refuse('users are replaced only with the passphrase')
  try {
    const hashes = secrets.users.map((one) => password.read(one, undefined, 'sealed users'))
    const hashOf = new Map(hashes.map(({ name, passwordHash }) => [name, passwordHash]))
    return users.map((one) => {
      const { name, level, builtIn } = account.read(one, undefined, 'users')
      return { name, level, passwordHash: hashOf.get(name) ?? '', builtIn: builtIn === 1 }
    })
  } catch (error) {
    throw refusal(messageOf(error), error)
  }
}

/** Errors: CameraError `receive-failed`, `too-long`. */
async function bytesOf(content: Readable): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of content) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}
