/** What moves in the painted street, told in every way by one camera; and what waits when the power goes. */
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { createECDH, createHmac, randomBytes } from 'node:crypto'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { after, before, test } from 'node:test'
import { probe } from '../alarm/kit.ts'
import { type MailServer, partsOf, startMailServer, startTarpit } from '../fakes/mail-server.ts'
import { freePorts } from '../free-ports.ts'
import { type FtpServer, NO_FTP_SERVER, startFtpServer } from '../peers/ftp-server.ts'
import { missing } from '../tools.ts'
import { type Broker, type PostServer, startBroker, startPostServer } from './alarm-receivers.ts'
import { type Camera, killAll, startCamera, until } from './kit.ts'
import { type Listener, listenTo } from './sound.ts'

const skip = missing('ffmpeg', 'ffprobe', 'mosquitto') || NO_FTP_SERVER
const SECRET = 'only-the-owner-knows'
/** Something comes into view 8.4 s after the start, and every 12 s from then on. */
const SCENE = 'scene:street?every=12&for=4&seed=3&light=day'
/** Something comes every 4 s. */
const BUSY_SCENE = 'scene:street?every=4&for=3&seed=3&light=day'
const ALWAYS = { enable: 1, table: '1'.repeat(168) }
const NEVER = { enable: 0, table: '1'.repeat(168) }
const PATIENCE = { skip, timeout: 120_000 }
// Guide §6.
const [LOGIN_FAILED, TIMEOUT, CONNECT_FAILED, SEND_FAILED, RECEIVE_FAILED, MISSING] = [
  -7, -8, -15, -16, -17, -23,
]
// It is there with web-push, and the other half of it.
const ece = createRequire(createRequire(import.meta.url).resolve('web-push'))('http_ece') as {
  decrypt(body: Buffer, params: object): Buffer
}

const folder = mkdtempSync(join(tmpdir(), 'vedette-alarms-'))
let mail: MailServer
let ftp: FtpServer
let web: PostServer
let broker: Broker
before(async () => {
  if (skip) return
  ;[mail, ftp, web, broker] = await Promise.all([
    startMailServer(),
    startFtpServer(),
    startPostServer(),
    startBroker(folder),
  ])
})
after(async () => {
  if (skip) return
  web.stop()
  await Promise.all([mail.stop(), ftp.stop(), broker.stop()])
  rmSync(folder, { recursive: true })
})

async function set(camera: Camera, name: string, value: object, section = name): Promise<void> {
  const answer = await camera.one({ cmd: `Set${name}`, param: { [section]: value } })
  assert.equal(answer.code, 0, `Set${name}: ${JSON.stringify(answer.error)}`)
}

const mailAccount = (port: number) => ({
  ...{ smtpServer: '127.0.0.1', smtpPort: port, ssl: 0, userName: 'camera@example.org', password: '' },
  ...{ addr1: 'owner@example.org', addr2: '', addr3: '', interval: '30 Seconds' },
})
const ftpAccount = (port: number) => ({
  ...{ server: '127.0.0.1', port, anonymous: 1, userName: '', password: '', remoteDir: 'street' },
  ...{ streamType: 1, interval: 1 },
})

const uploads = () => {
  const path = join(ftp.folder, 'street')
  return existsSync(path) ? readdirSync(path).filter((name) => !name.startsWith('.')) : []
}

/** Luma of 80 × 45 cells. */
function cellsOf(jpeg: Buffer): Buffer {
  const size = ['-vf', 'scale=80:45:flags=area,format=gray', '-f', 'rawvideo', 'pipe:1']
  return execFileSync('ffmpeg', ['-v', 'error', '-f', 'mjpeg', '-i', 'pipe:0', ...size], { input: jpeg })
}

/** The same of five pictures a second of a clip. */
function clipCells(mp4: Buffer): Buffer[] {
  const path = join(folder, 'clip.mp4')
  writeFileSync(path, mp4)
  const size = ['-vf', 'fps=5,scale=80:45:flags=area,format=gray', '-f', 'rawvideo', 'pipe:1']
  const all = execFileSync('ffmpeg', ['-v', 'error', '-i', path, ...size])
  return Array.from({ length: all.length / 3600 }, (_, at) => all.subarray(at * 3600, (at + 1) * 3600))
}

