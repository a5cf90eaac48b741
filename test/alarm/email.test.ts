/** Mails against a real SMTP server: what arrives, when, and what is told when it does not. */
import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import { getCACertificates, setDefaultCACertificates } from 'node:tls'
import type { EmailSettings, MailAccount } from '../../src/alarm/email/settings.ts'
import { systemClock } from '../../src/base/clock.ts'
import { CameraError } from '../../src/base/errors.ts'
import { loadCertificate } from '../../src/servers/http/certificate.ts'
import { type MailServer, partsOf, startMailServer, startTarpit } from '../fakes/mail-server.ts'
import { missing } from '../tools.ts'
import { type AlarmKit, createAlarmKit, probe, until } from './kit.ts'

const skip = missing('ffmpeg', 'ffprobe')
const LOGIN = { user: 'camera@example.org', password: 'Secret-1' }

let certificates: string
let tls: { key: string; cert: string }
let pem: string
before(async () => {
  certificates = mkdtempSync(join(tmpdir(), 'vedette-mail-'))
  pem = (await loadCertificate(certificates, systemClock)).cert
  tls = { key: join(certificates, 'tls/key.pem'), cert: join(certificates, 'tls/certificate.pem') }
})
after(() => rmSync(certificates, { recursive: true, force: true }))

let kit: AlarmKit
let camera: ReturnType<AlarmKit['build']>
let server: MailServer
beforeEach(async () => {
  if (skip) return
  server = await startMailServer({ login: LOGIN })
  kit = createAlarmKit()
  camera = kit.build()
  camera.start()
})
afterEach(async () => {
  if (skip) return
  await camera.stop()
  await server.stop()
  kit.dispose()
})

function account(change: Partial<MailAccount> = {}): MailAccount {
  return {
    smtpServer: 'localhost',
    smtpPort: server.port,
    userName: LOGIN.user,
    password: LOGIN.password,
    isSecure: false,
    recipients: ['one@example.org', 'two@example.org', 'three@example.org'],
    ...change,
  }
}

function settings(change: Partial<EmailSettings> = {}): EmailSettings {
  return { ...account(), attachment: 'picture', intervalMs: 30_000, hours: '1'.repeat(168), ...change }
}

async function codeOf(test: Promise<void>): Promise<string> {
  return await test.then(
    () => 'ok',
    (error) => (error instanceof CameraError ? error.kind : `no CameraError: ${error}`),
  )
}

test('the mail of an event tells camera, kind and time, and has a picture that decodes', {
  skip,
}, async () => {
  camera.email.configure(settings())
  camera.listener.began(kit.event(1))
  await until(() => server.mails.length === 1)
  const [mail] = server.mails
  assert.equal(mail!.from, LOGIN.user)
  assert.deepEqual(mail!.to, ['one@example.org', 'two@example.org', 'three@example.org'])
  assert.match(mail!.source, /^Subject: Front door: Motion detected 2026-11-23 11:15:00/m)
  const { text, files } = partsOf(mail!)
  assert.match(text, /Motion detected\r\nCamera: Front door\r\nTime: 2026-11-23 11:15:00/)
  assert.deepEqual([...files.keys()], ['image/jpeg'])
  assert.equal(probe(files.get('image/jpeg')!).width, 320)
  await until(() => camera.outbox.size === 0)
})

test('a clip begins before the event and plays', { skip }, async () => {
  camera.email.configure(settings({ attachment: 'video' }))
  kit.play(9)
  camera.listener.began(kit.event(1))
  kit.play(11)
  await until(() => server.mails.length === 1)
  const { files } = partsOf(server.mails[0]!)
  const { width, seconds } = probe(files.get('video/mp4')!)
  assert.equal(width, 320)
  // Ten seconds of it are after the beginning.
  assert.ok(seconds >= 15 && seconds <= 18, `${seconds} s`)
})

test('a kill while the clip is made: the mail has the picture and the clip of the event, not of later', {
  skip,
}, async () => {
  const wish = settings({ attachment: 'video' })
  camera.email.configure(wish)
  kit.play(9)
  const event = kit.event(1)
  kit.store.alarmEvents.insert(event)
  camera.listener.began(event)
  const made = () => readdirSync(join(kit.dataDir, 'outbox/making'))
  await until(() => made().includes('email-1.jpg') && made().some((name) => name.endsWith('.mp4')))
  for (let second = 0; second < 4; second += 1) {
    kit.play(1)
    await new Promise((done) => setTimeout(done, 20))
  }
  const later = kit.afterKill()
  later.state.snapshotFails = true
  const next = later.build()
  next.email.configure(wish)
  next.start()
  await until(() => server.mails.length === 1)
  const { text, files } = partsOf(server.mails[0]!)
  assert.match(text, /Motion detected/)
  assert.equal(probe(files.get('image/jpeg')!).width, 320)
  const { seconds } = probe(files.get('video/mp4')!)
  assert.ok(seconds >= 7 && seconds < 12, `${seconds} s`)
  await next.stop()
  later.dispose()
})

