/** What the owner learns of motion, with the real program, the painted street and real servers. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { createHmac } from 'node:crypto'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { connectAsync, type MqttClient } from 'mqtt'
import { type MailServer, partsOf, startMailServer } from '../fakes/mail-server.ts'
import { freePorts } from '../free-ports.ts'
import { type FtpServer, startFtpServer } from '../peers/ftp-server.ts'
import { missing, tool } from '../tools.ts'
import { type Camera, killAll, run, startCamera, until } from './kit.ts'

const skip = missing('ffmpeg', 'vsftpd', 'mosquitto')
const SECRET = 'hook secret'
const folder = mkdtempSync(join(tmpdir(), 'vedette-alarms-'))
const dataDir = mkdtempSync(join(tmpdir(), 'vedette-'))
/** Something comes 8 s after the start, and then every 14 s. */
const ARGS = ['--source', 'scene:street?every=14&for=4&seed=3&light=day', '--allow-local-targets', 'yes']
const EVENT_LIMIT_MS = 45_000

interface Posted {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}

let camera: Camera
let mail: MailServer
let ftp: FtpServer
let broker: ChildProcess
let watcher: MqttClient
const states: string[] = []
const posted: Posted[] = []
let hookStatus = 200
const hook = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk: Buffer) => {
    body += chunk.toString()
  })
  request.on('end', () => {
    if (hookStatus === 200) posted.push({ headers: request.headers, body })
    response.writeHead(hookStatus).end()
  })
})
let calm: Buffer

before(async () => {
  if (skip) return
  await new Promise<void>((done) => hook.listen(0, '127.0.0.1', done))
  const [mqttPort] = await freePorts(1)
  writeFileSync(join(folder, 'mosquitto.conf'), `listener ${mqttPort} 127.0.0.1\nallow_anonymous true\n`)
  broker = spawn(tool('mosquitto'), ['-c', join(folder, 'mosquitto.conf')], { stdio: 'ignore' })
  mail = await startMailServer()
  ftp = await startFtpServer()
  const { port } = hook.address() as AddressInfo
  writeFileSync(
    join(dataDir, 'vedette.yaml'),
    `webhook-url:\n  - url: http://127.0.0.1:${port}/hook\n    secret: ${SECRET}\nmqtt-url: mqtt://127.0.0.1:${mqttPort}\n`,
  )
  watcher = await connectAsync(`mqtt://127.0.0.1:${mqttPort}`, { reconnectPeriod: 200 })
  watcher.on('message', (_topic, payload) => states.push(payload.toString()))
  await watcher.subscribeAsync('vedette/+/motion')
  camera = await startCamera({ dataDir, args: ARGS })
  await set('Osd', { osdChannel: { enable: 0 }, osdTime: { enable: 0 } })
  await set('Enc', { audio: 1 })
  await set('Audio', { schedule: { enable: 1, table: '1'.repeat(168) } }, 'AudioAlarm')
  await set('Email', {
    ...{ smtpServer: '127.0.0.1', smtpPort: mail.port, ssl: 0, userName: 'camera@example.org' },
    ...{ password: '', addr1: 'owner@example.org', attachment: 'video', interval: '30 Seconds' },
  })
  await set('Ftp', {
    ...{ server: '127.0.0.1', port: ftp.port, anonymous: 1, remoteDir: 'front door/été', streamType: 1 },
    interval: 1,
  })
  calm = await grey(['-f', 'mjpeg', '-i', '-'], await camera.snap())
})
after(async () => {
  hook.close()
  await camera?.stop()
  await watcher?.endAsync(true)
  broker?.kill('SIGKILL')
  await mail?.stop()
  await ftp?.stop()
  rmSync(folder, { recursive: true })
})

async function set(section: string, value: object, command = section): Promise<void> {
  const answer = await camera.one({ cmd: `Set${command}`, param: { [section]: value } })
  assert.deepEqual(answer.value, { rspCode: 200 }, JSON.stringify(answer))
}

const SMALL = { width: 160, height: 90 }

/** Luma of pictures, one after the other, at the small size. */
async function grey(input: readonly string[], data?: Uint8Array): Promise<Buffer> {
  const size = `scale=${SMALL.width}:${SMALL.height}:flags=area,format=gray`
  const { code, stdout, stderr } = await run(
    'ffmpeg',
    ['-v', 'error', ...input, '-vf', size, '-f', 'rawvideo', '-'],
    data,
  )
  assert.equal(code, 0, stderr)
  return stdout
}

/** More of the picture than what the encoder changes. */
const SEEN = 0.0003