/** Of a camera that is not running: it keeps its database to itself. */
function rowsOf(dataDir: string, question: string): Record<string, unknown>[] {
  const data = new DatabaseSync(join(dataDir, 'vedette.db'), { timeout: 5000 })
  try {
    return data.prepare(question).all()
  } finally {
    data.close()
  }
}

const files = (dataDir: string) =>
  readdirSync(join(dataDir, 'outbox'), { recursive: true, encoding: 'utf8' }).filter(
    (name) => name !== 'making' && !name.startsWith('rescued'),
  )

/** Some of a clip is on the disk. */
function isFilming(dataDir: string): boolean {
  const making = join(dataDir, 'outbox/making')
  const clips = readdirSync(making).filter((name) => name.startsWith('ftp-') && name.endsWith('.mp4'))
  return clips.some((name) => statSync(join(making, name)).size > 50_000)
}

test(
  'what moves is told by mail, FTP, webhook, MQTT, web push and siren; not at all when all is off',
  PATIENCE,
  async (t) => {
    const configuration = join(folder, 'vedette.yaml')
    const hook = `${web.origin}/hook`
    writeFileSync(configuration, `webhook-url:\n  - url: ${hook}\n    secret: ${SECRET}\n`, { mode: 0o600 })
    const args = ['--source', SCENE, '--allow-local-targets', 'yes', '--config', configuration]
    const camera = await startCamera({ args: [...args, '--mqtt-url', `mqtt://127.0.0.1:${broker.port}`] })
    let sound: Listener | undefined
    try {
      const states = () =>
        broker.heard
          .filter(({ topic }) => /\/[^/]+\/motion$/.test(topic))
          .map(({ payload, atMs }) => ({ state: payload.toString(), atMs }))
      const edges = (state: string) =>
        states().filter((one, at, all) => one.state === state && all[at - 1]?.state !== state)
      await set(camera, 'Email', { ...mailAccount(mail.port), attachment: 'video', schedule: NEVER })
      await set(camera, 'Ftp', { ...ftpAccount(ftp.port), schedule: NEVER })
      await set(camera, 'Push', { schedule: NEVER })
      await set(camera, 'Enc', { channel: 0, audio: 1 })
      const browser = createECDH('prime256v1')
      browser.generateKeys()
      const auth = randomBytes(16)
      const keys = { p256dh: browser.getPublicKey('base64url'), auth: auth.toString('base64url') }
      const subscribed = await fetch(camera.url('/push/subscribe?user=admin&password=Vedette-1'), {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ endpoint: `${web.origin}/push`, keys }),
      })
      assert.ok(subscribed.ok, await subscribed.text())
      sound = listenTo(camera.flvUrl('main'))

      const drip = await startTarpit('drip')
      const late = trial(camera, 'Email', mailAccount(drip.port))
      await until('a first motion', () => edges('ON')[0], 30_000)
      await until('its end', () => edges('OFF')[1], 20_000)
      assert.equal(await late, TIMEOUT)
      drip.stop()
      assert.deepEqual([mail.mails.length, uploads().length, web.posted.length], [0, 0, 0])
      assert.deepEqual(files(camera.dataDir), [])

      const still = await camera.snap()
      await set(camera, 'Email', { schedule: ALWAYS })
      await set(camera, 'Ftp', { schedule: ALWAYS })
      await set(camera, 'Push', { schedule: ALWAYS })
      await set(camera, 'AudioAlarm', { channel: 0, schedule: ALWAYS }, 'Audio')
      const on = await until('a second motion', () => edges('ON')[1], 30_000)
      const off = await until('its end', () => edges('OFF')[2], 20_000)
      // The third motion is nobody's business.
      await set(camera, 'AudioAlarm', { channel: 0, schedule: NEVER }, 'Audio')
      await until('the mail', () => mail.mails[0], 20_000)
      await until('uploads', () => (uploads().length >= 3 ? true : undefined))
      await until('an empty outbox', () => (files(camera.dataDir).length === 0 ? true : undefined))
      await camera.stop({ keepData: true })
      assert.deepEqual(rowsOf(camera.dataDir, 'select * from delivery'), [])
      const [, event] = rowsOf(camera.dataDir, 'select * from alarm_event order by id')
      const startMs = Number(event!.start_ms)

      await t.test('MQTT: on with the event, off with its end', () => {
        assert.ok(Math.abs(on.atMs - startMs) < 1000, `${on.atMs - startMs} ms`)
        assert.ok(Math.abs(off.atMs - Number(event!.end_ms)) < 1000)
      })

      await t.test('the mail has a picture of what moves, and a clip that begins before it', () => {
        const { files: parts } = partsOf(mail.mails[0]!)
        const picture = cellsOf(parts.get('image/jpeg')!)
        const empty = cellsOf(still)
        const bits = event!.cells as Uint8Array
        const changed: number[] = []
        for (let cell = 0; cell < 3600; cell += 1) {
          if (Math.abs(picture[cell]! - empty[cell]!) > 20) changed.push(cell)
        }
        const isMoving = (cell: number) => ((bits[cell >> 3]! >> (7 - (cell & 7))) & 1) === 1
        const inside = changed.filter(isMoving).length
        assert.ok(inside >= 3 && inside > changed.length / 2, `${inside} of ${changed.length}`)

        const clip = parts.get('video/mp4')!
        const { seconds } = probe(clip)
        assert.ok(seconds >= 14 && seconds < 20, `${seconds} s`)
        const pictures = clipCells(clip)
        const isThere = (cells: Buffer) =>
          cells.filter((luma, cell) => isMoving(cell) && Math.abs(luma - pictures[0]![cell]!) > 20).length >=
          2
        const cameMs = pictures.findIndex(isThere) * 200
        assert.ok(cameMs >= 4000 && cameMs < 10_000, `it comes ${cameMs} ms after the beginning of the clip`)
        t.diagnostic(`mail: ${inside} of ${changed.length} cells, clip ${seconds} s, seen after ${cameMs} ms`)
      })

      await t.test('FTP: pictures while it lasts', () => {
        for (const name of uploads()) assert.match(name, new RegExp(`_motion_${event!.id}\\.jpg$`))
        assert.equal(probe(readFileSync(join(ftp.folder, 'street', uploads()[0]!))).width, probe(still).width)
      })

      await t.test('webhook: begin and end, signed', async () => {
        const hooks = await until('two posts', () => {
          const all = web.posted.filter(({ path }) => path === '/hook')
          return all.length >= 2 ? all : undefined
        })
        for (const { headers, body } of hooks) {
          const mac = createHmac('sha256', SECRET).update(`${headers['x-vedette-timestamp']}.${body}`)
          assert.equal(headers['x-vedette-signature'], `sha256=${mac.digest('hex')}`)
        }
        const told = hooks.slice(0, 2).map(({ body }) => JSON.parse(body.toString()))
        assert.deepEqual(
          told.map(({ id, kind, state }) => [id, kind, state]),
          [
            [event!.id, 'motion', 'began'],
            [event!.id, 'motion', 'ended'],
          ],
        )
        assert.ok(told.every(({ score }) => score > 0.001 && score <= 1))
      })

      await t.test('web push: the browser reads it', () => {
        const posts = web.posted.filter(({ path }) => path === '/push')
        const plain = ece.decrypt(posts[0]!.body, {
          version: 'aes128gcm',
          privateKey: browser,
          authSecret: auth,
        })
        const told = JSON.parse(plain.toString())
        assert.deepEqual([told.kind, told.timeMs], ['motion', startMs])
      })

      await t.test('siren: its tone is in the sound while something moves, and at no other time', () => {
        const tones = sound!.windows(960)
        const sounding = tones.filter(({ share }) => share > 0.5)
        const [first, last] = [sounding[0]?.atMs ?? 0, sounding.at(-1)?.atMs ?? 0]
        const told = `${sounding.length} of ${tones.length}, ${first - on.atMs} to ${last - off.atMs} ms`
        assert.ok(tones.length > 150, told)
        // It is there in every second half second.
        assert.ok(sounding.length * 200 > (off.atMs - on.atMs) * 0.7, told)
        assert.ok(first > on.atMs - 500 && first < on.atMs + 3000, told)
        assert.ok(last < off.atMs + 3000, told)
        t.diagnostic(`siren: ${told}`)
      })
    } finally {
      sound?.stop()
      await camera.stop()
    }
  },
)

