/**
 * The error table of the API (Guide §6): what went wrong → rspCode → detail. `detail` is exactly the guide's
 * text because clients search answers for it.
 */
import { CameraError, type ErrorKind } from '../base/errors.ts'

export interface ApiError {
  readonly rspCode: number
  readonly detail: string
  /** For the reference pages. */
  readonly meaning: string
}

/** rspCode of success. */
export const RSP_OK = 200

const error = (rspCode: number, detail: string, meaning: string): ApiError => ({ rspCode, detail, meaning })

export const API_ERRORS: Readonly<Record<ErrorKind, ApiError>> = {
  'not-exist': error(-1, 'not exist', 'A named object, for example the channel or a preset, does not exist.'),
  'check-failed': error(-3, 'check err', 'An uploaded file fails its check.'),
  'bad-value': error(-4, 'param error', 'A value has the wrong type or is outside its range or list.'),
  'session-limit': error(-5, 'max session', 'All sessions are taken.'),
  'login-required': error(-6, 'please login first', 'The request carries no valid token or credentials.'),
  'login-failed': error(-7, 'login failed', 'Wrong user name or password.'),
  timeout: error(-8, 'timeout', 'The operation took too long.'),
  'not-supported': error(-9, 'not support', 'The command is unknown, or this camera lacks the feature.'),
  protocol: error(-10, 'protocol', 'The body is not JSON, or neither an array nor an object.'),
  'get-failed': error(-12, 'get config failed', 'Reading failed inside the camera.'),
  'set-failed': error(-13, 'set config failed', 'Setting failed inside the camera; nothing was changed.'),
  'connect-failed': error(
    -15,
    'create socket failed',
    'A network target could not be reached, or a port not opened.',
  ),
  'send-failed': error(-16, 'send failed', 'The connection broke while sending.'),
  'receive-failed': error(-17, 'rcv failed', 'No usable answer came, or an upload broke off.'),
  'open-failed': error(-18, 'open file failed', 'The file does not exist.'),
  'read-failed': error(-19, 'read file failed', 'The file could not be read.'),
  'write-failed': error(-20, 'write file failed', 'The file could not be stored.'),
  'too-long': error(-22, 'The length of the string exceeds the limit', 'A text is longer than its maxLen.'),
  missing: error(-23, 'missing param', 'A mandatory parameter or section is missing.'),
  'no-command': error(-24, 'error command', 'An entry has no `cmd` text.'),
  internal: error(-25, 'internal error', 'An unexpected failure; the log knows more.'),
  forbidden: error(-26, 'ability error', 'The user lacks the right (see GetAbility).'),
  'no-user': error(-27, 'invalid user', 'The user does not exist.'),
  'user-exists': error(-28, 'user already exist', 'The user name is taken.'),
  'user-limit': error(-29, 'maximum number of users', 'No further user can be added.'),
  'same-version': error(-30, 'same version', 'The version is identical to the current one.'),
}

/** The kind of anything thrown; what is not a CameraError is `internal`. */
export function kindOf(thrown: unknown): ErrorKind {
  return thrown instanceof CameraError ? thrown.kind : 'internal'
}
