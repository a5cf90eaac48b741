/** Whether the lens focuses by itself (Guide §3.10.1–3.10.2, Q-110). */
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { printsCode } from '../../define/printed-code.ts'
import { setting } from '../../define/setting.ts'

const plain = setting('AutoFocus', {
  guide: ['3.10.1', '3.10.2'],
  summary: 'Whether the lens focuses by itself.',
  ability: { key: 'disableAutoFocus' },
  perChannel: true,
  showsAllWithoutAction: true,
  fields: group({ disable: flag(0, { label: 'Switch auto focus off' }) }),
  apply: async ({ disable }, { ptz }, channel) => {
    await ptz[channel]?.setAutoFocus(disable === 0)
  },
})

const [get, set] = plain.commands

export const autoFocus: typeof plain = { ...plain, commands: [printsCode(get), set] }