test(
  'kill -9 while servers are away, or as something happens: each message arrives once',
  PATIENCE,
  async (t) => {
    const before = new Set(uploads())
    const mailsBefore = mail.mails.length
    web.posted.length = 0
    const beginnings = () =>
      web.posted.filter(({ body }) => JSON.parse(body.toString()).state === 'began').length
    const [mailPort, ftpPort] = await freePorts(2)
    const configuration = join(folder, 'away.yaml')
    writeFileSync(configuration, `webhook-url:\n  - url: ${web.origin}/hook\n    secret: ${SECRET}\n`)
    const args = ['--source', BUSY_SCENE, '--allow-local-targets', 'yes', '--config', configuration]
    let camera = await startCamera({ args })
    const { dataDir } = camera
    try {
      await set(camera, 'Email', { ...mailAccount(mailPort!), attachment: 'picture', schedule: ALWAYS })
      const clips = { streamType: 0, interval: 1800 }
      await set(camera, 'Ftp', { ...ftpAccount(ftpPort!), ...clips, schedule: ALWAYS })
      for (const delayMs of [0, 1200]) {
        const known = beginnings()
        await until('a motion', () => (beginnings() > known ? true : undefined), 20_000)
        await new Promise((resolve) => setTimeout(resolve, delayMs))
        if (delayMs > 0) await until('a clip', () => isFilming(dataDir) || undefined, 20_000)
        await killAll(camera)
        const waiting = rowsOf(dataDir, 'select notifier from delivery').map(({ notifier }) => notifier)
        t.diagnostic(`killed after ${delayMs} ms: ${waiting.join(', ')} wait`)
        camera = await startCamera({ args, dataDir })
      }
      await killAll(camera)
      const waiting = rowsOf(
        dataDir,
        'select notifier, name from delivery join delivery_file on delivery = delivery.id',
      )
      const ofFtp = waiting.filter(({ notifier }) => notifier === 'ftp').map(({ name }) => String(name))
      const pictures = ofFtp.filter((name) => name.endsWith('.jpg'))
      assert.ok(pictures.length >= 2, JSON.stringify(waiting))
      // The time of the last mail is noted after the mail: a kill in between costs one too many, never one.
      const mails = waiting.filter(({ notifier }) => notifier === 'email').length
      assert.ok(mails >= 1, JSON.stringify(waiting))

      // The servers are back; nothing new is wanted.
      camera = await startCamera({ args: ['--source', 'scene:street?every=0', ...args.slice(2)], dataDir })
      await set(camera, 'Ftp', { port: ftp.port })
      await set(camera, 'Email', { smtpPort: mail.port })
      await until('an empty outbox', () => (files(dataDir).length === 0 ? true : undefined), 40_000)
      const mailed = mail.mails.length - mailsBefore
      const stored = ftp.log().match(/OK UPLOAD/g)!.length
      await t.test('TestEmail and TestFtp tell what is wrong, and store nothing', () => tryTests(camera))
      await camera.stop({ keepData: true })
      assert.deepEqual(rowsOf(dataDir, 'select * from delivery'), [])
      const arrived = uploads().filter((name) => !before.has(name))
      const films = arrived.filter((name) => name.endsWith('.mp4'))
      assert.deepEqual(arrived.sort(), [...new Set([...pictures, ...films])].sort())
      assert.ok(ofFtp.every((name) => arrived.includes(name)))
      // Each clip goes on for half an hour: a kill cut it off, and what there was of it is there.
      const seconds = films.map((name) => probe(readFileSync(join(ftp.folder, 'street', name))).seconds)
      assert.ok(Math.max(...seconds) > 0.5, `${seconds}`)
      assert.equal(new Set(pictures).size, pictures.length)
      assert.equal(stored, before.size + arrived.length, 'each was uploaded once')
      assert.equal(mailed, mails)
      // The webhook was there all the time; the kill at its yes may come before that is noted.
      const ids = web.posted.map(({ body }) => {
        const { id, state } = JSON.parse(body.toString())
        return `${id} ${state}`
      })
      assert.ok(ids.length - new Set(ids).size <= 1, ids.join())
      const ends = ids.map((id) => id.replace(/began$/, 'ended'))
      assert.ok(
        ends.every((id) => ids.includes(id)),
        `an end was never told: ${ids.join()}`,
      )
    } finally {
      await camera.stop()
      rmSync(dataDir, { recursive: true, force: true })
    }
  },
)

