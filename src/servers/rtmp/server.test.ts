import assert from 'node:assert/strict'
import { once } from 'node:events'
import type { Socket } from 'node:net'
import { mock, test } from 'node:test'
import fc from 'fast-check'
import { pino } from 'pino'
import type { AmfObject } from '../../media/container/amf0.ts'
import { picture, sampleFormat } from '../../media/test-packets.ts'
import { ViewerSlots } from '../../media/viewer-slots.ts'
import { startRig, type TestRig } from '../test-rig.ts'
import type { ReceivedMessage } from './chunk-reader.ts'
import { commandMessage, controlMessage, MESSAGE, USER_CONTROL, userControlMessage } from './message.ts'
import { TestClient } from './test-client.ts'

const isVideo = ({ type, body }: ReceivedMessage): boolean => type === MESSAGE.video && body[1] === 1

/** The code of the next onStatus. */
async function statusCode(client: TestClient): Promise<unknown> {
  const [, , , info] = await client.answer('onStatus')
  return (info as AmfObject).code
}

function startStream({ stream }: TestRig): void {
  stream.setFormat(sampleFormat({ audio: true }))
  stream.write(picture(0, true))
}

for (const digest of [false, true]) {
  test(`plays from the cached key frame after a ${digest ? 'digest' : 'simple'} handshake`, async () => {
    await using rig = await startRig()
    startStream(rig)
    const client = new TestClient({ port: rig.rtmpPort, digest })
    client.play('bcs', 'channel0_main.bcs?token=good')
    const [, transaction, , info] = await client.answer('_result')
    assert.equal(transaction, 1)
    assert.equal((info as AmfObject).code, 'NetConnection.Connect.Success')
    assert.equal(await statusCode(client), 'NetStream.Play.Reset')
    assert.equal(await statusCode(client), 'NetStream.Play.Start')
    const frame = await client.next(isVideo)
    assert.equal(frame.body[0], 0x17)
    assert.equal(frame.streamId, 1)
    rig.stream.write(picture(1))
    const next = await client.next(isVideo)
    assert.deepEqual([next.body[0], next.timestampMs], [0x27, 67])
    client.socket.destroy()
  })
}

test('finds credentials in the application and in a password with a slash', async () => {
  await using rig = await startRig()
  startStream(rig)
  const client = new TestClient({ port: rig.rtmpPort })
  client.play('bcs/channel0_main.bcs?user=admin&password=a%2Bb+c', 'd')
  assert.equal(await statusCode(client), 'NetStream.Play.Reset')
  client.socket.destroy()
})

const REFUSED: readonly (readonly [string, string, string])[] = [
  ['a wrong password', 'channel0_main.bcs?user=admin&password=x', 'NetStream.Play.Failed'],
  ['no login', 'channel0_main.bcs', 'NetStream.Play.Failed'],
  ['a user who may not watch', 'channel0_main.bcs?user=guest&password=a%2Bb+c/d', 'NetStream.Play.Failed'],
  ['a stream that is not there', 'channel7_main.bcs?token=good', 'NetStream.Play.StreamNotFound'],
  ['a name that is none', 'movie.mp4?token=good', 'NetStream.Play.StreamNotFound'],
]

for (const [name, playName, code] of REFUSED) {
  test(`says why and closes: ${name}`, async () => {
    await using rig = await startRig()
    startStream(rig)
    const client = new TestClient({ port: rig.rtmpPort })
    client.play('bcs', playName)
    assert.equal(await statusCode(client), code)
    await once(client.socket, 'close')
    assert.equal(rig.slots.used, 0)
  })
}

test('refuses viewers beyond the limit', async () => {
  await using rig = await startRig({ slots: new ViewerSlots(0) })
  startStream(rig)
  const client = new TestClient({ port: rig.rtmpPort })
  client.play('bcs', 'channel0_main.bcs?token=good')
  assert.equal(await statusCode(client), 'NetStream.Play.Failed')
})

