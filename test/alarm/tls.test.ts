/** Encryption on the way to real servers: implicit TLS checks the certificate, FTP encrypts where it is offered. */
import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { after, before, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import { sendMail } from '../../src/alarm/email/smtp.ts'
import { upload } from '../../src/alarm/ftp/upload.ts'
import { systemClock } from '../../src/base/clock.ts'
import { CameraError } from '../../src/base/errors.ts'
import { loadCertificate } from '../../src/servers/http/certificate.ts'
import { partsOf, startMailServer } from '../fakes/mail-server.ts'
import { NO_FTP_SERVER, startFtpServer } from '../peers/ftp-server.ts'

const folder = mkdtempSync(join(tmpdir(), 'vedette-tls-'))
const tls = { key: join(folder, 'tls/key.pem'), cert: join(folder, 'tls/certificate.pem') }
const trusted = getCACertificates('default')
let pem = ''
before(async () => {
  pem = (await loadCertificate(folder, systemClock)).cert
})
after(() => {
  setDefaultCACertificates(trusted)
  rmSync(folder, { recursive: true })
})

const trust = (isTrusted: boolean) => setDefaultCACertificates(isTrusted ? [...trusted, pem] : trusted)
const notTrusted = (error: unknown) =>
  error instanceof CameraError && error.kind === 'connect-failed' && /secure|certificate/.test(error.message)
const rules = () => ({ allowLocalTargets: true, signal: AbortSignal.timeout(20_000) })

test('a mail by TLS from the first byte arrives, but at no server that cannot be trusted', async () => {
  const server = await startMailServer({
    secure: true,
    tls,
    login: { user: 'a@example.org', password: 'pw' },
  })
  const account = {
    ...{ smtpServer: 'localhost', smtpPort: server.port, userName: 'a@example.org', password: 'pw' },
    ...{ isSecure: true, recipients: ['b@example.org'] },
  }
  const mail = { subject: 'Motion', text: 'Something moves', attachments: [], messageId: '1' }
  const send = () => sendMail(account, mail, { ...rules(), implicitTlsPort: server.port })
  try {
    trust(false)
    await assert.rejects(send(), notTrusted)
    assert.equal(server.mails.length, 0)
    trust(true)
    await send()
    const [received] = server.mails
    assert.deepEqual([received!.isSecure, received!.user], [true, 'a@example.org'])
    assert.match(partsOf(received!).text || received!.source, /Something moves/)
  } finally {
    await server.stop()
  }
})

const encrypted = [
  ...['ssl_enable=YES', 'allow_anon_ssl=YES', 'force_anon_logins_ssl=YES', 'force_anon_data_ssl=YES'],
  ...[`rsa_cert_file=${tls.cert}`, `rsa_private_key_file=${tls.key}`],
  ...['ssl_ciphers=HIGH', 'debug_ssl=YES'],
]

for (const [how, isImplicit] of [
  ['AUTH TLS', false],
  ['TLS from the first byte', true],
] as const) {
  test(`a file reaches an FTP server that wants everything encrypted, by ${how}`, {
    skip: NO_FTP_SERVER,
  }, async () => {
    const server = await startFtpServer({
      extra: [...encrypted, ...(isImplicit ? ['implicit_ssl=YES'] : [])],
    })
    const account = {
      ...{ server: 'localhost', port: server.port, isAnonymous: true, userName: '', password: '' },
      remoteDir: 'street',
    }
    const send = () =>
      upload(account, [{ name: 'a.txt', content: Readable.from([Buffer.from('picture')]) }], {
        ...rules(),
        ...{ unfinished: '.part', silenceMs: 10_000 },
        ...(isImplicit ? { implicitTlsPort: server.port } : {}),
      })
    try {
      trust(false)
      if (isImplicit) await assert.rejects(send(), notTrusted)
      trust(true)
      await send()
      assert.equal(readFileSync(join(server.folder, 'street/a.txt'), 'utf8'), 'picture')
      assert.match(server.log(), /SSL version: TLSv1/)
    } finally {
      await server.stop()
    }
  })
}