/** rspCode of a TestEmail or TestFtp. */
async function trial(camera: Camera, name: string, value: object): Promise<number> {
  const { code, error } = await camera.one({ cmd: `Test${name}`, param: { [name]: value } })
  return code === 0 ? 200 : error!.rspCode
}

async function tryTests(camera: Camera): Promise<void> {
  const codeOf = (name: string, value: object) => trial(camera, name, value)
  const stored = async () => JSON.stringify(await camera.api([{ cmd: 'GetEmail' }, { cmd: 'GetFtp' }]))
  const before = await stored()
  const letter = { ...mailAccount(mail.port), password: '' }
  const { streamType: _streamType, interval: _interval, ...upload } = ftpAccount(ftp.port)
  const [nobody] = await freePorts(1)
  const [mails, closing] = [mail.mails.length, await startTarpit('closing')]
  const strict = await startMailServer({ login: { user: 'camera@example.org', password: 'right' } })
  try {
    assert.equal(await codeOf('Email', letter), 200)
    assert.equal(mail.mails.length, mails + 1)
    assert.equal(await codeOf('Email', { ...letter, addr1: '' }), MISSING)
    assert.equal(await codeOf('Email', { ...letter, smtpPort: nobody }), CONNECT_FAILED)
    assert.equal(await codeOf('Email', { ...letter, smtpPort: strict.port, password: 'wrong' }), LOGIN_FAILED)
    assert.equal(await codeOf('Email', { ...letter, smtpPort: strict.port, password: 'right' }), 200)
    assert.equal(await codeOf('Email', { ...letter, smtpPort: closing.port }), RECEIVE_FAILED)
    mail.fault = 'temporary'
    assert.equal(await codeOf('Email', letter), SEND_FAILED)
    mail.fault = 'none'
    assert.equal(await codeOf('Ftp', upload), 200)
    assert.equal(await codeOf('Ftp', { ...upload, port: nobody }), CONNECT_FAILED)
    // Without a name nobody logs in.
    assert.equal(await codeOf('Ftp', { ...upload, anonymous: 0 }), MISSING)
    assert.equal(await codeOf('Ftp', { ...upload, anonymous: 0, userName: 'x', password: 'y' }), LOGIN_FAILED)
    assert.equal(await codeOf('Ftp', { ...upload, port: closing.port }), RECEIVE_FAILED)
    assert.equal(await stored(), before)

    // Of two spellings that differ, the one counts that is not the stored one.
    for (const [change, is] of [
      [{ aOnymous: 0, anonymous: 1 }, 0],
      [{ aOnymous: 0, anonymous: 1 }, 1],
      [{ aOnymous: 1, anonymous: 0 }, 0],
    ] as const) {
      await set(camera, 'Ftp', change)
      const { Ftp } = (await camera.one({ cmd: 'GetFtp' })).value
      assert.deepEqual([Ftp.aOnymous, Ftp.anonymous], [is, is])
    }
  } finally {
    mail.fault = 'none'
    closing.stop()
    await strict.stop()
  }
}
