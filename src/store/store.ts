/** Everything the camera remembers, by kind. */
import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Clock } from '../base/clock.ts'
import type { Log } from '../base/log.ts'
import { Database } from './database.ts'
import { LockoutStore } from './lockouts.ts'
import { SettingsStore } from './settings.ts'
import { UserStore } from './users.ts'

export interface Store {
  readonly settings: SettingsStore
  readonly users: UserStore
  readonly lockouts: LockoutStore
  /**
   * The camera has had a password once, yet its accounts are lost. It must not come up with the factory
   * account, which has none.
   */
  readonly lostAccounts: boolean
  /** Notes for ever that this camera has had a password. */
  markProtected(): void
  close(): void
}

interface StoreOptions {
  readonly dataDir: string
  readonly clock: Clock
  readonly log: Log
}

/** Errors: CameraError with a sentence for the owner. */
export function openStore({ dataDir, clock, log }: StoreOptions): Store {
  const database = new Database({ dataDir, clock, log })
  const marker = join(dataDir, 'protected')
  return {
    settings: new SettingsStore(database),
    users: new UserStore(database),
    lockouts: new LockoutStore(database),
    lostAccounts: database.origin === 'new' && existsSync(marker),
    markProtected: () => {
      if (!existsSync(marker))
        writeFileSync(marker, 'This camera has had an admin password.\n', { mode: 0o600 })
    },
    close: () => database.close(),
  }
}
