/** A real SMTP server for tests: takes mails and keeps them, or fails in a way that is asked for. */
import { readFileSync } from 'node:fs'
import type { AddressInfo } from 'node:net'
import { createServer, type Socket } from 'node:net'
import { SMTPServer } from 'smtp-server'

export interface ReceivedMail {
  readonly from: string
  readonly to: readonly string[]
  readonly source: string
  /** It came encrypted. */
  readonly isSecure: boolean
  readonly user: string | undefined
}

export type MailFault = 'none' | 'temporary' | 'permanent' | 'drop' | 'recipient'

export interface MailServer {
  readonly port: number
  readonly mails: ReceivedMail[]
  /** Connections so far. */
  readonly connections: number
  fault: MailFault
  stop(): Promise<void>
}

interface MailServerOptions {
  readonly port?: number
  /** TLS from the first byte. */
  readonly secure?: boolean
  /** STARTTLS is offered. */
  readonly startTls?: boolean
  readonly tls?: { readonly key: string; readonly cert: string }
  /** Without it nobody logs in. */
  readonly login?: { readonly user: string; readonly password: string }
}

export async function startMailServer(options: MailServerOptions = {}): Promise<MailServer> {
  const { port = 0, secure = false, startTls = false, tls, login } = options
  const mails: ReceivedMail[] = []
  const state = { fault: 'none' as MailFault, connections: 0 }
  const refusal = () =>
    Object.assign(new Error('not now'), { responseCode: state.fault === 'permanent' ? 554 : 451 })
  const server = new SMTPServer({
    secure,
    ...(tls === undefined ? {} : { key: readFileSync(tls.key), cert: readFileSync(tls.cert) }),
    disabledCommands: startTls ? [] : secure ? [] : ['STARTTLS'],
    authOptional: login === undefined,
    allowInsecureAuth: true,
    logger: false,
    onConnect: (_session, done) => {
      state.connections += 1
      done()
    },
    onAuth: ({ username, password }, _session, done) => {
      if (username === login?.user && password === login?.password) done(null, { user: username })
      else done(new Error('no'))
    },
    onRcptTo: (_address, _session, done) => {
      if (state.fault === 'recipient') done(Object.assign(new Error('unknown'), { responseCode: 550 }))
      else done()
    },
    onData: (stream, session, done) => {
      if (state.fault === 'drop') {
        stream.once('data', () => {
          for (const connection of server.connections as Set<{ _socket: Socket }>)
            connection._socket.destroy()
        })
        stream.resume()
        return
      }
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        if (state.fault !== 'none') return done(refusal())
        const { mailFrom, rcptTo } = session.envelope
        mails.push({
          from: mailFrom === false ? '' : (mailFrom?.address ?? ''),
          to: rcptTo.map(({ address }) => address),
          source: Buffer.concat(chunks).toString('latin1'),
          isSecure: session.secure,
          user: session.user as string | undefined,
        })
        done()
      })
    },
  })
  server.on('error', () => undefined)
  await new Promise<void>((done) => server.listen(port, '127.0.0.1', done))
  return {
    port: (server.server.address() as AddressInfo).port,
    mails,
    get connections() {
      return state.connections
    },
    get fault() {
      return state.fault
    },
    set fault(fault) {
      state.fault = fault
    },
    stop: () =>
      new Promise((done) => {
        for (const connection of server.connections as Set<{ _socket: Socket }>) connection._socket.destroy()
        server.close(() => done())
      }),
  }
}

/** A server that never gets to the point: says nothing, or one byte of its greeting after the other. */
export async function startTarpit(
  kind: 'silent' | 'drip' | 'closing',
): Promise<{ readonly port: number; stop(): void }> {
  const sockets = new Set<Socket>()
  const server = createServer((socket) => {
    sockets.add(socket)
    socket.on('error', () => undefined)
    if (kind === 'closing') socket.destroy()
    if (kind !== 'drip') return
    socket.write('220-')
    const timer = setInterval(() => socket.write('x'), 200)
    socket.on('close', () => clearInterval(timer))
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  return {
    port: (server.address() as AddressInfo).port,
    stop: () => {
      for (const socket of sockets) socket.destroy()
      server.close()
    },
  }
}

/** What a mail holds: its text parts put together, its files by type. */
export function partsOf({ source }: ReceivedMail): {
  readonly text: string
  readonly files: Map<string, Buffer>
} {
  const files = new Map<string, Buffer>()
  const boundary = /boundary="([^"]+)"/.exec(source)?.[1]
  const bodies = boundary === undefined ? [source] : source.split(`--${boundary}`)
  let text = ''
  for (const part of bodies) {
    const end = part.indexOf('\r\n\r\n')
    if (end < 0) continue
    const header = part.slice(0, end)
    const body = part.slice(end + 4)
    const type = /content-type: ([^;\r\n]+)/i.exec(header)?.[1] ?? ''
    const bytes = /content-transfer-encoding: base64/i.test(header) ? Buffer.from(body, 'base64') : undefined
    if (type === 'text/plain') text += bytes?.toString() ?? body
    else if (bytes !== undefined) files.set(type, bytes)
  }
  return { text, files }
}
