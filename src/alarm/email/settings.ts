/** What the e-mail notifier is told (Guide §3.3.6). */

/** The server and who writes to whom. */
export interface MailAccount {
  readonly smtpServer: string
  readonly smtpPort: number
  /** Login, and the sender's address if it is one. */
  readonly userName: string
  readonly password: string
  readonly isSecure: boolean
  /** One to three addresses. */
  readonly recipients: readonly string[]
}

export interface EmailSettings extends MailAccount {
  readonly attachment: 'none' | 'picture' | 'video' | 'onlyPicture'
  /** At most one mail in so long. */
  readonly intervalMs: number
  /** 168 characters of the device's clock, or undefined for never. */
  readonly hours: string | undefined
}

/** What is written in a mail. */
export interface Mail {
  readonly subject: string
  /** '' for none. */
  readonly text: string
  readonly attachments: readonly { readonly name: string; readonly type: string; readonly path: string }[]
  /** Unique; the same when it is sent again, so that a receiver can tell. */
  readonly messageId: string
}
