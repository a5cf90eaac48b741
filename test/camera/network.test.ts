/** The network chapter on the whole camera. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer, get, type IncomingMessage, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { systemClock } from '../../src/base/clock.ts'
import { loadCertificate } from '../../src/servers/http/certificate.ts'
import { freePorts } from '../free-ports.ts'
import { missing, tool } from '../tools.ts'
import { type Camera, startCamera, until } from './kit.ts'

let camera: Camera
let ddns: Awaited<ReturnType<typeof startDdns>>
let args: readonly string[]
before(async () => {
  ddns = await startDdns()
  args = ['--allow-local-targets', 'yes', ...ddns.args]
  process.env.NODE_EXTRA_CA_CERTS = ddns.certificate
  camera = await startCamera({ args })
})
after(async () => {
  await camera.stop()
  ddns.stop()
})

/** A service that speaks dyndns2 by TLS, and a page that tells the public address. */
async function startDdns() {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-ddns-'))
  const updates: IncomingMessage[] = []
  const world = { word: 'good', address: '198.41.0.4' }
  const service = createTlsServer(await loadCertificate(folder, systemClock), (request, response) => {
    updates.push(request)
    response.end(`${world.word} ${world.address}\n`)
  }).listen(0)
  const page = createHttpServer((_request, response) =>
    response.end(`<body>Current IP Address: ${world.address}</body>`),
  ).listen(0)
  const portOf = (server: Server) => (server.address() as AddressInfo).port
  const url = `https://localhost:${portOf(service)}/nic/update`
  return {
    updates,
    world,
    args: ['--ddns-url', url, '--public-address-url', `http://127.0.0.1:${portOf(page)}/`],
    certificate: join(folder, 'tls/certificate.pem'),
    stop: () => {
      for (const server of [service, page]) {
        server.closeAllConnections()
        server.close()
      }
      rmSync(folder, { recursive: true })
    },
  }
}

const portsOf = async () => (await camera.one({ cmd: 'GetNetPort' })).value.NetPort
const setPorts = (NetPort: object) => camera.one({ cmd: 'SetNetPort', param: { NetPort } })
/** A new connection, not one that fetch has kept. */
const isRefused = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1', () => resolve(false))
    socket.once('error', () => resolve(true))
    socket.once('connect', () => socket.destroy())
  })
const refused = (port: number) =>
  until(`port ${port} is closed`, async () => ((await isRefused(port)) ? true : undefined))

/** Bytes that have arrived on a live stream so far. */
async function watch(url: string) {
  const [response] = (await once(get(url, { agent: false }), 'response')) as [IncomingMessage]
  const viewer = { bytes: 0, isOver: false, stop: () => response.destroy() }
  response.on('data', (chunk: Buffer) => {
    viewer.bytes += chunk.length
  })
  response.once('close', () => {
    viewer.isOver = true
  })
  await until('the first picture', () => (viewer.bytes > 10_000 ? true : undefined))
  return viewer
}

test('services move to other ports while a viewer watches, and are there after kill -9', async () => {
  const before = await portsOf()
  assert.deepEqual([before.httpPort, before.httpsPort, before.rtmpPort], Object.values(portsIn(camera)))
  const viewer = await watch(camera.flvUrl('main'))
  const [http, https, rtmp] = await freePorts(3)
  const moved = { httpPort: http, httpsPort: https, rtmpPort: rtmp }
  assert.deepEqual((await setPorts(moved)).value, { rspCode: 200 })
  const old = camera.ports
  camera.ports = { ...old, http: http!, https: https!, rtmp: rtmp! }
  const { httpPort, httpsPort, rtmpPort } = await portsOf()
  assert.deepEqual({ httpPort, httpsPort, rtmpPort }, moved)
  await refused(old.http)
  await refused(old.https)
  const { bytes } = viewer
  await until('the viewer goes on', () => (viewer.bytes > bytes + 50_000 ? true : undefined))
  assert.equal(viewer.isOver, false)
  viewer.stop()

  await camera.stop({ keepData: true, signal: 'SIGKILL' })
  camera = await startCamera({ dataDir: camera.dataDir, args })
  assert.deepEqual(portsIn(camera), { http, https, rtmp })
})

