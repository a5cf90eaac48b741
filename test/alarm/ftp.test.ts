/** Uploads to a real FTP server: what lies there, and what is told when it does not. */
import assert from 'node:assert/strict'
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, test } from 'node:test'
import type { FtpAccount, FtpSettings } from '../../src/alarm/ftp/settings.ts'
import { CameraError } from '../../src/base/errors.ts'
import { startTarpit } from '../fakes/mail-server.ts'
import { type FtpServer, NO_FTP_SERVER, startFtpServer } from '../peers/ftp-server.ts'
import { missing } from '../tools.ts'
import { type AlarmKit, createAlarmKit, probe, until } from './kit.ts'

const skip = missing('ffmpeg', 'ffprobe') || NO_FTP_SERVER

let server: FtpServer
before(async () => {
  if (!skip) server = await startFtpServer()
})
after(async () => {
  if (!skip) await server.stop()
})

let kit: AlarmKit
let camera: ReturnType<AlarmKit['build']>
beforeEach(() => {
  if (skip) return
  kit = createAlarmKit()
  camera = kit.build()
  camera.start()
})
afterEach(async () => {
  if (skip) return
  await camera.stop()
  kit.dispose()
  for (const name of readdirSync(server.folder)) rmSync(join(server.folder, name), { recursive: true })
})

function account(change: Partial<FtpAccount> = {}): FtpAccount {
  return {
    server: 'localhost',
    port: server.port,
    isAnonymous: true,
    userName: '',
    password: '',
    remoteDir: '',
    ...change,
  }
}

function settings(change: Partial<FtpSettings> = {}): FtpSettings {
  return {
    ...account({ remoteDir: 'cameras/Haustür 猫' }),
    what: 'pictures',
    intervalS: 5,
    maxFileBytes: 10 * 1024 * 1024,
    hours: '1'.repeat(168),
    ...change,
  }
}

const folder = () => join(server.folder, 'cameras/Haustür 猫')
const uploads = () => (existsSync(folder()) ? readdirSync(folder()).sort() : [])

async function codeOf(test: Promise<void>): Promise<string> {
  return await test.then(
    () => 'ok',
    (error) => (error instanceof CameraError ? error.kind : `no CameraError: ${error}`),
  )
}

/** Time passes in steps, so that what was begun can go on. */
async function pass(seconds: number): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    kit.play(1)
    await new Promise((done) => setTimeout(done, 5))
  }
}

test('pictures only: one at the beginning and one after each interval, in a folder that is made', {
  skip,
}, async () => {
  camera.ftp.configure(settings())
  const event = kit.event(7)
  camera.listener.began(event)
  await pass(12)
  camera.listener.ended(event)
  await pass(10)
  await until(() => uploads().length === 3 && camera.outbox.size === 0)
  for (const name of uploads()) assert.match(name, /^20261123_1115\d\d_motion_7\.jpg$/)
  assert.equal(probe(readFileSync(join(folder(), uploads()[0]!))).width, 320)
})

test('pictures and clips: a picture, and clips from before the event to after it', { skip }, async () => {
  camera.ftp.configure(settings({ what: 'clips', intervalS: 30 }))
  await pass(9)
  const event = kit.event(8)
  camera.listener.began(event)
  await pass(6)
  camera.listener.ended(event)
  await pass(31)
  await until(() => uploads().length === 3 && camera.outbox.size === 0)
  const [first, second, picture] = uploads()
  // The event began at 11:15:09.
  assert.equal(first, '20261123_111502_1.mp4'.replace('111502', first!.slice(9, 15)))
  assert.ok(first! < '20261123_111504_z', first)
  assert.match(picture!, /motion_8\.jpg$|\.mp4$/)
  const clips = uploads().filter((name) => name.endsWith('.mp4'))
  const lengths = clips.map((name) => probe(readFileSync(join(folder(), name))).seconds)
  assert.equal(clips.length, 2, second)
  assert.ok(
    lengths.every((seconds) => seconds <= 33),
    lengths.join(),
  )
  const whole = lengths.reduce((sum, seconds) => sum + seconds, 0)
  assert.ok(whole >= 41 && whole < 46, `${whole} s`)
})

test('a kill while a clip goes on: what there is of it comes after the next start, and plays', {
  skip,
}, async () => {
  const wish = settings({ what: 'clips', intervalS: 1800 })
  camera.ftp.configure(wish)
  await pass(9)
  camera.listener.began(kit.event(8))
  await until(() => uploads().some((name) => name.endsWith('.jpg')) && camera.outbox.size === 0)
  await pass(6)
  const making = join(kit.dataDir, 'outbox/making')
  await until(() => readdirSync(making).some((name) => statSync(join(making, name)).size > 200_000))
  writeFileSync(join(making, 'ftp-x-7.mp4'), 'the power went before anything was written')
  const later = kit.afterKill()
  const next = later.build()
  next.ftp.configure(wish)
  next.start()
  await until(() => uploads().some((name) => name.endsWith('.mp4')) && next.outbox.size === 0)
  const clips = uploads().filter((name) => name.endsWith('.mp4'))
  assert.equal(clips.length, 1)
  assert.match(clips[0]!, /^20261123_11150\d_\d+\.mp4$/)
  const { seconds } = probe(readFileSync(join(folder(), clips[0]!)))
  assert.ok(seconds >= 9 && seconds < 16, `${seconds} s`)
  await next.stop()
  later.dispose()
})