/** Share of points that look otherwise than the street when nothing moves, in each picture. */
function strangers(pictures: Buffer): number[] {
  const { length } = calm
  return Array.from({ length: pictures.length / length }, (_, index) => {
    const picture = pictures.subarray(index * length, (index + 1) * length)
    let count = 0
    for (let at = 0; at < length; at += 1) if (Math.abs(picture[at]! - calm[at]!) > 40) count += 1
    return count / length
  })
}

function uploads(): string[] {
  return readdirSync(ftp.folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    name.endsWith('.jpg'),
  )
}

interface Report {
  readonly event: { readonly id: number }
  readonly state: string
}

test('the siren is heard in the sound of the stream while something moves, and only then', {
  skip,
}, async () => {
  const sound = ['-vn', '-ac', '1', '-ar', '16000', '-f', 's16le', '-t', '16', '-']
  const { stdout } = await run('ffmpeg', ['-v', 'error', '-i', camera.rtmpUrl('sub'), ...sound])
  const shares = toneShares(stdout, 960)
  const loud = shares.filter((share) => share > 0.2).length
  assert.ok(loud >= 10, `${loud} of ${shares.length} tenths of a second`)
  assert.ok(
    shares.slice(0, 20).every((share) => share < 0.1),
    'before anything moves',
  )
})

test('webhook and MQTT tell that motion began and ended', { skip }, async () => {
  await until('the end', () => posted.find(({ body }) => stateOf(body) === 'ended'), EVENT_LIMIT_MS)
  await until('OFF', () => (states.includes('OFF') && states.includes('ON') ? true : undefined))
  assert.deepEqual(
    posted.slice(0, 2).map(({ body }) => stateOf(body)),
    ['began', 'ended'],
  )
  const { headers, body } = posted[0]!
  const signature = headers['x-vedette-signature']
  const expected = createHmac('sha256', SECRET)
    .update(`${headers['x-vedette-timestamp']}.${body}`)
    .digest('hex')
  assert.equal(signature, `sha256=${expected}`)
})

test('the picture that was uploaded shows what moves', { skip }, async () => {
  const [name] = await until(
    'an upload',
    () => (uploads().length > 0 ? uploads() : undefined),
    EVENT_LIMIT_MS,
  )
  assert.match(name!, /^front door\/été\//)
  const [share] = strangers(await grey(['-f', 'mjpeg', '-i', '-'], readFileSync(join(ftp.folder, name!))))
  assert.ok(share! > SEEN, `${share}`)
})

test('the clip that was mailed begins before anything moves', { skip }, async () => {
  const received = await until('a mail', () => mail.mails[0], EVENT_LIMIT_MS)
  const clip = partsOf(received).files.get('video/mp4')!
  const path = join(folder, 'clip.mp4')
  writeFileSync(path, clip)
  const shares = strangers(await grey(['-i', path, '-r', '5']))
  const first = shares.findIndex((share) => share > SEEN)
  assert.ok(first >= 4 * 5, `something moves after ${first / 5} s`)
  assert.ok(shares.filter((share) => share > SEEN).length >= 8)
})

test('what could not be delivered before kill -9 comes afterwards, once', { skip }, async () => {
  hookStatus = 503
  await ftp.stop()
  const before = posted.length
  const waiting = join(dataDir, 'outbox')
  const files = () => readdirSync(waiting, { withFileTypes: true }).filter((file) => file.isFile()).length
  await until('pictures that wait', () => (files() >= 2 ? true : undefined), EVENT_LIMIT_MS)
  await killAll(camera)
  const kept = files()
  ftp = await startFtpServer()
  hookStatus = 200
  camera = await startCamera({ dataDir, args: ARGS })
  await set('Ftp', { port: ftp.port })
  await until('the uploads', () => (uploads().length >= kept ? true : undefined), EVENT_LIMIT_MS)
  await until('the report', () => posted[before], EVENT_LIMIT_MS)
  const reports = posted.slice(before).map(({ body }) => JSON.parse(body) as Report)
  const keys = reports.map(({ event, state }) => `${event?.id} ${state}`)
  assert.equal(new Set(keys).size, keys.length, keys.join(', '))
})

const stateOf = (body: string) => (JSON.parse(body) as Report).state

/** How much of the sound is a tone, for each tenth of a second: 1 is nothing else (Goertzel). */
function toneShares(pcm: Buffer, hertz: number): number[] {
  const rate = 16_000
  const length = rate / 10
  const factor = 2 * Math.cos((2 * Math.PI * hertz) / rate)
  const shares: number[] = []
  for (let begin = 0; begin + length * 2 <= pcm.length; begin += length * 2) {
    let [one, two, energy] = [0, 0, 1]
    for (let at = 0; at < length; at += 1) {
      const sample = pcm.readInt16LE(begin + at * 2)
      energy += sample * sample
      ;[one, two] = [sample + factor * one - two, one]
    }
    shares.push((2 * (one * one + two * two - factor * one * two)) / (length * energy))
  }
  return shares
}
