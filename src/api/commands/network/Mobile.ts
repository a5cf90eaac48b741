/** The mobile network (Guide §3.3.27–3.3.28). */
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { secret, text } from '../../define/texts.ts'

// 3GPP TS 23.003 §9.1: labels as in names of hosts.
const APN = /^[A-Za-z0-9._-]*$/

export const mobile = setting('3G', {
  guide: ['3.3.27', '3.3.28'],
  summary: 'The mobile network that is dialled: with an access point, or automatically (Q-77).',
  ability: { key: '3g' },
  showsAllWithoutAction: true,
  fields: group({
    autoApn: flag(0, { label: 'Access point of the operator' }),
    phone: text({ maxLen: 31, label: 'Number' }),
    apn: text({
      maxLen: 63,
      label: 'Access point',
      rule: (value) => (APN.test(value) ? undefined : 'letters, digits, dots, hyphens'),
      breaksRule: 'a b;c',
    }),
    userName: text({ maxLen: 31, label: 'User name' }),
    password: secret({ maxLen: 31, label: 'Password' }),
  }),
  apply: ({ autoApn, ...access }, { network }) =>
    network.mobile?.configure({ isAutomatic: autoApn === 1, ...access }),
})