test('clips are cut before they grow beyond the largest size', { skip }, async () => {
  camera.ftp.configure(settings({ what: 'clips', intervalS: 30, maxFileBytes: 300_000 }))
  await pass(6)
  const event = kit.event(9)
  camera.listener.began(event)
  camera.listener.ended(event)
  // The clock of the test goes on while a busy machine is still about to begin.
  const areThere = () => uploads().length > 3 && camera.outbox.size === 0
  for (let second = 0; second < 120 && !areThere(); second += 1) await pass(1)
  assert.ok(areThere(), uploads().join(', '))
  const clips = uploads().filter((name) => name.endsWith('.mp4'))
  for (const name of clips) {
    const content = readFileSync(join(folder(), name))
    assert.ok(content.length <= 300_000, `${content.length}`)
    assert.ok(probe(content).seconds > 1)
  }
})

test('what an earlier upload left unfinished is gone after the next', { skip }, async () => {
  mkdirSync(folder(), { recursive: true })
  writeFileSync(join(folder(), '.vedette-0123456789.part'), 'half', { mode: 0o666 })
  // Anonymous users of vsftpd own what they make.
  const { chownSync, statSync, chmodSync } = await import('node:fs')
  const { uid, gid } = statSync(server.folder)
  for (const path of [join(server.folder, 'cameras'), folder(), join(folder(), '.vedette-0123456789.part')]) {
    chownSync(path, uid, gid)
    chmodSync(path, 0o755)
  }
  camera.ftp.configure(settings())
  camera.listener.began(kit.event(1))
  await until(() => uploads().length === 1 && uploads()[0]!.endsWith('.jpg'))
})

test('a server that is away gets its files later', { skip }, async () => {
  const tarpit = await startTarpit('closing')
  camera.ftp.configure(settings({ port: tarpit.port }))
  camera.listener.began(kit.event(1))
  await until(() => kit.notes.length === 1)
  tarpit.stop()
  assert.match(kit.notes[0]!.detail, /^ftp: a message could not be delivered and is tried again: localhost/)
  camera.ftp.configure(settings())
  kit.time.advance(5000)
  await until(() => uploads().some((name) => name.endsWith('.jpg')) && camera.outbox.size === 0)
})

test('a test tells what failed, and leaves nothing behind', { skip, timeout: 60_000 }, async () => {
  assert.equal(await codeOf(camera.ftp.test(account({ remoteDir: 'a/b' }))), 'ok')
  assert.deepEqual(readdirSync(join(server.folder, 'a/b')), [])
  assert.equal(await codeOf(camera.ftp.test(account({ isAnonymous: false }))), 'missing')
  const wrong = { isAnonymous: false, userName: 'nobody-here', password: 'x' }
  assert.equal(await codeOf(camera.ftp.test(account(wrong))), 'login-failed')
  assert.equal(await codeOf(camera.ftp.test(account({ server: 'no-such-name.invalid' }))), 'connect-failed')
  const closing = await startTarpit('closing')
  assert.equal(await codeOf(camera.ftp.test(account({ port: closing.port }))), 'receive-failed')
  closing.stop()
  assert.equal(await codeOf(camera.ftp.test(account({ port: closing.port }))), 'connect-failed')
  const readOnly = await startFtpServer({ extra: ['write_enable=NO'] })
  assert.equal(await codeOf(camera.ftp.test(account({ port: readOnly.port }))), 'send-failed')
  await readOnly.stop()
})

test('a server that never gets to the point costs a test ten seconds', {
  skip,
  timeout: 60_000,
}, async () => {
  const drip = await startTarpit('drip')
  const started = performance.now()
  assert.equal(await codeOf(camera.ftp.test(account({ port: drip.port }))), 'timeout')
  assert.ok(performance.now() - started < 10_000)
  drip.stop()
})

test('no command can be smuggled in, and no other host is connected to', { skip }, async () => {
  const heard: string[] = []
  const fake = createServer((socket: Socket) => {
    socket.on('error', () => undefined)
    socket.write('220 hello\r\n')
    socket.on('data', (chunk) => {
      for (const line of chunk.toString().split('\r\n').filter(Boolean)) {
        heard.push(line)
        if (line.startsWith('USER')) socket.write('331 password\r\n')
        else if (line.startsWith('PASV')) socket.write('227 here (10,1,2,3,4,5)\r\n')
        else if (/^(EPSV|AUTH|FEAT)/.test(line)) socket.write('500 no\r\n')
        else socket.write('230 yes\r\n')
      }
    })
  })
  await new Promise<void>((done) => fake.listen(0, '127.0.0.1', done))
  const { port } = fake.address() as AddressInfo
  const odd = { port, isAnonymous: false, userName: 'u', password: 'p\r\nDELE x' }
  assert.notEqual(await codeOf(camera.ftp.test(account(odd))), 'ok')
  assert.ok(!heard.some((line) => line.startsWith('DELE')))
  const plain = await codeOf(camera.ftp.test(account({ port })))
  assert.equal(plain, 'send-failed')
  assert.ok(!heard.some((line) => line.startsWith('STOR')))
  fake.close()
})
