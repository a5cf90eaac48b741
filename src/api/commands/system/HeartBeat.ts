/** Keeping a session alive (Guide §3.1.17). */
import { action } from '../../define/command.ts'

export const heartBeat = action('HeartBeat', {
  guide: '3.1.17',
  summary: 'Renews the lease of the token, as every authenticated request does (Q-24).',
  access: 'session',
  run: () => undefined,
})
