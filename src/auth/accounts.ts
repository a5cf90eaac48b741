/** The accounts: who exists, with which level and password (Guide §4.4, §3.2.3–3.2.6). */
import { CameraError } from '../base/errors.ts'
import type { UserRow } from '../store/users.ts'
import type { Passwords } from './passwords.ts'
import type { Level, Principal, Session, User } from './types.ts'

/** Accounts besides the built-in one. */
const MAX_ADDED = 20
const BUILT_IN = 'admin'

interface UserRows {
  all(): UserRow[]
  save(row: UserRow): void
  remove(name: string): void
}

interface AccountsOptions {
  readonly rows: UserRows
  readonly passwords: Passwords
  /** The password of an account changed, or it is gone: its other sessions and streams end. */
  readonly rightsChanged: (name: string, except: Session | undefined) => void
  /** An admin has had a password. */
  readonly markProtected: () => void
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

  /** The stored hash; '' for the factory account without password, undefined for an unknown user. */
  hashOf(name: string): string | undefined {
    return this.#rows.get(name)?.passwordHash
  }

  /** False only while the factory account has none: the camera is for this machine alone then. */
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

  /** Gives the built-in account a password, and makes it if it is lost. */
  async setAdminPassword(password: string): Promise<void> {
    const passwordHash = await this.#options.passwords.hash(password)
    this.#save({ name: BUILT_IN, level: 'admin', passwordHash, builtIn: true })
  }

  /** Errors: CameraError `user-exists`, `user-limit`. */
  async add({ name, password, level }: { name: string; password: string; level: Level }): Promise<void> {
    this.#requireRoomFor(name)
    const passwordHash = await this.#options.passwords.hash(password)
    // Another request may have added it meanwhile.
    this.#requireRoomFor(name)
    this.#save({ name, level, passwordHash, builtIn: false })
  }

  /** Errors: CameraError `no-user`; `bad-value` for the built-in account and the caller's own. */
  remove(name: string, caller: Principal): void {
    const { builtIn } = this.#require(name)
    if (builtIn) throw new CameraError('bad-value', 'the built-in account cannot be deleted')
    if (name === caller.user.name) throw new CameraError('bad-value', 'nobody can delete the own account')
    this.#options.rows.remove(name)
    this.#rows.delete(name)
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
    const { builtIn, level: former } = this.#require(name)
    const isDemoted = level !== undefined && level !== former && level === 'guest'
    if (isDemoted && (builtIn || name === caller.user.name)) {
      throw new CameraError('bad-value', 'this account stays an administrator')
    }
    const passwordHash = await this.#options.passwords.hash(password)
    this.#require(name)
    this.#save({ name, level: level ?? former, passwordHash, builtIn })
    const keepsCaller = name === caller.user.name && (level ?? former) === former
    this.#options.rightsChanged(name, keepsCaller ? caller.session : undefined)
  }

  /** Stores the same password under today's parameters. */
  async renewHash(name: string, password: string): Promise<void> {
    const passwordHash = await this.#options.passwords.hash(password)
    const row = this.#rows.get(name)
    if (row !== undefined) this.#save({ ...row, passwordHash })
  }

  #save(row: UserRow): void {
    const hadNone = this.#rows.get(BUILT_IN)?.passwordHash === ''
    // Marked first: a camera that once had a password never comes up without one.
    if (row.name === BUILT_IN && row.passwordHash !== '') this.#options.markProtected()
    this.#options.rows.save(row)
    this.#rows.set(row.name, row)
    if (hadNone && this.hasAdminPassword()) this.#firstPasswordListener()
  }

  #require(name: string): UserRow {
    const row = this.#rows.get(name)
    if (row === undefined) throw new CameraError('no-user', 'there is no such user')
    return row
  }

  #requireRoomFor(name: string): void {
    if (this.#rows.has(name)) throw new CameraError('user-exists', 'the user name is taken')
    const added = [...this.#rows.values()].filter(({ builtIn }) => !builtIn).length
    if (added >= MAX_ADDED) throw new CameraError('user-limit', `${MAX_ADDED} users have been added`)
  }
}
