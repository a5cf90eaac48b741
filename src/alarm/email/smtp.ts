/** One mail by SMTP (RFC 5321) over a connection whose address was checked. */
import type { Socket } from 'node:net'
import { PassThrough } from 'node:stream'
import { CameraError, messageOf } from '../../base/errors.ts'
import { connectTo, type OutgoingRules, within } from '../../base/outgoing.ts'
import { Refused } from '../notifier.ts'
import type { Mail, MailAccount } from './settings.ts'

/** TLS from the first byte (RFC 8314 §3); on all other ports it begins with STARTTLS (RFC 3207). */
const IMPLICIT_TLS_PORT = 465
const GREETING_LIMIT_MS = 30_000
/** Without a byte for so long, a server is given up. */
const SILENCE_LIMIT_MS = 60_000
/** Told to every server: a host's real name is nobody's business. */
const CLIENT_NAME = 'vedette.local'

interface SendOptions extends OutgoingRules {
  readonly signal: AbortSignal
  /** The port of TLS from the first byte; 465 unless said. */
  readonly implicitTlsPort?: number
}

interface SmtpError extends Error {
  readonly code?: string
  readonly responseCode?: number
}

/**
 * Resolves when the server accepted it for all recipients. Errors: CameraError `connect-failed`, `timeout`, `login-failed`,
 * `send-failed`, `receive-failed`; Refused if the server will never take it.
 */
export async function sendMail(
  account: MailAccount,
  mail: Mail,
  { signal, implicitTlsPort = IMPLICIT_TLS_PORT, ...rules }: SendOptions,
): Promise<void> {
  // Needed by few, and as large as all else together.
  const { createTransport } = await import('nodemailer')
  const { smtpServer: host, smtpPort: port } = account
  const socket = await connectTo({ host, port, signal, ...rules })
  socket.on('error', () => undefined)
  const transport = createTransport(transportOf(account, socket, implicitTlsPort))
  let isSending = false
  transport.use('stream', ({ message }, done) => {
    // The content is asked for after the login.
    message.transform(() => {
      isSending = true
      return new PassThrough()
    })
    done()
  })
  let rejected: readonly (string | object)[]
  try {
    ;({ rejected } = await within(signal, host, transport.sendMail(messageOfMail(account, mail))))
  } catch (error) {
    throw translated(error, host, isSending)
  } finally {
    transport.close()
    socket.destroy()
  }
  if (rejected.length > 0) {
    throw new Refused(
      `${host} took it, but not for ${rejected.length} of ${account.recipients.length} recipients`,
    )
  }
}

function transportOf(
  { smtpServer, smtpPort, userName, password, isSecure }: MailAccount,
  socket: Socket,
  implicitTlsPort: number,
) {
  const isImplicit = isSecure && smtpPort === implicitTlsPort
  return {
    host: smtpServer,
    port: smtpPort,
    connection: socket,
    secure: isImplicit,
    ...(isSecure
      ? { requireTLS: !isImplicit, tls: { minVersion: 'TLSv1.2' as const } }
      : // Whoever wants no encryption may be given some, but nothing is checked then.
        { opportunisticTLS: true, tls: { rejectUnauthorized: false } }),
    name: CLIENT_NAME,
    ...(password === '' ? {} : { auth: { user: userName, pass: password } }),
    greetingTimeout: GREETING_LIMIT_MS,
    socketTimeout: SILENCE_LIMIT_MS,
    disableUrlAccess: true,
    logger: false,
  }
}

/** Addresses are objects, never text that would be taken apart. */
function messageOfMail(
  { userName, recipients }: MailAccount,
  { subject, text, attachments, messageId }: Mail,
) {
  const sender = userName.includes('@') ? userName : recipients[0]!
  const only = attachments.length === 1 && text === '' ? attachments[0] : undefined
  return {
    from: { name: 'Vedette', address: sender },
    to: recipients.map((address) => ({ name: '', address })),
    subject,
    messageId: `<${messageId}@${CLIENT_NAME}>`,
    ...(only === undefined ? { text } : {}),
    attachments: attachments.map(({ name, type, path }) => ({ filename: name, contentType: type, path })),
  }
}

/** Never holds what a server wrote beyond its code: that may be anything. */
function translated(error: unknown, host: string, isSending: boolean): Error {
  if (error instanceof CameraError) return error
  const { code = '', responseCode = 0, message } = error as SmtpError
  const answer = responseCode === 0 ? '' : ` (status ${responseCode})`
  switch (code) {
    case 'EAUTH':
    case 'ENOAUTH':
      return new CameraError('login-failed', `${host} refuses user name or password${answer}`, error)
    case 'ETIMEDOUT':
      return new CameraError('timeout', `${host} did not answer in time`, error)
    case 'ETLS':
    case 'EREQUIRETLS':
      return new CameraError('connect-failed', `no secure connection to ${host}: ${message}`, error)
    default:
  }
  // Certificates that are not trusted, and servers that speak no TLS.
  if (/certificate|\bTLS\b|SSL|altname/i.test(message)) {
    return new CameraError('connect-failed', `no secure connection to ${host}: ${message}`, error)
  }
  if (responseCode >= 500) return new Refused(`${host} does not take it${answer}`, { cause: error })
  return isSending
    ? new CameraError('send-failed', `${host} does not take it now${answer || `: ${message}`}`, error)
    : new CameraError(
        'receive-failed',
        `${host} gave no usable answer${answer || `: ${messageOf(error)}`}`,
        error,
      )
}
