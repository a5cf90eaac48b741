/** What a user may do on this camera (Guide §3.1.1, §9). */

import type { Level } from '../../../auth/types.ts'
import { CameraError } from '../../../base/errors.ts'
import { oncePer } from '../../../base/once.ts'
import type { Abilities } from '../../ability.ts'
import { action, type Call, type Success } from '../../define/command.ts'
import { isObject } from '../../define/groups.ts'
import { memberOf } from '../../members.ts'

/** The user that is asked about: null, "", "NULL" or nothing mean the caller. */
function userNameIn({ entry }: Call): string | undefined {
  const section = entry.member('User')
  const name = isObject(section) ? memberOf(section, 'userName') : undefined
  if (name === undefined || name === null || name === '' || name === 'NULL') return undefined
  if (typeof name === 'number') return String(name)
  if (typeof name !== 'string') throw new CameraError('bad-value', 'User.userName must be text')
  return name
}

function levelAsked(call: Call): Level {
  const { user } = call.principal
  const name = userNameIn(call)
  if (name === undefined || name === user.name) return user.level
  if (user.level !== 'admin') throw new CameraError('forbidden', 'a guest may ask only about itself')
  const found = call.parts.access.users.find(name)
  if (found === undefined) throw new CameraError('no-user', 'there is no such user')
  return found.level
}

/** The tree never changes while the camera runs. */
const answersOf = oncePer((abilities: Abilities): Record<Level, Success> => {
  const answer = (level: Level) => ({ value: { Ability: abilities.tree(level) } })
  return { admin: answer('admin'), guest: answer('guest') }
})

export const getAbility = action('GetAbility', {
  guide: '3.1.1',
  summary: 'Permission bits and version of every function, for one user.',
  access: 'session',
  readOnly: true,
  run: (_params, call) => answersOf(call.parts.abilities)[levelAsked(call)],
})