test('no attachment, and nothing but a picture', { skip }, async () => {
  camera.email.configure(settings({ attachment: 'none' }))
  camera.listener.began(kit.event(1))
  await until(() => server.mails.length === 1)
  assert.equal(partsOf(server.mails[0]!).files.size, 0)
  camera.email.configure(settings({ attachment: 'onlyPicture' }))
  kit.time.advance(30_000)
  camera.listener.began(kit.event(2))
  await until(() => server.mails.length === 2)
  assert.deepEqual(partsOf(server.mails[1]!).text, '')
  assert.match(server.mails[1]!.source, /image\/jpeg/)
})

test('without a picture the mail is sent and says so', { skip }, async () => {
  kit.state.snapshotFails = true
  camera.email.configure(settings())
  camera.listener.began(kit.event(1))
  await until(() => server.mails.length === 1)
  assert.match(partsOf(server.mails[0]!).text, /There is no picture/)
})

test('there is one mail in an interval, also over a restart, and none outside the hours', {
  skip,
}, async () => {
  camera.email.configure(settings({ attachment: 'none' }))
  camera.listener.began(kit.event(1))
  await until(() => server.mails.length === 1 && camera.outbox.size === 0)
  await camera.stop()
  camera = kit.build()
  camera.start()
  camera.email.configure(settings({ attachment: 'none' }))
  kit.time.advance(20_000)
  camera.listener.began(kit.event(2))
  camera.listener.ended(kit.event(2))
  await new Promise((done) => setTimeout(done, 100))
  assert.equal(camera.outbox.size, 0)
  kit.time.advance(10_000)
  // Monday, 11 o'clock on the camera's clock.
  camera.email.configure(settings({ attachment: 'none', hours: `${'1'.repeat(35)}0${'1'.repeat(132)}` }))
  camera.listener.began(kit.event(3))
  camera.listener.ended(kit.event(3))
  camera.email.configure(settings({ attachment: 'none', hours: undefined }))
  camera.listener.began(kit.event(4))
  camera.listener.ended(kit.event(4))
  await new Promise((done) => setTimeout(done, 100))
  assert.equal(server.mails.length, 1)
  camera.email.configure(settings({ attachment: 'none' }))
  camera.listener.began(kit.event(5))
  await until(() => server.mails.length === 2)
})

test('an event that goes on when the interval is over has its mail then', { skip }, async () => {
  camera.email.configure(settings({ attachment: 'none' }))
  camera.listener.began(kit.event(1))
  camera.listener.ended(kit.event(1))
  await until(() => server.mails.length === 1)
  kit.time.advance(20_000)
  camera.listener.began(kit.event(2))
  for (let second = 0; second < 12; second += 1) {
    await new Promise((done) => setTimeout(done, 5))
    kit.time.advance(1000)
  }
  await until(() => server.mails.length === 2)
})

for (const fault of ['temporary', 'drop'] as const) {
  test(`a server that fails (${fault}) gets the mail later, with its picture`, { skip }, async () => {
    server.fault = fault
    camera.email.configure(settings())
    camera.listener.began(kit.event(1))
    await until(() => kit.notes.length === 1)
    assert.match(
      kit.notes[0]!.detail,
      /^email: a message could not be delivered and is tried again: localhost/,
    )
    server.fault = 'none'
    kit.time.advance(5000)
    await until(() => server.mails.length === 1)
    assert.equal(probe(partsOf(server.mails[0]!).files.get('image/jpeg')!).height, 180)
    await until(() => kit.notes.length === 2)
    assert.equal(kit.notes[1]!.detail, 'email: messages are delivered again')
  })
}

test('a mail that the server will never take is dropped and noted', { skip }, async () => {
  server.fault = 'permanent'
  camera.email.configure(settings())
  camera.listener.began(kit.event(1))
  await until(() => kit.notes.length === 1 && camera.outbox.size === 0)
  assert.match(
    kit.notes[0]!.detail,
    /refused and will not be sent: localhost does not take it \(status 554\)/,
  )
})

