/** Uploads of recordings and pictures to S3-compatible storage (Guide §3.3.23–3.3.26, docs/design/cloud.md). */

import { action, type Command } from '../../define/command.ts'
import { withDefault } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { weeklySchedule } from '../../define/tables.ts'
import { SECRET_MASK, secret, text } from '../../define/texts.ts'
import { API_ERRORS, RSP_OK } from '../../errors.ts'

const ACCESS_KEY = 'cloudStorage'

export const getCloud = action('GetCloud', {
  guide: '3.3.23',
  summary: 'The cloud account, and what came of its last operation.',
  access: { key: ACCESS_KEY, right: 'read' },
  readOnly: true,
  section: 'Cloud',
  run: (_params, { parts, principal }) => {
    const { detail, failure, isLoggedIn, userName, sinceMs } = parts.cloud.state()
    const mayChange = parts.abilities.permits(principal.user.level, { key: ACCESS_KEY, right: 'revise' })
    const account = mayChange ? userName : ''
    return {
      value: {
        Cloud: {
          detail,
          RspCode: failure === undefined ? RSP_OK : API_ERRORS[failure].rspCode,
          Login: isLoggedIn ? 1 : 0,
          UserName: account,
          data: { account, uid: 0, avatar: '', createTime: Math.floor(sinceMs / 1000) },
        },
      },
    }
  },
})

const setAccount = action('SetCloud', {
  guide: '3.3.24',
  summary: 'Logs in to the cloud account (sign 1), which is tried, or out of it (sign 0).',
  access: { key: ACCESS_KEY, right: 'revise' },
  section: 'Cloud',
  fields: group({
    sign: withDefault(flag(1, { label: 'Log in' }), 1),
    userName: withDefault(text({ maxLen: 128, label: 'Access key' }), ''),
    password: withDefault(secret({ maxLen: 128, label: 'Secret key' }), ''),
    // There is no captcha to be solved.
    capth: withDefault(text({ maxLen: 128, label: 'Ignored' }), ''),
    capthid: withDefault(text({ maxLen: 128, label: 'Ignored' }), ''),
  }),
  run: async ({ sign, userName, password }, { parts, principal, address, entry }) => {
    const by = { userName: principal.user.name, address }
    const masked = (entry.member('Cloud') as { password?: unknown } | undefined)?.password
    if (sign === 0) parts.cloud.logOut(by)
    else await parts.cloud.logIn({ userName, password: masked === SECRET_MASK ? undefined : password }, by)
    return undefined
  },
})

/** A Set by its name, which decides when the body of a request names the Get. */
export const setCloud: Command = { ...setAccount, kind: 'set' }

export const cloudSchedule = setting('CloudSchedule', {
  section: 'Cloud',
  guide: ['3.3.25', '3.3.26'],
  summary: 'The hours in which recordings and pictures are uploaded.',
  ability: { key: ACCESS_KEY },
  showsAllWithoutAction: true,
  fields: group({
    schedule: group({
      table: weeklySchedule('0', { label: 'Hours of the week' }),
      enable: flag(0, { label: 'Upload' }),
    }),
  }),
  apply: ({ schedule }, { cloud }) =>
    cloud.configure({ isEnabled: schedule.enable === 1, hours: schedule.table }),
})
