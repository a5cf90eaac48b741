/** A name that follows the public address (Guide §3.3.3–3.3.4). */
import { choice } from '../../define/choice.ts'
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { hostname, secret, text } from '../../define/texts.ts'

export const ddns = setting('Ddns', {
  guide: ['3.3.3', '3.3.4'],
  summary: 'The name that the DDNS service shall keep at the public address, and the account there.',
  ability: { key: 'ddns' },
  fields: group({
    domain: hostname({ maxLen: 127, label: 'Name' }),
    enable: flag(0, { label: 'DDNS' }),
    password: secret({ maxLen: 31, label: 'Password' }),
    type: choice(['3322', 'Dyndns'], { initial: '3322', label: 'Service' }),
    userName: text({
      maxLen: 127,
      label: 'User name',
      // RFC 7617 §2: it ends at the first colon.
      rule: (value) => (value.includes(':') ? 'text without a colon' : undefined),
      breaksRule: 'a:b',
    }),
  }),
  apply: ({ enable, domain, ...account }, { network }) => {
    network.ddns.configure(enable === 1 && domain !== '' ? { domain, ...account } : undefined)
  },
})
