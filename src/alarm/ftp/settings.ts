/** What the FTP notifier is told (Guide §3.3.8). */

/** The server and the place on it. */
export interface FtpAccount {
  readonly server: string
  readonly port: number
  readonly isAnonymous: boolean
  readonly userName: string
  readonly password: string
  /** Segments behind slashes; '' is where the login leads. */
  readonly remoteDir: string
}

export interface FtpSettings extends FtpAccount {
  /** Pictures and clips, or a picture after each interval. */
  readonly what: 'clips' | 'pictures'
  /** Seconds recorded after the event, or between two pictures. */
  readonly intervalS: number
  readonly maxFileBytes: number
  /** 168 characters of the device's clock, or undefined for never. */
  readonly hours: string | undefined
}