test('takes no streams: publishing is refused and closed while viewers go on', async () => {
  await using rig = await startRig()
  startStream(rig)
  const viewer = new TestClient({ port: rig.rtmpPort })
  viewer.play('bcs', 'channel0_main.bcs?token=good')
  await viewer.next(isVideo)
  const publisher = new TestClient({ port: rig.rtmpPort })
  publisher.command('connect', 1, { app: 'bcs' })
  publisher.command('releaseStream', 2, null, 'x')
  publisher.command('createStream', 3, null)
  publisher.socket.cork()
  publisher.command('publish', 4, null, 'channel0_main.bcs?token=good', 'live')
  publisher.command('play', 5, null, 'channel0_main.bcs?token=good')
  publisher.socket.uncork()
  assert.equal(await statusCode(publisher), 'NetStream.Publish.Denied')
  await once(publisher.socket, 'close')
  assert.equal(rig.shown.length, 1)
  rig.stream.write(picture(1))
  await viewer.next(isVideo)
  viewer.socket.destroy()
})

test('closes a client that sends media', async () => {
  await using rig = await startRig()
  const client = new TestClient({ port: rig.rtmpPort })
  client.command('connect', 1, { app: 'bcs' })
  client.send({ type: MESSAGE.video, timestampMs: 0xffffffff, streamId: 1, body: [Buffer.alloc(9)] })
  await once(client.socket, 'close')
})

test('ends the viewer when its session ends', async () => {
  await using rig = await startRig()
  startStream(rig)
  const client = new TestClient({ port: rig.rtmpPort })
  client.play('bcs', 'channel0_main.bcs?token=good')
  await client.next(isVideo)
  assert.equal(rig.slots.used, 1)
  rig.endSessions()
  await once(client.socket, 'close')
  assert.equal(rig.slots.used, 0)
})

test('answers what players ask beside playing, and passes over what has no answer', async () => {
  await using rig = await startRig()
  const client = new TestClient({ port: rig.rtmpPort })
  client.command('connect', 1, { app: 'bcs' })
  await client.answer('_result')
  client.command('pause', 2, null, true, 0)
  client.command('getStreamLength', 3, null, 'x')
  assert.deepEqual((await client.answer('_result')).slice(1), [3, null, 0])
  client.command('FCSubscribe', 4, null, 'x')
  await client.answer('onFCSubscribe')
  client.command('nonsense', 5, null)
  assert.equal((await client.answer('_error'))[1], 5)
  client.send(userControlMessage(USER_CONTROL.pingRequest, 77))
  const pong = await client.next(({ type }) => type === MESSAGE.userControl)
  assert.equal(pong.body.toString('hex'), '00070000004d')
  client.send({
    ...commandMessage(0, 'createStream', 6, null),
    type: MESSAGE.commandAmf3,
    body: [Buffer.of(0), commandMessage(0, 'createStream', 6, null).body[0]!],
  })
  assert.deepEqual((await client.answer('_result')).slice(1), [6, null, 1])
  client.socket.destroy()
})

test('acknowledges as many bytes as the client asks for', async () => {
  await using rig = await startRig()
  const client = new TestClient({ port: rig.rtmpPort })
  client.send(controlMessage(MESSAGE.windowAcknowledgementSize, 100))
  client.command('connect', 1, { app: 'bcs', filler: 'x'.repeat(200) })
  const { body } = await client.next(({ type }) => type === MESSAGE.acknowledgement)
  assert.ok(body.readUInt32BE() > 3073)
  client.socket.destroy()
})

test('stops and plays again on the same connection', async () => {
  await using rig = await startRig()
  startStream(rig)
  const client = new TestClient({ port: rig.rtmpPort })
  client.play('bcs', 'channel0_main.bcs?token=good')
  await client.next(isVideo)
  client.command('closeStream', 0, null)
  await client.next(({ type, body }) => type === MESSAGE.userControl && body[1] === USER_CONTROL.streamEof)
  assert.equal(rig.slots.used, 0)
  client.socket.cork()
  client.command('play', 4, null, 'channel0_main.bcs?token=good')
  client.command('play', 5, null, 'channel0_main.bcs?token=good')
  client.socket.uncork()
  await client.next(isVideo)
  assert.equal(rig.slots.used, 1)
  client.socket.destroy()
})

