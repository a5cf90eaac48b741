/** TV norm (Guide §3.4.1–3.4.2). The section is a bare word in place of an object. */
import { action, type Call, type Command } from '../../define/command.ts'
import { missing } from '../../define/field.ts'
import type { Setting } from '../../define/setting.ts'
import { enc, frameRateIn } from '../enc/Enc.ts'
import { type StoredNorm, storedNorm } from './stored-norm.ts'

const PERMISSION_KEY = 'tvSystem'
const { fields } = storedNorm

const getNorm: Command = {
  ...action('GetNorm', {
    guide: '3.4.1',
    summary: 'Norm of the mains, which decides the highest frame rate.',
    access: { key: PERMISSION_KEY, right: 'read' },
    readOnly: true,
    run: (_params, { entry, parts }) => {
      const value = parts.settings.current(norm)
      if (entry.action !== 1) return { value: { ...value } }
      return {
        initial: { ...fields.initial },
        range: fields.range() as Record<string, unknown>,
        value: { ...value },
      }
    },
  }),
  fields,
}

const setNorm: Command = {
  ...action('SetNorm', {
    guide: '3.4.2',
    summary: 'Changes the norm of the mains. The camera restarts if it is another one than before.',
    access: { key: PERMISSION_KEY, right: 'revise' },
    run: change,
  }),
  kind: 'set',
  fields,
  read: (entry) => {
    const given = { Norm: entry.member('Norm') }
    if (given.Norm === undefined) missing('Norm')
    return fields.read(given, undefined, 'param')
  },
}

export const norm: Setting<StoredNorm> = { ...storedNorm, commands: [getNorm, setNorm] }

/** The frame rates that the new norm lacks are replaced before the camera restarts. */
async function change(params: unknown, { parts, principal, address }: Call): Promise<undefined> {
  const { Norm } = params as StoredNorm
  const { settings, channels, power } = parts
  if (settings.current(norm).Norm === Norm) return
  const author = { userName: principal.user.name, address }
  await settings.change(norm, 0, { Norm }, author)
  for (const channel of channels.keys()) {
    const { frameRate } = settings.current(enc, channel).mainStream
    const fitting = frameRateIn(Norm, frameRate)
    if (fitting === frameRate) continue
    await settings.change(enc, channel, { mainStream: { frameRate: fitting } }, author)
  }
  power.reboot()
}
