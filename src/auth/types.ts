/** Who may do what: the words that every transport shares. */

/** The guide knows two levels (Guide §4.4). */
export const LEVELS = ['guest', 'admin'] as const
export type Level = (typeof LEVELS)[number]

export interface User {
  readonly name: string
  readonly level: Level
}

/** What a client showed to be let in. A valid token wins over user and password (Guide §4.3). */
export interface Credentials {
  readonly token?: string | undefined
  readonly user?: string | undefined
  /**
   * The readings of the password that count as equal: as sent, percent-decoded, plus-decoded. URLs of
   * real clients carry all three.
   */
  readonly passwords?: readonly string[] | undefined
}

/** A login that lives on the server (Guide §4.2). */
export interface Session {
  /** Number shown by GetOnline, counted up from 1000. */
  readonly id: number
  readonly user: User
  /** Remote address of the login. */
  readonly address: string
}

/** Somebody whose credentials were good. */
export interface Principal {
  readonly user: User
  /** Undefined on a short connection. */
  readonly session: Session | undefined
  /**
   * Calls `listener` once when the rights end: logout, disconnect, lease end, deletion or change of the
   * user. Streams close then. Returns a function that takes the listener back.
   */
  onEnd(listener: () => void): () => void
}

/** The one door of all transports. */
export interface Guard {
  /**
   * Errors: CameraError `login-required` without or with a dead token and no credentials, `login-failed`
   * for a wrong user or password and for a locked address.
   */
  authenticate(credentials: Credentials, address: string): Promise<Principal>
  /** The same for a token alone, without waiting; undefined if it is not valid. Renews the lease. */
  byToken(token: string): Principal | undefined
}

/** Hash functions of Digest (RFC 7616 §3.2). */
export const DIGEST_ALGORITHMS = ['MD5', 'SHA-256'] as const
export type DigestAlgorithm = (typeof DIGEST_ALGORITHMS)[number]

/** What a client showed that knows the password without telling it (RFC 7616 §3.4). */
export interface DigestProof {
  readonly user: string
  readonly algorithm: DigestAlgorithm
  /** Whether it was made with this hash of user, realm and password, in hexadecimal (A1 of RFC 7616 §3.4.2). */
  isRight(secret: string): boolean
}

/** What a client showed whose scheme needs the password itself (WS-Security UsernameToken, docs/design/onvif.md). */
export interface PasswordProof {
  readonly user: string
  /** Whether it was made with this password. */
  isRight(password: string): boolean
}

/** The door of transports of that kind. It counts failures together with the guard. */
export interface PasswordDoor {
  /** Errors: CameraError `login-failed`, as `Guard.authenticate`; also for users whose password is not known yet. */
  authenticate(proof: PasswordProof, address: string): Promise<Principal>
}

/** The door of transports that can do with Digest. It counts failures together with the guard. */
export interface DigestDoor {
  readonly realm: string
  /** Every user could log in so. */
  isOffered(): boolean
  /** Errors: CameraError `login-failed`, as `Guard.authenticate`. */
  authenticate(proof: DigestProof, address: string): Promise<Principal>
}
