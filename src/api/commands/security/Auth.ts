/** The authentication switch (Guide §3.2.9–3.2.10). */
import { CameraError } from '../../../base/errors.ts'
import type { Field } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { type Flag, flag } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'

const enable: Field<Flag> = {
  ...flag(1, { label: 'Login required' }),
  samples: () => ({ good: [1], bad: [{ input: 0, kind: 'not-supported' }] }),
}

export const auth = setting('Auth', {
  guide: ['3.2.9', '3.2.10'],
  summary: 'Whether a login is required. It always is: switching it off is refused (Q-37).',
  ability: { key: 'auth' },
  showsAllWithoutAction: true,
  fields: group({ enable }),
  check: ({ enable }) => {
    if (enable === 0) throw new CameraError('not-supported', 'this camera is never open without a login')
  },
  apply: () => undefined,
})
