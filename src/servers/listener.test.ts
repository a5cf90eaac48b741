import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { CameraError } from '../base/errors.ts'
import { silentLog } from '../base/log.ts'
import { ConnectionLimits } from './connection-limits.ts'
import { Listener } from './listener.ts'

function echo(port = 0): Listener {
  return new Listener({
    name: 'http',
    endpoint: { port, address: '127.0.0.1' },
    limits: new ConnectionLimits(),
    log: silentLog,
    accept: (socket) => socket.pipe(socket),
  })
}

async function answers(socket: Socket): Promise<boolean> {
  socket.write('x')
  return String((await once(socket, 'data'))[0]) === 'x'
}

test('a listener moves while its connections go on', async () => {
  const listener = echo()
  await listener.start()
  const { port } = listener
  const old = connect(port, '127.0.0.1')
  assert.ok(await answers(old))
  await listener.move({ port, address: undefined })
  assert.equal(listener.port, port)
  assert.ok(await answers(old))
  const fresh = connect(port, '127.0.0.1')
  assert.ok(await answers(fresh))
  listener.stop()
  await once(old, 'close')
  assert.equal(listener.port, 0)
})

test('a move that fails leaves the listener where it was', async () => {
  const blocker = echo()
  await blocker.start()
  const listener = echo()
  await listener.start()
  const { port } = listener
  await assert.rejects(listener.move({ port: blocker.port, address: '127.0.0.1' }), CameraError)
  assert.equal(listener.port, port)
  const socket = connect(port, '127.0.0.1')
  assert.ok(await answers(socket))
  listener.stop()
  blocker.stop()
})

test('a port in use is told with what the system said', async () => {
  const first = echo()
  await first.start()
  await assert.rejects(
    echo(first.port).start(),
    (error) => error instanceof CameraError && (error.cause as NodeJS.ErrnoException).code === 'EADDRINUSE',
  )
  first.stop()
})

test('a second move that fails leads back to where the first one led', async () => {
  const blocker = echo()
  await blocker.start()
  const listener = echo()
  await listener.start()
  const { port } = listener
  await listener.move({ port, address: '127.0.0.2' })
  await assert.rejects(listener.move({ port: blocker.port, address: '127.0.0.1' }), CameraError)
  assert.ok(await answers(connect(port, '127.0.0.2')))
  listener.stop()
  blocker.stop()
})

test('a listener that is stopped while it moves does not listen afterwards', async () => {
  const listener = echo()
  await listener.start()
  const moving = listener.move({ port: listener.port, address: undefined })
  listener.stop()
  await moving
  assert.equal(listener.port, 0)
})
