/**
 * Device service: the accounts (Device Management §8.4). Administrator is the API's admin and User its guest; there is
 * nothing in between that an Operator could be.
 */
import { addUser, delUser, getUser, modifyUser } from '../../api/commands/security/User.ts'
import type { Level } from '../../auth/types.ts'
import { invalid } from './fault.ts'
import { type Operation, operation, permission, run } from './operation.ts'
import type { XmlElement } from './xml-reader.ts'
import { xml } from './xml-writer.ts'

const LEVELS: Readonly<Record<Level, string>> = { admin: 'Administrator', guest: 'User' }

export const USER_OPERATIONS: readonly Operation[] = [
  operation('tds:GetUsers', permission(getUser), (_request, { parts: { access } }) =>
    access.users
      .list()
      .map(({ name, level }) =>
        xml('tds:User', xml('tt:Username', name), xml('tt:UserLevel', LEVELS[level])),
      ),
  ),

  operation('tds:CreateUsers', permission(addUser), async (request, call) => {
    const users = request.all('User').map((user) => ({ ...readUser(user), level: levelIn(user) }))
    // One after the other: those before one that fails stay.
    for (const User of users) await run(addUser, { User }, call)
    return undefined
  }),

  operation('tds:SetUser', permission(modifyUser), async (request, call) => {
    const users = request.all('User').map((user) => ({ ...readUser(user), level: levelIn(user) }))
    for (const User of users) await run(modifyUser, { User }, call)
    return undefined
  }),

  operation('tds:DeleteUsers', permission(delUser), async (request, call) => {
    const names = request.all('Username').map(({ text }) => text)
    for (const userName of names) await run(delUser, { User: { userName } }, call)
    return undefined
  }),
]

/** Errors: Fault. */
function readUser(user: XmlElement): { userName: string; password: string } {
  const userName = user.textAt('Username')
  const password = user.find('Password')?.text
  if (userName === undefined) throw invalid('ter:UsernameMissing', 'Username is missing')
  if (password === undefined) throw invalid('ter:PasswordMissing', 'Password is missing')
  return { userName, password }
}

function levelIn(user: XmlElement): Level {
  const text = user.textAt('UserLevel')
  const found = (Object.keys(LEVELS) as Level[]).find((level) => LEVELS[level] === text)
  if (found === undefined) throw invalid('ter:InvalidUserLevel', 'UserLevel must be Administrator or User')
  return found
}
