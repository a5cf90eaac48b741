import assert from 'node:assert/strict'
import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { after, test } from 'node:test'
import { systemClock } from '../../base/clock.ts'
import { CameraError } from '../../base/errors.ts'
import { writeTimestamp } from './packet.ts'
import { type Measurement, query } from './query.ts'

const sockets: Socket[] = []
after(() => {
  for (const socket of sockets) socket.close()
})

/** A server whose clock is an hour ahead; `answers` gives the packets for a good one. */
async function server(answers: (good: Buffer) => readonly Buffer[]): Promise<number> {
  const socket = createSocket('udp4')
  sockets.push(socket)
  socket.on('message', (asked, { address, port }) => {
    const good = Buffer.alloc(48)
    good[0] = (4 << 3) | 4
    good[1] = 1
    asked.copy(good, 24, 40, 48)
    for (const offset of [32, 40]) writeTimestamp(good, offset, Date.now() + 3_600_000)
    for (const answer of answers(good)) socket.send(answer, port, address)
  })
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  return socket.address().port
}

const ask = (port: number, allowLocalTargets = true) =>
  query({ host: '127.0.0.1', port }, { clock: systemClock, allowLocalTargets })

function changed(good: Buffer, change: (bytes: Buffer) => void): Buffer {
  const copy = Buffer.from(good)
  change(copy)
  return copy
}

test('tells what time it really is', async () => {
  const port = await server((good) => [good])
  const { utcMs, monotonicMs, delayMs, stratum } = (await ask(port)) as Measurement
  const nowThere = utcMs + systemClock.monotonicMs() - monotonicMs
  assert.ok(Math.abs(nowThere - Date.now() - 3_600_000) < 500)
  assert.ok(delayMs < 2000)
  assert.equal(stratum, 1)
})

test('lies are passed over, and the true answer behind them is taken', async () => {
  const port = await server((good) => [
    changed(good, (bytes) => bytes.fill(0, 24, 32)),
    changed(good, (bytes) => bytes.writeUInt8(16, 1)),
    // So long between coming and going that the way would have been negative.
    changed(good, (bytes) => writeTimestamp(bytes, 40, Date.now() + 3_700_000)),
    Buffer.from('nonsense'),
    Buffer.alloc(0),
    good,
  ])
  assert.equal(((await ask(port)) as Measurement).stratum, 1)
})

test('a kiss of death is handed on', async () => {
  const port = await server((good) => [
    changed(good, (bytes) => {
      bytes[1] = 0
      bytes.write('RATE', 12, 'latin1')
    }),
  ])
  assert.deepEqual(await ask(port), { kiss: 'RATE' })
})

test('this machine is not asked unless that is allowed', async () => {
  const port = await server((good) => [good])
  await assert.rejects(
    ask(port, false),
    (error) => error instanceof CameraError && error.kind === 'connect-failed',
  )
})

test('where nobody listens is told at once', async () => {
  const socket = createSocket('udp4').bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  await assert.rejects(ask(port), CameraError)
})
