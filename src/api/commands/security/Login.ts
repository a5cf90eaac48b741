/** Obtaining and releasing a token (Guide §3.2.1–3.2.2, §4.1). */
import { action } from '../../define/command.ts'
import { withDefault } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { text } from '../../define/texts.ts'

export const login = action('Login', {
  guide: '3.2.1',
  summary: 'Opens a session and answers its token.',
  access: 'anyone',
  section: 'User',
  fields: group({
    userName: text({ minLen: 1, maxLen: 31 }),
    // Compared as it comes, so longer texts are simply wrong.
    password: withDefault(text({ maxLen: 127 }), ''),
  }),
  run: async ({ userName, password }, { entry, parts, address }) => {
    const passwords = entry.passwords ?? [password]
    const { token, leaseSeconds } = await parts.access.guard.login(userName, passwords, address)
    return { value: { Token: { leaseTime: leaseSeconds, name: token } } }
  },
})

export const logout = action('Logout', {
  guide: '3.2.2',
  summary: 'Releases the token; a short connection has none to release.',
  access: 'session',
  run: (_params, { parts, principal, address }) => {
    const { session, user } = principal
    if (session === undefined) return undefined
    parts.access.guard.logout(session)
    parts.deviceLog.write({ type: 'login', detail: 'logout', userName: user.name, address })
    return undefined
  },
})