test('leaves the log line of a broken connection to the listener', async () => {
  const lines: string[] = []
  const log = pino({ level: 'trace' }, { write: (line: string) => lines.push(line) })
  const server = Promise.withResolvers<Socket>()
  await using rig = await startRig({ log, authenticated: server.resolve })
  startStream(rig)
  const client = new TestClient({ port: rig.rtmpPort })
  client.play('bcs', 'channel0_main.bcs?token=good')
  const socket = await server.promise
  socket.destroy(new Error('broken'))
  await new Promise((closed) => socket.once('close', closed))
  assert.deepEqual(lines, [])
  client.socket.destroy()
})

test('gives a client 10 s for the handshake and 15 s until it plays', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    await using rig = await startRig()
    const silent = new TestClient({ port: rig.rtmpPort })
    const idle = new TestClient({ port: rig.rtmpPort })
    silent.socket.removeAllListeners('data').on('data', () => {})
    idle.command('connect', 1, { app: 'bcs' })
    await idle.answer('_result')
    mock.timers.tick(10_001)
    await once(silent.socket, 'close')
    assert.equal(idle.socket.destroyed, false)
    mock.timers.tick(5_000)
    await once(idle.socket, 'close')
  } finally {
    mock.timers.reset()
  }
})

test('a viewer that never reads is closed, and the others lose nothing', async () => {
  await using rig = await startRig({ queueLimitBytes: 200_000, stallMs: 200 })
  rig.stream.setFormat(sampleFormat())
  rig.stream.write(picture(0, true, 1_000_000))
  const stalled = new TestClient({ port: rig.rtmpPort })
  stalled.play('bcs', 'channel0_main.bcs?token=good')
  await stalled.next(({ type }) => type === MESSAGE.userControl)
  stalled.socket.pause()
  const good = new TestClient({ port: rig.rtmpPort })
  good.play('bcs', 'channel0_main.bcs?token=good')
  await good.next(isVideo)
  const begun = performance.now()
  for (let index = 1; rig.slots.used === 2; index += 1) {
    rig.stream.write(picture(index, index % 4 === 0, 1_000_000))
    const { timestampMs } = await good.next(isVideo)
    assert.equal(timestampMs, Math.round((index * 1000) / 15))
    assert.ok(performance.now() - begun < 10_000, 'the stalled viewer is still there')
  }
  good.socket.destroy()
})

test('no bytes of a client end the server', async () => {
  await using rig = await startRig()
  startStream(rig)
  const names = fc.constantFrom('connect', 'play', 'createStream', 'publish', 'closeStream', 'zzz', '')
  const value = fc.oneof(
    fc.constant(null),
    fc.boolean(),
    fc.double(),
    fc.string(),
    fc.constant({ app: false }),
  )
  const command = fc.tuple(names, fc.oneof(fc.nat(5), fc.constant(null)), fc.array(value, { maxLength: 3 }))
  await fc.assert(
    fc.asyncProperty(
      fc.array(command, { maxLength: 5 }),
      fc.uint8Array({ maxLength: 40 }),
      async (commands, junk) => {
        const client = new TestClient({ port: rig.rtmpPort })
        await once(client.socket, 'data')
        for (const [name, transaction, rest] of commands) client.command(name, transaction, ...rest)
        client.socket.end(junk)
        client.socket.resume()
        await once(client.socket, 'close')
      },
    ),
    { numRuns: 40 },
  )
  const viewer = new TestClient({ port: rig.rtmpPort })
  viewer.play('bcs', 'channel0_main.bcs?token=good')
  await viewer.next(isVideo)
  viewer.socket.destroy()
})