test('a port that is taken, or given twice, leaves every service where it was', async () => {
  const before = await portsOf()
  const blocker = createServer().listen(0)
  await once(blocker, 'listening')
  const { port } = blocker.address() as { port: number }
  const [other] = await freePorts(1)
  assert.equal((await setPorts({ httpPort: other, rtmpPort: port })).error?.rspCode, -13)
  assert.equal((await setPorts({ httpPort: other, rtmpPort: other })).error?.rspCode, -4)
  assert.equal((await setPorts({ httpEnable: 0, httpsEnable: 0 })).error?.rspCode, -4)
  blocker.close()
  assert.deepEqual(await portsOf(), before)
})

test('HTTP alone can be switched off, over itself', async () => {
  const viewer = await watch(camera.flvUrl('sub'))
  const { http } = camera.ports
  assert.deepEqual((await setPorts({ httpsEnable: 0 })).value, { rspCode: 200 })
  assert.equal((await portsOf()).httpsEnable, 0)
  await refused(camera.ports.https)
  assert.equal((await setPorts({ httpsEnable: 1 })).code, 0)
  assert.equal((await portsOf()).httpsPort, camera.ports.https)
  assert.equal(viewer.isOver, false)
  viewer.stop()
  assert.equal((await portsOf()).httpPort, http)
})

test('RTSP, ONVIF and the media port move too, and what names their ports follows', {
  skip: missing('ffmpeg'),
}, async () => {
  const player = spawn('ffmpeg', [
    '-v',
    'error',
    '-rtsp_transport',
    'tcp',
    '-i',
    camera.rtspUrl('sub'),
    '-t',
    '4',
    '-f',
    'null',
    '-',
  ])
  let complaints = ''
  player.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
  const ended = once(player, 'exit')
  await new Promise((resolve) => setTimeout(resolve, 1000))
  const old = camera.ports
  const [rtspPort, onvifPort, mediaPort] = await freePorts(3)
  assert.deepEqual((await setPorts({ rtspPort, onvifPort, mediaPort })).value, { rspCode: 200 })
  const now = await portsOf()
  assert.deepEqual([now.rtspPort, now.onvifPort, now.mediaPort], [rtspPort, onvifPort, mediaPort])
  for (const port of [old.rtsp, old.onvif, old.media]) await refused(port)
  for (const port of [rtspPort!, onvifPort!, mediaPort!]) assert.equal(await isRefused(port), false)
  camera.ports = { ...old, rtsp: rtspPort!, onvif: onvifPort!, media: mediaPort! }
  const { rtspUrl } = (await camera.one({ cmd: 'GetRtspUrl', param: { channel: 0 } })).value
  assert.match(rtspUrl.mainStream, new RegExp(`:${rtspPort}/`))
  assert.deepEqual([(await ended)[0], complaints], [0, ''])
  for (const name of ['rtsp', 'onvif'] as const) {
    const { [name]: port } = camera.ports
    assert.equal((await setPorts({ [`${name}Enable`]: 0 })).code, 0)
    await refused(port)
    assert.equal((await setPorts({ [`${name}Enable`]: 1 })).code, 0)
    assert.equal(await isRefused(port), false)
  }
})

