/** Users, sessions and the guard, put together on the store. */
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import type { Store } from '../store/store.ts'
import { Accounts } from './accounts.ts'
import { CameraGuard } from './guard.ts'
import { Passwords } from './passwords.ts'
import { Sessions } from './sessions.ts'
import { Throttle } from './throttle.ts'

export interface Access {
  readonly guard: CameraGuard
  readonly users: Accounts
}

interface AccessOptions {
  readonly store: Pick<Store, 'users' | 'lockouts' | 'lostAccounts' | 'markProtected'>
  readonly clock: Clock
  readonly log: Log
  /** Password of the built-in admin from outside, taken while it has none. */
  readonly adminPassword: string | undefined
  /** Cost of password hashes, see `Passwords`. */
  readonly passwordCost?: number
}

/** Without any account the factory account is made, unless the accounts of a protected camera are lost. */
export async function openAccess({
  store,
  clock,
  log,
  adminPassword,
  passwordCost,
}: AccessOptions): Promise<Access> {
  const passwords = new Passwords(passwordCost)
  const sessions = new Sessions(clock)
  const users = new Accounts({
    rows: store.users,
    passwords,
    rightsChanged: (name, except) => guard.endUser(name, except),
    markProtected: store.markProtected,
  })
  const throttle = new Throttle({ clock, store: store.lockouts, log })
  const guard = new CameraGuard({ accounts: users, sessions, passwords, throttle, clock, log })

  const isEmpty = users.list().length === 0
  if (isEmpty && !store.lostAccounts) users.createFactoryAccount()
  if (adminPassword !== undefined && (users.list().length === 0 || !users.hasAdminPassword())) {
    await users.setAdminPassword(adminPassword)
  }
  if (users.list().length === 0) {
    log.error(
      'the accounts of this camera are lost, so nobody can log in: start it with --admin-password-file, or with an empty data folder',
    )
  }
  return { guard, users }
}
