/** The accounts: who exists, with which level and password (Guide §4.4, §3.2.3–3.2.6). */
import { CameraError } from '../base/errors.ts'
import type { UserRow } from '../store/users.ts'
import { isUsableHash, type Passwords } from './passwords.ts'
import type { Level, Principal, Session, User } from './types.ts'

/** Accounts besides the built-in one. */
const MAX_ADDED = 20
/** Name of the account the camera came with. */
export const BUILT_IN = 'admin'

/** An account with the hash of its password. */
export type Account = UserRow

interface UserRows {
  all(): UserRow[]
  save(row: UserRow): void
  replaceAll(rows: readonly UserRow[]): void
  remove(name: string): void
}

interface AccountsOptions {
  readonly rows: UserRows
  readonly passwords: Passwords
  /** The password of an account changed, or it is gone: its other sessions and streams end. */
  readonly rightsChanged: (name: string, except: Session | undefined) => void
  /** An admin has had a password. */
  readonly markProtected: () => void
  /** An account has this password from now on. */
  readonly passwordKnown?: (account: Account, password: string) => void
}

export class Accounts {
  readonly #options: AccountsOptions
  readonly #rows = new Map<string, UserRow>()
  #firstPasswordListener: () => void = () => undefined

  constructor(options: AccountsOptions) {
    this.#options = options
    for (const row of options.rows.all()) this.#rows.set(row.name, row)
  }