test('a DDNS service hears of the address by TLS, once, and of a refused account never again', async () => {
  const { updates, world } = ddns
  const Ddns = { enable: 1, type: 'Dyndns', domain: 'cam.example', userName: 'owner', password: "p;'$(x)" }
  const setDdns = (change: object) => camera.one({ cmd: 'SetDdns', param: { Ddns: { ...Ddns, ...change } } })
  const noted = (pattern: RegExp) =>
    until(`${pattern}`, () => camera.log.find(({ detail }) => pattern.test(String(detail))))
  assert.equal((await setDdns({})).code, 0)
  await noted(/^DDNS: cam\.example leads to 198\.41\.0\.4$/)
  assert.equal(updates[0]?.url, '/nic/update?hostname=cam.example&myip=198.41.0.4')
  const credentials = Buffer.from("owner:p;'$(x)").toString('base64')
  assert.equal(updates[0]?.headers.authorization, `Basic ${credentials}`)
  assert.equal((await setDdns({})).code, 0)
  world.word = 'badauth'
  assert.equal((await setDdns({ password: 'other' })).code, 0)
  await noted(/cam\.example was refused \(badauth\)/)
  assert.equal((await setDdns({ password: 'other' })).code, 0)
  await camera.one({ cmd: 'GetDdns' })
  assert.equal(updates.length, 2)
  assert.equal((await setDdns({ enable: 0 })).code, 0)
})

/** Chrony on a port of its own: it serves the host's time and touches no clock. */
async function startTimeServer() {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-chrony-'))
  const [port] = await freePorts(1)
  const lines = [
    `port ${port}`,
    'bindaddress 127.0.0.1',
    'allow 127.0.0.1',
    'local stratum 5',
    'cmdport 0',
    'bindcmdaddress /',
    `pidfile ${join(folder, 'pid')}`,
  ]
  const file = join(folder, 'chrony.conf')
  writeFileSync(file, lines.join('\n'))
  const user = process.getuid?.() === 0 ? ['-u', 'root'] : []
  const server = spawn(tool('chronyd'), ['-d', '-x', '-f', file, ...user], { stdio: 'ignore' })
  return {
    port,
    stop: async () => {
      const exit = once(server, 'exit')
      server.kill()
      await exit
      rmSync(folder, { recursive: true })
    },
  }
}

test('a time server sets the clock right', { skip: missing('chronyd') }, async () => {
  const server = await startTimeServer()
  try {
    const past = { year: 2020, mon: 5, day: 4, hour: 3, min: 2, sec: 1 }
    assert.equal((await camera.one({ cmd: 'SetTime', param: { Time: past } })).code, 0)
    const yearOf = async () => (await camera.one({ cmd: 'GetTime' })).value.Time.year
    assert.equal(await yearOf(), 2020)
    const Ntp = { enable: 1, server: '127.0.0.1', port: server.port, interval: 120 }
    const now = { cmd: 'SetNtp', param: { Ntp: { ...Ntp, interval: 0 } } }
    assert.equal((await camera.one({ cmd: 'SetNtp', param: { Ntp } })).code, 0)
    await until('the clock is right', async () => {
      if ((await yearOf()) !== 2020) return true
      // Chrony takes a moment to come up.
      await camera.one(now)
      await new Promise((resolve) => setTimeout(resolve, 200))
      return undefined
    })
    const { Time } = (await camera.one({ cmd: 'GetTime' })).value
    const shown = Date.UTC(Time.year, Time.mon - 1, Time.day, Time.hour, Time.min, Time.sec)
    assert.ok(Math.abs(shown - Time.timeZone * -1000 - Date.now()) < 3000)
    assert.equal((await camera.one({ cmd: 'GetNtp' })).value.Ntp.interval, 120)
    const line = camera.log.find(({ msg }) => msg === 'the clock follows its server')
    assert.equal(line?.stratum, 5)
    assert.ok(Number(line?.byMs) > 0)
    const looks = () => camera.log.filter(({ msg }) => msg === 'the clock follows its server')
    const { length } = looks()
    await camera.one(now)
    const again = await until('another look', () => looks()[length])
    assert.ok(Math.abs(Number(again.byMs)) < 1000, `${again.byMs} ms`)
    assert.ok(
      camera.log.some(({ msg, nextMinutes }) => msg === 'next look at the time' && nextMinutes === 120),
    )
  } finally {
    await server.stop()
  }
})

function portsIn({ ports: { http, https, rtmp } }: Camera) {
  return { http, https, rtmp }
}
