/** What the media port needs of the camera. */
import type { Socket } from 'node:net'
import type { PasswordDoor, Principal } from '../../auth/types.ts'
import type { Log } from '../../base/log.ts'

export interface MediaPortOptions {
  readonly door: PasswordDoor
  /** Names of all users: a login shows only a digest of one. */
  readonly names: () => readonly string[]
  /** The right to be told of motion (Guide §9, ability `alarmMd`). */
  readonly mayListen: (principal: Principal) => boolean
  /** Motion goes on, by channel. */
  readonly motion: readonly { readonly isMotion: boolean }[]
  /** Called when a connection has shown who it is, for those who count strangers. */
  readonly authenticated?: (socket: Socket) => void
  readonly log: Log
}
