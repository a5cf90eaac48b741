/** Users, sessions and the guard, put together on the store. */
import { randomBytes } from 'node:crypto'
import type { Clock } from '../base/clock.ts'
import { messageOf } from '../base/errors.ts'
import type { Log } from '../base/log.ts'
import type { Store } from '../store/store.ts'
import type { LogEvent } from '../system/log-event.ts'
import { type Account, Accounts, BUILT_IN } from './accounts.ts'
import { DigestKeys } from './digest-keys.ts'
import { CameraGuard } from './guard.ts'
import { LoginNotes } from './login-notes.ts'
import { Passwords } from './passwords.ts'
import { Sessions } from './sessions.ts'
import { Throttle } from './throttle.ts'

export interface Access {
  readonly guard: CameraGuard
  readonly users: Accounts
}

interface AccessOptions {
  readonly store: Pick<Store, 'users' | 'throttle' | 'settings' | 'isProtected' | 'markProtected'>
  readonly clock: Clock
  readonly log: Log
  /** The owner's log. Never throws. */
  readonly note: (event: LogEvent) => void
  /** Password of the built-in admin from outside, taken while it has none. */
  readonly adminPassword: string | undefined
  /** What the keys of Digest are sealed with; without it they live as long as the process. */
  readonly sealingKey?: Buffer
  /** Whether passwords are kept, sealed, for clients that send what only they can check (docs/design/onvif.md). */
  readonly keepsPasswords?: boolean
  /** Cost of password hashes, see `Passwords`. */
  readonly passwordCost?: number
}

/**
 * A camera that never had a password gets the factory account. One that had, but lost it by damage, stays closed
 * until it is given a password from outside.
 */
export async function openAccess({
  store,
  clock,
  log,
  note,
  adminPassword,
  sealingKey = randomBytes(32),
  keepsPasswords = false,
  passwordCost,
}: AccessOptions): Promise<Access> {
  const markProtected = () => {
    try {
      store.markProtected()
    } catch (error) {
      // The password itself is stored; the next start tries again.
      log.error({ reason: messageOf(error) }, 'the data folder could not be marked as protected')
    }
  }
  const passwords = new Passwords(passwordCost)
  const sessions = new Sessions(clock)
  const digestKeys = new DigestKeys(store.settings, sealingKey, keepsPasswords)
  const passwordKnown = (account: Account, password: string) => {
    try {
      const names = users.list().map(({ name }) => name)
      digestKeys.learn(account, password, names)
    } catch (error) {
      // The login itself is good; the next one tries again.
      log.warn({ reason: messageOf(error) }, 'a key of Digest could not be stored')
    }
  }
  const users = new Accounts({
    rows: store.users,
    passwords,
    rightsChanged: (name, except) => guard.endUser(name, except),
    markProtected,
    passwordKnown,
  })
  const notes = new LoginNotes({ clock, write: note })
  const throttle = new Throttle({
    clock,
    memory: store.throttle,
    log,
    locked: (address, minutes) => notes.locked(address, minutes),
  })
  const guard = new CameraGuard({
    accounts: users,
    sessions,
    passwords,
    throttle,
    clock,
    notes,
    digestKeys,
    passwordKnown: (name, password) => {
      const account = users.accounts().find((one) => one.name === name)
      if (account !== undefined) passwordKnown(account, password)
    },
    log,
  })

  digestKeys.forgetPasswords(users.accounts())
  if (store.isProtected) users.dropFactoryAccount()
  else if (users.list().length === 0) users.createFactoryAccount()
  const hash = users.hashOf(BUILT_IN)
  if (!hash && adminPassword !== undefined) await users.setAdminPassword(adminPassword)
  else if (hash === undefined) {
    log.error(
      'the password of the admin is lost, so the admin cannot log in: start once with --admin-password-file, or with an empty data folder',
    )
  } else if (hash !== '') markProtected()
  return { guard, users }
}
