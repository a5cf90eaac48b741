/** Back to the factory state (Guide §3.1.13): the answer goes out first, the rest is done as the camera restarts. */
import { action } from '../../define/command.ts'

export const restore = action('Restore', {
  guide: '3.1.13',
  summary:
    'Returns all settings, users, the certificate and the log to the factory state and restarts; recordings and the serial number stay. Without an admin password from outside the camera then listens on its own machine only.',
  access: { key: 'restore', right: 'execute' },
  run: (_params, { parts, principal, address }) => {
    parts.factoryReset.atNextStart({ userName: principal.user.name, address })
    parts.power.reboot()
    return undefined
  },
})
