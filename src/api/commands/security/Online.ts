/** Who is logged in, and forcing somebody off (Guide §3.2.7–3.2.8). */
import { CameraError } from '../../../base/errors.ts'
import { action } from '../../define/command.ts'
import { group } from '../../define/groups.ts'
import { integer } from '../../define/numbers.ts'
import { text } from '../../define/texts.ts'

export const getOnline = action('GetOnline', {
  guide: '3.2.7',
  summary: 'The sessions. The caller cannot disconnect itself.',
  access: { key: 'online', right: 'read' },
  readOnly: true,
  run: (_params, { parts, principal }) => ({
    value: {
      User: parts.access.guard.sessions().map(({ id, user, address }) => ({
        canbeDisconn: id === principal.session?.id ? 0 : 1,
        ip: address,
        level: user.level,
        sessionId: id,
        userName: user.name,
      })),
    },
  }),
})

export const disconnect = action('Disconnect', {
  guide: '3.2.8',
  summary: 'Ends a session. Name and number must belong together (Q-38).',
  access: { key: 'online', right: 'revise' },
  section: 'User',
  fields: group({
    userName: text({ minLen: 1, maxLen: 31 }),
    sessionId: integer({ min: 0, max: Number.MAX_SAFE_INTEGER, initial: 0 }),
  }),
  run: ({ userName, sessionId }, { parts, principal, address }) => {
    const { guard } = parts.access
    const session = guard.sessions().find(({ id, user }) => id === sessionId && user.name === userName)
    if (session === undefined) throw new CameraError('bad-value', 'there is no such session of that user')
    if (session.id === principal.session?.id) {
      throw new CameraError('forbidden', 'a session cannot disconnect itself')
    }
    guard.logout(session)
    parts.deviceLog.write({
      type: 'login',
      detail: `session ${sessionId} of ${userName} disconnected`,
      userName: principal.user.name,
      address,
    })
    return undefined
  },
})