  list(): User[] {
    return [...this.#rows.values()].map(({ name, level }) => ({ name, level }))
  }

  find(name: string): User | undefined {
    const row = this.#rows.get(name)
    return row && { name: row.name, level: row.level }
  }

  /** All accounts with their hashes, the built-in one first. */
  accounts(): readonly Account[] {
    return [...this.#rows.values()]
  }

  /** The stored hash; '' for the factory account without password, undefined for an unknown user. */
  hashOf(name: string): string | undefined {
    return this.#rows.get(name)?.passwordHash
  }

  /**
   * False only while the factory account has none: the camera is for this machine alone then. If the account is
   * lost, so is its password, and nobody gets in.
   */
  hasAdminPassword(): boolean {
    return this.hashOf(BUILT_IN) !== ''
  }

  /** Calls `listener` when the factory account gets its first password. */
  onFirstAdminPassword(listener: () => void): void {
    this.#firstPasswordListener = listener
  }

  /** The factory account, without a password. */
  createFactoryAccount(): void {
    this.#save({ name: BUILT_IN, level: 'admin', passwordHash: '', builtIn: true })
  }

  /** Deletes the factory account as long as it has no password. */
  dropFactoryAccount(): void {
    if (!this.hasAdminPassword()) this.#drop(BUILT_IN)
  }

  /** Gives the built-in account a password, and makes it if it is lost. Errors: those of `Passwords.hash`. */
  async setAdminPassword(password: string): Promise<void> {
    const passwordHash = await this.#options.passwords.hash(password)
    this.#save({ name: BUILT_IN, level: 'admin', passwordHash, builtIn: true }, password)
  }

  /** Errors: CameraError `user-exists`, `user-limit`. */
  async add({ name, password, level }: { name: string; password: string; level: Level }): Promise<void> {
    this.#requireRoomFor(name)
    const passwordHash = await this.#options.passwords.hash(password)
    // Another request may have added it meanwhile.
    this.#requireRoomFor(name)
    this.#save({ name, level, passwordHash, builtIn: false }, password)
  }

  /** Errors: CameraError `no-user`; `bad-value` for the built-in account and the caller's own. */
  remove(name: string, caller: Principal): void {
    const { builtIn } = this.#require(name)
    if (builtIn) throw new CameraError('bad-value', 'the built-in account cannot be deleted')
    if (name === caller.user.name) throw new CameraError('bad-value', 'nobody can delete the own account')
    this.#drop(name)
    this.#options.rightsChanged(name, undefined)
  }

  /**
   * Sets a new password and, if given, a level. Errors: CameraError `no-user`; `bad-value` for taking the level
   * from the built-in account or oneself.
   */
  async modify(
    name: string,
    { password, level }: { password: string; level?: Level | undefined },
    caller: Principal,
  ): Promise<void> {
    this.#requireLevel(name, level, caller)
    const passwordHash = await this.#options.passwords.hash(password)
    // Another request may have changed the account meanwhile.
    const row = this.#requireLevel(name, level, caller)
    const next: UserRow = { ...row, passwordHash, level: level ?? row.level }
    this.#save(next, password)
    const keepsCaller = name === caller.user.name && next.level === row.level
    this.#options.rightsChanged(name, keepsCaller ? caller.session : undefined)
  }

  /**
   * Puts other accounts in place of all, in the storing of which `together` may put more. The caller's session goes
   * on, and the caller's account stays as it is where it would be lost or lose its level; all others whose password
   * or level changed are out. Errors: CameraError `check-failed` for accounts that nobody could manage; those of
   * `together`.
   */
  replaceAll(
    wanted: readonly Account[],
    caller: Principal,
    together: (store: () => void) => void = (store) => store(),
  ): void {
    requireManageable(wanted)
    const next = new Map(wanted.map((account) => [account.name, account]))
    const own = this.#rows.get(caller.user.name)
    if (own?.level === 'admin' && next.get(own.name)?.level !== 'admin') next.set(own.name, own)
    const former = new Map(this.#rows)
    const hadPassword = this.hasAdminPassword()
    together(() => this.#options.rows.replaceAll([...next.values()]))

    this.#rows.clear()
    for (const [name, account] of next) this.#rows.set(name, account)
    this.#options.markProtected()
    for (const [name, { level, passwordHash }] of former) {
      const account = next.get(name)
      if (account?.level === level && account.passwordHash === passwordHash) continue
      this.#options.rightsChanged(name, name === caller.user.name ? caller.session : undefined)
    }
    if (!hadPassword) this.#firstPasswordListener()
  }

  /** Stores the same password under today's parameters, unless it is no longer the one of the hash `former`. */
  async renewHash(name: string, password: string, former: string): Promise<void> {
    const passwordHash = await this.#options.passwords.hash(password)
    const row = this.#rows.get(name)
    if (row?.passwordHash === former) this.#save({ ...row, passwordHash }, password)
  }

  #save(row: UserRow, password?: string): void {
    const hadNone = this.#rows.get(BUILT_IN)?.passwordHash === ''
    this.#options.rows.save(row)
    this.#rows.set(row.name, row)
    if (password !== undefined) this.#options.passwordKnown?.(row, password)
    if (row.name === BUILT_IN && row.passwordHash !== '') this.#options.markProtected()
    if (hadNone && this.hasAdminPassword()) this.#firstPasswordListener()
  }

  #drop(name: string): void {
    this.#options.rows.remove(name)
    this.#rows.delete(name)
  }

  /** The account, if the caller may give it that level. */
  #requireLevel(name: string, level: Level | undefined, caller: Principal): UserRow {
    const row = this.#require(name)
    const isDemoted = level === 'guest' && row.level === 'admin'
    if (isDemoted && (row.builtIn || name === caller.user.name)) {
      throw new CameraError('bad-value', 'this account stays an administrator')
    }
    return row
  }

  #require(name: string): UserRow {
    const row = this.#rows.get(name)
    if (row === undefined) throw new CameraError('no-user', 'there is no such user')
    return row
  }

  #requireRoomFor(name: string): void {
    // The built-in name stays taken when its account is lost.
    if (this.#rows.has(name) || name === BUILT_IN) {
      throw new CameraError('user-exists', 'the user name is taken')
    }
    const added = [...this.#rows.values()].filter(({ builtIn }) => !builtIn).length
    if (added >= MAX_ADDED) throw new CameraError('user-limit', `${MAX_ADDED} users have been added`)
  }
}

/** There must be the built-in admin, with a password. */
function requireManageable(accounts: readonly Account[]): void {
  const builtIn = accounts.filter((account) => account.builtIn)
  const [admin] = builtIn
  const isSound =
    builtIn.length === 1 &&
    admin?.name === BUILT_IN &&
    admin.level === 'admin' &&
    accounts.every(({ passwordHash }) => isUsableHash(passwordHash)) &&
    new Set(accounts.map(({ name }) => name)).size === accounts.length &&
    accounts.length <= MAX_ADDED + 1
  if (!isSound) throw new CameraError('check-failed', 'nobody could manage the camera with these accounts')
}
