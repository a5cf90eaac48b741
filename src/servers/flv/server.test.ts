import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { test } from 'node:test'
import { FlvReader, type FlvTag } from '../../media/container/flv-reader.ts'
import { picture, sampleFormat, sound } from '../../media/test-packets.ts'
import { ViewerSlots } from '../../media/viewer-slots.ts'
import { startRig } from '../test-rig.ts'

const GOOD = '/flv?port=1935&app=bcs&stream=channel0_main.bcs&user=admin&password=a%2Bb+c/d'

/** The head of the answer and, of a good one, the tags up to the given number. */
async function fetchTags(
  port: number,
  request: string,
  count = 0,
): Promise<{ head: string; tags: FlvTag[]; socket: Socket }> {
  const socket = connect(port, '127.0.0.1')
  socket.write(request)
  const reader = new FlvReader()
  const tags: FlvTag[] = []
  let head = ''
  for (let received = Buffer.alloc(0); head === '' || tags.length < count; ) {
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    if (head !== '') {
      tags.push(...reader.read(bytes))
      continue
    }
    received = Buffer.concat([received, bytes])
    const end = received.indexOf('\r\n\r\n')
    if (end < 0) continue
    head = received.toString('latin1', 0, end)
    if (head.startsWith('HTTP/1.1 200')) tags.push(...reader.read(received.subarray(end + 4)))
  }
  return { head, tags, socket }
}

const get = (path: string, method = 'GET'): string => `${method} ${path} HTTP/1.1\r\nHost: camera\r\n\r\n`

test('sends the head of an endless answer, then FLV from the cached key frame on', async () => {
  await using rig = await startRig()
  rig.stream.setFormat(sampleFormat({ audio: true }))
  rig.stream.write(picture(0, true))
  rig.stream.write(sound(3000))
  const { head, tags, socket } = await fetchTags(rig.httpPort, get(GOOD), 4)
  assert.deepEqual(head.split('\r\n').sort(), [
    'Cache-Control: no-cache',
    'Connection: close',
    'Content-Type: video/x-flv',
    'HTTP/1.1 200 OK',
    'X-Content-Type-Options: nosniff',
  ])
  assert.deepEqual(
    tags.map(({ type }) => type),
    [18, 9, 8, 9],
  )
  socket.destroy()
})

const REFUSED: readonly (readonly [string, string, number])[] = [
  ['HEAD', get(GOOD, 'HEAD'), 405],
  ['POST', get(GOOD, 'POST'), 405],
  ['no login', get('/flv?app=bcs&stream=channel0_main.bcs'), 401],
  ['a wrong password', get('/flv?app=bcs&stream=channel0_main.bcs&user=admin&password=x'), 401],
  ['a user who may not watch', get('/flv?stream=channel0_main.bcs&user=guest&password=a%2Bb+c/d'), 403],
  ['a channel that is not there', get('/flv?app=bcs&stream=channel1_main.bcs&token=good'), 404],
  ['a stream that is none', get('/flv?app=bcs&stream=movie&token=good'), 404],
  ['another application', get('/flv?app=live&stream=channel0_main.bcs&token=good'), 404],
]

for (const [name, request, status] of REFUSED) {
  test(`answers ${status} in plain text: ${name}`, async () => {
    await using rig = await startRig()
    const { head } = await fetchTags(rig.httpPort, request)
    assert.match(head, new RegExp(`^HTTP/1.1 ${status} `))
    assert.match(head, /Content-Type: text\/plain/)
    assert.equal(rig.slots.used, 0)
  })
}

test('answers 503 when every place is taken', async () => {
  await using rig = await startRig({ slots: new ViewerSlots(0) })
  const { head } = await fetchTags(rig.httpPort, get(GOOD))
  assert.match(head, /^HTTP\/1.1 503 /)
})

test('leaves the connection to HTTP when every place is taken', async () => {
  const kept = ['data', 'timeout'] as const
  let listeners = (): number[] => []
  const counts = Promise.withResolvers<[number[], number[]]>()
  const authenticated = (socket: Socket): void => {
    listeners = () => kept.map((event) => socket.listenerCount(event))
    const before = listeners()
    setImmediate(() => counts.resolve([before, listeners()]))
  }
  await using rig = await startRig({ slots: new ViewerSlots(0), authenticated })
  await fetchTags(rig.httpPort, get(GOOD))
  const [before, after] = await counts.promise
  assert.deepEqual(after, before)
})

test('greets a viewer of a stream that has not begun, and starts with its first key frame', async () => {
  await using rig = await startRig()
  const { socket } = await fetchTags(rig.httpPort, get(GOOD))
  rig.stream.setFormat(sampleFormat())
  rig.stream.write(picture(0, true))
  const [bytes] = (await once(socket, 'data')) as [Buffer]
  assert.deepEqual(
    new FlvReader().read(bytes).map(({ type }) => type),
    [18, 9, 9],
  )
  socket.destroy()
})

test('nothing that a viewer sends after its request is read as HTTP', async () => {
  await using rig = await startRig()
  rig.stream.setFormat(sampleFormat())
  const { socket } = await fetchTags(rig.httpPort, get(GOOD))
  socket.write(get(GOOD).repeat(100))
  socket.write('no HTTP at all\r\n\r\n')
  const reader = new FlvReader()
  for (let index = 0; index < 5; index += 1) {
    rig.stream.write(picture(index, index === 0))
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    assert.equal(reader.read(bytes).length, index === 0 ? 3 : 1)
  }
  assert.equal(rig.slots.used, 1)
  socket.destroy()
})

test('refuses live view on a connection that still waits for another answer', async () => {
  await using rig = await startRig()
  const socket = connect(rig.httpPort, '127.0.0.1')
  socket.write(get('/flv?stream=channel0_main.bcs&token=good') + get(GOOD))
  await once(socket, 'data')
  assert.equal(rig.slots.used, 1)
  socket.destroy()
})

test('ends the viewer when its session ends, and frees its place when it leaves', async () => {
  await using rig = await startRig()
  const first = await fetchTags(rig.httpPort, get(GOOD))
  assert.equal(rig.slots.used, 1)
  rig.endSessions()
  await once(first.socket, 'close')
  assert.equal(rig.slots.used, 0)
})
