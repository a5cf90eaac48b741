/** The accounts (Guide §3.2.3–3.2.6, §4.4). */
import { LEVELS } from '../../../auth/types.ts'
import { choice } from '../../define/choice.ts'
import { action, type Call } from '../../define/command.ts'
import { optional } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { text } from '../../define/texts.ts'

/** Name of an account. */
export const userName = text({ minLen: 1, maxLen: 31, label: 'User name' })
const password = text({ minLen: 6, maxLen: 16, label: 'Password' })
const level = choice(LEVELS, { initial: 'guest', label: 'Level' })
const common = { access: { key: 'user', right: 'revise' }, section: 'User' } as const

function note({ parts, principal, address }: Call, detail: string): void {
  parts.deviceLog.write({ type: 'config', detail, userName: principal.user.name, address })
}

export const getUser = action('GetUser', {
  guide: '3.2.3',
  summary: 'All accounts, without their passwords.',
  access: { key: 'user', right: 'read' },
  readOnly: true,
  run: (_params, { entry, parts }) => {
    const users = parts.access.users.list().map((user) => ({ level: user.level, userName: user.name }))
    const value = { User: users }
    if (entry.action !== 1) return { value }
    const range = { level: level.range(), password: password.range(), userName: userName.range() }
    return { initial: { User: { level: level.initial } }, range: { User: range }, value }
  },
})

export const addUser = action('AddUser', {
  ...common,
  guide: '3.2.4',
  summary: 'Creates an account; up to 20 besides the built-in admin (Q-27).',
  fields: group({ userName, password, level }),
  run: async (user, call) => {
    await call.parts.access.users.add({ name: user.userName, password: user.password, level: user.level })
    note(call, `user ${user.userName} (${user.level}) added`)
    return undefined
  },
})

export const delUser = action('DelUser', {
  ...common,
  guide: '3.2.5',
  summary: 'Deletes an account and ends its sessions; not the built-in admin, not the caller.',
  fields: group({ userName }),
  run: (user, call) => {
    call.parts.access.users.remove(user.userName, call.principal)
    note(call, `user ${user.userName} deleted`)
    return undefined
  },
})

export const modifyUser = action('ModifyUser', {
  ...common,
  guide: '3.2.6',
  summary: 'Gives an account a new password, and optionally a level; its other sessions end.',
  fields: group({ userName, password, level: optional(level) }),
  run: async ({ userName, password, level }, call) => {
    await call.parts.access.users.modify(userName, { password, level }, call.principal)
    note(call, `password of user ${userName} changed${level === undefined ? '' : `, level ${level}`}`)
    return undefined
  },
})
