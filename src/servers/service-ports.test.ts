import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { afterEach, test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { ConnectionLimits } from './connection-limits.ts'
import { Listener } from './listener.ts'
import { type PortPlan, type ServiceName, ServicePorts } from './service-ports.ts'

const AS_CONFIGURED = { port: 0, isOn: true }
const NOTHING: PortPlan = {
  http: AS_CONFIGURED,
  https: AS_CONFIGURED,
  media: AS_CONFIGURED,
  onvif: AS_CONFIGURED,
  rtmp: AS_CONFIGURED,
  rtsp: AS_CONFIGURED,
}

const running: Listener[] = []
afterEach(() => {
  for (const listener of running.splice(0)) listener.stop()
})

function echo(name: string, port = 0): Listener {
  const listener = new Listener({
    name,
    endpoint: { port, address: '127.0.0.1' },
    limits: new ConnectionLimits(),
    log: silentLog,
    // Says who it is, then echoes.
    accept: (socket) => {
      socket.write(name[name.length - 1]!)
      socket.pipe(socket)
    },
  })
  running.push(listener)
  return listener
}

async function services(...names: readonly ServiceName[]) {
  const ports = new ServicePorts(silentLog)
  const listeners = names.map((name) => echo(name))
  ports.attach(listeners)
  for (const listener of listeners) await listener.start()
  ports.start()
  return ports
}

async function freePort(): Promise<number> {
  const listener = echo('free')
  await listener.start()
  const { port } = listener
  listener.stop()
  return port
}

/** The service that answers on a port, by the last letter of its name. */
async function whoIs(port: number): Promise<string> {
  const socket = connect(port, '127.0.0.1')
  try {
    return String((await once(socket, 'data'))[0])
  } finally {
    socket.destroy()
  }
}

async function answers(socket: Socket): Promise<boolean> {
  socket.write('x')
  return String((await once(socket, 'data'))[0]) === 'x'
}

const refuses = (port: number) => assert.rejects(whoIs(port), { code: 'ECONNREFUSED' })
const isRefusal = (error: unknown) => error instanceof CameraError && error.kind === 'set-failed'

test('a service moves, its connections go on, and the old port answers until the move is through', async () => {
  const ports = await services('http')
  const old = ports.portOf('http')!
  const next = await freePort()
  const viewer = connect(old, '127.0.0.1')
  await once(viewer, 'data')
  await ports.apply({ ...NOTHING, http: { port: next, isOn: true } })
  assert.equal(ports.portOf('http'), next)
  assert.equal(await whoIs(next), 'p')
  assert.equal(await whoIs(old), 'p')
  running[0]?.endGrace()
  await refuses(old)
  assert.ok(await answers(viewer))
  viewer.destroy()
})

test('0 leads back to the configured port', async () => {
  const ports = await services('http')
  const old = ports.portOf('http')!
  await ports.apply({ ...NOTHING, http: { port: await freePort(), isOn: true } })
  assert.equal(ports.factoryPortOf('http'), old)
  await ports.apply(NOTHING)
  assert.equal(await whoIs(old), 'p')
})

test('two services exchange their ports', async () => {
  const ports = await services('http', 'https', 'rtmp')
  const [http, https] = [ports.portOf('http')!, ports.portOf('https')!]
  await ports.apply({
    ...NOTHING,
    http: { port: https, isOn: true },
    https: { port: http, isOn: true },
  })
  assert.equal(await whoIs(https), 'p')
  assert.equal(await whoIs(http), 's')
})

test('if one port is taken, all services stay where they were', async () => {
  const ports = await services('http', 'https', 'rtmp')
  const before = (['http', 'https', 'rtmp'] as const).map((name) => ports.portOf(name)!)
  const blocker = echo('blocker')
  await blocker.start()
  const plan = {
    ...NOTHING,
    http: { port: before[1]!, isOn: true },
    https: { port: before[0]!, isOn: true },
    rtmp: { port: blocker.port, isOn: true },
  }
  await assert.rejects(ports.apply(plan), isRefusal)
  assert.deepEqual(
    (['http', 'https', 'rtmp'] as const).map((name) => ports.portOf(name)),
    before,
  )
  assert.deepEqual(await Promise.all(before.map(whoIs)), ['p', 's', 'p'])
})

test('a port that a service has just left can be taken by another at once', async () => {
  const ports = await services('http', 'https')
  const old = ports.portOf('http')!
  const next = await freePort()
  await ports.apply({ ...NOTHING, http: { port: next, isOn: true } })
  const plan = { ...NOTHING, http: { port: next, isOn: true }, https: { port: old, isOn: true } }
  await ports.apply(plan)
  assert.equal(await whoIs(old), 's')
})

test('a service that is switched off listens no more and cuts its viewers, and comes back where it was', async () => {
  const ports = await services('rtmp')
  const old = ports.portOf('rtmp')!
  const viewer = connect(old, '127.0.0.1')
  await once(viewer, 'data')
  await ports.apply({ ...NOTHING, rtmp: { port: 0, isOn: false } })
  await refuses(old)
  assert.equal(ports.portOf('rtmp'), undefined)
  assert.ok(ports.has('rtmp'))
  await once(viewer, 'close')
  await ports.apply(NOTHING)
  assert.equal(await whoIs(old), 'p')
})

test('a plan from before the start is where services start, and one that is taken leads to the configured port', async () => {
  const blocker = echo('blocker')
  await blocker.start()
  const next = await freePort()
  const ports = new ServicePorts(silentLog)
  const [http, https, rtmp] = [echo('http'), echo('https'), echo('rtmp')]
  ports.attach([http, https, rtmp])
  await ports.apply({
    ...NOTHING,
    http: { port: next, isOn: true },
    https: { port: blocker.port, isOn: true },
    rtmp: { port: 0, isOn: false },
  })
  for (const listener of [http, https, rtmp]) await listener.start()
  ports.start()
  assert.equal(http.port, next)
  assert.equal(await whoIs(https.port), 's')
  assert.notEqual(https.port, blocker.port)
  assert.equal(rtmp.port, 0)
})

test('who wants to know is told of a move, and not of a plan that changes nothing', async () => {
  const ports = await services('http')
  let told = 0
  ports.onChange(() => {
    told += 1
  })
  await ports.apply(NOTHING)
  assert.equal(told, 0)
  await ports.apply({ ...NOTHING, http: { port: await freePort(), isOn: true } })
  assert.equal(told, 1)
})
