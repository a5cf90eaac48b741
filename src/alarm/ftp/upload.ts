/**
 * Files to an FTP server (RFC 959), one after the other. A file has a name of its own while it comes and its final one when
 * it is whole; what is left of an upload that broke is overwritten by the next.
 */
import type { Readable } from 'node:stream'
import { Client, FTPError } from 'basic-ftp'
import { CameraError, messageOf } from '../../base/errors.ts'
import { CONNECT_LIMIT_MS, type OutgoingRules, resolveTarget, within } from '../../base/outgoing.ts'
import type { FtpAccount } from './settings.ts'

/** TLS from the first byte (IANA ftps); on all other ports it begins with AUTH TLS where that is offered (RFC 4217). */
const IMPLICIT_TLS_PORT = 990
const ANONYMOUS = { user: 'anonymous', password: 'vedette@' }

interface Upload {
  readonly name: string
  /** Path of a file, or its content. */
  readonly content: string | Readable
}

interface UploadOptions extends OutgoingRules {
  readonly signal: AbortSignal
  /** Of the file while it comes; no other camera may use it. */
  readonly unfinished: string
  /** Without a byte for so long, the server is given up. */
  readonly silenceMs: number
  /** They were only a test. */
  readonly removesAfter?: boolean
  /** The port of TLS from the first byte; 990 unless said. */
  readonly implicitTlsPort?: number
}

/** Errors: CameraError `connect-failed`, `timeout`, `login-failed`, `send-failed`, `receive-failed`. */
export async function upload(
  account: FtpAccount,
  files: readonly Upload[],
  options: UploadOptions,
): Promise<void> {
  const { signal, silenceMs } = options
  const client = new Client(silenceMs)
  const progress = { step: 'connect' as Step }
  const abort = () => client.close()
  signal.addEventListener('abort', abort, { once: true })
  try {
    await within(signal, account.server, transfer(client, account, files, options, progress))
  } catch (error) {
    throw translated(error, account.server, progress.step)
  } finally {
    signal.removeEventListener('abort', abort)
    client.close()
  }
}

type Step = 'connect' | 'secure' | 'login' | 'folder' | 'send'

async function transfer(
  client: Client,
  account: FtpAccount,
  files: readonly Upload[],
  { unfinished, removesAfter = false, ...options }: UploadOptions,
  progress: { step: Step },
): Promise<void> {
  await open(client, account, options, progress)
  progress.step = 'login'
  const { user, password } = account.isAnonymous
    ? ANONYMOUS
    : { user: account.userName, password: account.password }
  await client.sendIgnoringError('OPTS UTF8 ON')
  await client.login(user, password)
  progress.step = 'folder'
  // biome-ignore lint/correctness/useHookAtTopLevel: it is no hook of React.
  await client.useDefaultSettings()
  const folder = account.remoteDir
  if (folder !== '') await client.ensureDir(folder)
  progress.step = 'send'
  for (const { name, content } of files) {
    await client.uploadFrom(content, unfinished)
    await rename(client, unfinished, name)
    if (removesAfter) await client.remove(name, true)
  }
}

/** To an address that was checked; encrypted if the server can. */
async function open(
  client: Client,
  { server, port }: FtpAccount,
  { signal, implicitTlsPort = IMPLICIT_TLS_PORT, ...rules }: Omit<UploadOptions, 'unfinished'>,
  progress: { step: Step },
): Promise<void> {
  const addresses = (await resolveTarget(server, rules)).map(({ address }) => address)
  const limit = AbortSignal.any([signal, AbortSignal.timeout(CONNECT_LIMIT_MS)])
  // Node wants the name for the certificate, and none that is an address for SNI.
  const name = { host: server, ...(addresses.includes(server) ? {} : { servername: server }) }
  const isImplicit = port === implicitTlsPort
  await firstOf(addresses, async (address) => {
    const connected = isImplicit
      ? client.connectImplicitTLS(address, port, name)
      : client.connect(address, port)
    await within(limit, server, connected)
  })
  if (isImplicit) return
  progress.step = 'secure'
  if (!(await client.features()).has('AUTH')) return
  // Whoever stands between could hide that it is offered, so a check of the certificate would prove nothing.
  // biome-ignore lint/correctness/useHookAtTopLevel: it is no hook of React.
  await client.useTLS({ ...name, rejectUnauthorized: false }).catch((error) => {
    if (!(error instanceof FTPError)) throw error
  })
}

/** The addresses of a name are tried in turn: one family may lead nowhere. Errors: those of the last one. */
async function firstOf(
  addresses: readonly string[],
  connect: (address: string) => Promise<void>,
): Promise<void> {
  for (const [index, address] of addresses.entries()) {
    try {
      await connect(address)
      return
    } catch (error) {
      if (!isConnectError(error) || index === addresses.length - 1) throw error
    }
  }
}

function isConnectError(error: unknown): boolean {
  return error instanceof Error && 'syscall' in error && error.syscall === 'connect'
}

/** Some servers replace a file of that name, others want it away first. */
async function rename(client: Client, from: string, to: string): Promise<void> {
  try {
    await client.rename(from, to)
  } catch (error) {
    if (!(error instanceof FTPError)) throw error
    await client.remove(to, true)
    await client.rename(from, to)
  }
}

const STEP_WORDS: Readonly<Record<Step, string>> = {
  connect: 'does not let anybody in',
  secure: 'makes no secure connection',
  login: 'refuses user name or password',
  folder: 'does not let the folder be used',
  send: 'does not take files',
}

function translated(error: unknown, host: string, step: Step): CameraError {
  if (error instanceof CameraError) return error
  if (error instanceof FTPError) {
    const kind =
      step === 'login' && error.code >= 500
        ? 'login-failed'
        : step === 'send' || step === 'folder'
          ? 'send-failed'
          : 'receive-failed'
    return new CameraError(kind, `${host} ${STEP_WORDS[step]} (status ${error.code})`, error)
  }
  const message = messageOf(error)
  if (/^Timeout/.test(message)) return new CameraError('timeout', `${host} did not answer in time`, error)
  if (/certificate|\bTLS\b|SSL|altname/i.test(message)) {
    return new CameraError('connect-failed', `no secure connection to ${host}: ${message}`, error)
  }
  if (step === 'connect' && isConnectError(error)) {
    return new CameraError('connect-failed', `${host} cannot be reached: ${message}`, error)
  }
  return step === 'send'
    ? new CameraError('send-failed', `the connection to ${host} broke: ${message}`, error)
    : new CameraError('receive-failed', `${host} gave no usable answer: ${message}`, error)
}
