/**
 * The two errors of Vedette. Everything that can go wrong on purpose is one of them; any other error
 * that surfaces is a bug and is answered as `internal`.
 */

/**
 * What went wrong, in the words of the camera API's error table (Guide §6). Each protocol maps a kind to
 * its own status in one place: `api/errors.ts` to rspCode, the RTMP server to a NetStream code.
 */
export type ErrorKind =
  | 'not-exist'
  | 'check-failed'
  | 'bad-value'
  | 'too-long'
  | 'missing'
  | 'session-limit'
  | 'login-required'
  | 'login-failed'
  | 'timeout'
  | 'not-supported'
  | 'protocol'
  | 'get-failed'
  | 'set-failed'
  | 'connect-failed'
  | 'send-failed'
  | 'receive-failed'
  | 'open-failed'
  | 'read-failed'
  | 'write-failed'
  | 'no-command'
  | 'forbidden'
  | 'no-user'
  | 'user-exists'
  | 'user-limit'
  | 'same-version'
  | 'internal'

/** An expected failure. `message` is a plain sentence for the log and for people; it never holds a secret. */
export class CameraError extends Error {
  readonly kind: ErrorKind

  constructor(kind: ErrorKind, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.name = 'CameraError'
    this.kind = kind
  }
}

/**
 * Bytes from a peer that break a specification. It closes that peer's connection and nothing else.
 * `spec` names the rule (for example `RTMP 1.0 §5.3.1`), `offset` is the byte position where it broke.
 */
export class ParseError extends Error {
  readonly spec: string
  readonly offset: number

  constructor(spec: string, message: string, offset = 0) {
    super(`${message} (${spec}, byte ${offset})`)
    this.name = 'ParseError'
    this.spec = spec
    this.offset = offset
  }
}

/** The message of anything thrown. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
