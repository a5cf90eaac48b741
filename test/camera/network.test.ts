/** The network chapter on the whole camera. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { get, type IncomingMessage } from 'node:http'
import { connect, createServer } from 'node:net'
import { after, before, test } from 'node:test'
import { freePorts } from '../free-ports.ts'
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
  camera.ports = { http: http!, https: https!, rtmp: rtmp! }
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

function portsIn({ ports: { http, https, rtmp } }: Camera) {
  return { http, https, rtmp }
}
