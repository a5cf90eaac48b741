/** Reboot and Shutdown (Guide §3.1.14, §3.1.16): the answer goes out first, then the camera goes down. */
import { action } from '../../define/command.ts'

const access = { key: 'reboot', right: 'execute' } as const

export const reboot = action('Reboot', {
  guide: '3.1.14',
  summary: 'Restarts the camera. All tokens are void afterwards, all settings kept.',
  access,
  run: (_params, { parts, principal, address }) => {
    parts.deviceLog.write({
      type: 'system',
      detail: 'reboot asked for',
      userName: principal.user.name,
      address,
    })
    parts.power.reboot()
    return undefined
  },
})

export const shutdown = action('Shutdown', {
  guide: '3.1.16',
  summary: 'Stops the camera; it stays off until it is started again.',
  access,
  run: (_params, { parts, principal, address }) => {
    parts.deviceLog.write({
      type: 'system',
      detail: 'shutdown asked for',
      userName: principal.user.name,
      address,
    })
    parts.power.shutdown()
    return undefined
  },
})
