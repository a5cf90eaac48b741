/** The network chapter on the whole camera. */
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { get, type IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { freePorts } from '../free-ports.ts'
import { missing, tool } from '../tools.ts'
import { type Camera, startCamera, until } from './kit.ts'

let camera: Camera
before(async () => {
  camera = await startCamera({ args: ['--allow-local-targets', 'yes'] })
})
after(() => camera.stop())

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
  camera = await startCamera({ dataDir: camera.dataDir, args: ['--allow-local-targets', 'yes'] })
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
    '6',
    '-f',
    'null',
    '-',
  ])
  let complaints = ''
  player.stderr.on('data', (chunk: Buffer) => {
    complaints += chunk.toString()
  })
  const ended = once(player, 'exit')
  await new Promise((resolve) => setTimeout(resolve, 1500))
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
  } finally {
    await server.stop()
  }
})

function portsIn({ ports: { http, https, rtmp } }: Camera) {
  return { http, https, rtmp }
}
