/** Opening the ports of the services on the router (Guide §3.3.14–3.3.15). */
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'

export const upnp = setting('Upnp', {
  guide: ['3.3.14', '3.3.15'],
  summary:
    'Whether the router is asked to forward the ports of the services, so that the internet can reach them.',
  ability: { key: 'upnp' },
  // The guide prints 1; nobody's camera shall be open to the internet before somebody wants it (docs/design/network.md).
  fields: group({ enable: flag(0, { label: 'Open ports on the router' }) }),
  apply: ({ enable }, { network }) => network.portMappings.configure(enable === 1),
})