test('a mail that was never sent is sent after the next start', { skip }, async () => {
  const { port } = server
  await server.stop()
  camera.email.configure(settings({ smtpPort: port }))
  camera.listener.began(kit.event(1))
  await until(() => kit.notes.length === 1)
  await camera.stop()
  server = await startMailServer({ port, login: LOGIN })
  camera = kit.build()
  camera.email.configure(settings())
  camera.start()
  kit.time.advance(5000)
  await until(() => server.mails.length === 1)
})

test('a test tells what failed', { skip, timeout: 60_000 }, async () => {
  assert.equal(await codeOf(camera.email.test(account())), 'ok')
  assert.match(server.mails[0]!.source, /^Subject: Test mail from Front door/m)
  assert.equal(await codeOf(camera.email.test(account({ password: 'wrong' }))), 'login-failed')
  assert.equal(await codeOf(camera.email.test(account({ recipients: [] }))), 'missing')
  assert.equal(
    await codeOf(camera.email.test(account({ smtpServer: 'no-such-name.invalid' }))),
    'connect-failed',
  )
  assert.equal(await codeOf(camera.email.test(account({ isSecure: true }))), 'connect-failed')
  for (const fault of ['temporary', 'permanent', 'drop', 'recipient'] as const) {
    server.fault = fault
    assert.equal(await codeOf(camera.email.test(account())), 'send-failed', fault)
  }
  const closing = await startTarpit('closing')
  assert.equal(await codeOf(camera.email.test(account({ smtpPort: closing.port }))), 'receive-failed')
  closing.stop()
  const { port } = server
  await server.stop()
  assert.equal(await codeOf(camera.email.test(account({ smtpPort: port }))), 'connect-failed')
})

test('a server that never gets to the point costs a test ten seconds, and another test must wait', {
  skip,
  timeout: 60_000,
}, async () => {
  const drip = await startTarpit('drip')
  const started = performance.now()
  const first = camera.email.test(account({ smtpPort: drip.port }))
  assert.equal(await codeOf(camera.email.test(account())), 'timeout')
  assert.equal(await codeOf(first), 'timeout')
  assert.ok(performance.now() - started < 10_000)
  drip.stop()
})

test('with encryption the certificate must be trusted; without, what is offered is used', {
  skip,
}, async () => {
  await server.stop()
  server = await startMailServer({ login: LOGIN, startTls: true, tls })
  assert.equal(await codeOf(camera.email.test(account())), 'ok')
  assert.equal(server.mails[0]!.isSecure, true)
  await assert.rejects(
    camera.email.test(account({ isSecure: true })),
    /no secure connection to localhost.*certificate/,
  )
  const known = getCACertificates('default')
  setDefaultCACertificates([...known, pem])
  try {
    assert.equal(await codeOf(camera.email.test(account({ isSecure: true }))), 'ok')
    assert.equal(server.mails[1]!.isSecure, true)
  } finally {
    setDefaultCACertificates(known)
  }
})

test('what people type stays what it is', { skip }, async () => {
  await camera.stop()
  kit.dispose()
  const name = 'A"; $(id) `x` <b>\r\nBcc: evil@example.org\r\n.\r\nQUIT\u202e 猫'
  kit = createAlarmKit({ cameraName: name })
  camera = kit.build()
  camera.start()
  const odd = account({
    recipients: ['"evil@x.example x"@example.org', 'a@b.example\r\nRCPT TO:<evil@example.org>'],
  })
  await codeOf(camera.email.test(odd))
  await codeOf(camera.email.test(account({ userName: 'a@b.example>\r\nRCPT TO:<evil@example.org>' })))
  assert.equal(await codeOf(camera.email.test(account())), 'ok')
  for (const mail of server.mails) {
    assert.ok(!mail.to.some((address) => address.startsWith('evil')), mail.to.join())
    const [header = ''] = mail.source.split('\r\n\r\n')
    assert.doesNotMatch(header, /^Bcc:/im)
  }
  const { text } = partsOf(server.mails.at(-1)!)
  assert.match(text, /can send mails/)
})

test('loopback is refused unless it is allowed', { skip }, async () => {
  const { sendMail } = await import('../../src/alarm/email/smtp.ts')
  const mail = { subject: 'x', text: 'x', attachments: [], messageId: 'x' }
  const rules = { allowLocalTargets: false, signal: AbortSignal.timeout(5000) }
  await assert.rejects(sendMail(account(), mail, rules), /see --allow-local-targets/)
  assert.equal(server.connections, 0)
})
