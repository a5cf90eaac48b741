import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { after, test } from 'node:test'
import fc from 'fast-check'
import type { AlarmEvent } from '../../alarm/event.ts'
import type { PasswordProof, Principal } from '../../auth/types.ts'
import { CameraError, ParseError } from '../../base/errors.ts'
import { silentLog } from '../../base/log.ts'
import { masked, opened, sealed } from './cipher.ts'
import { type Frame, FrameReader, printFrame } from './frame.ts'
import { createMediaPortServer } from './server.ts'
import { MediaClient, mask } from './test-client.ts'

const EVENT: AlarmEvent = {
  ...{ id: 1, channel: 0, kind: 'motion', startMs: 0, endMs: undefined, peakScore: 0 },
  cells: new Uint8Array(450),
}

const tries: string[] = []
const ends = new Set<() => void>()
const motion = { isMotion: false }
const sockets = new Set<Socket>()

async function authenticate({ user, isRight }: PasswordProof): Promise<Principal> {
  tries.push(user)
  const password = ['admin', 'guest'].includes(user) ? 'Vedette-1' : 'nothing'
  if (!isRight(password)) throw new CameraError('login-failed', 'wrong user name or password')
  const onEnd = (listener: () => void) => {
    ends.add(listener)
    return () => ends.delete(listener)
  }
  return { user: { name: user, level: user === 'admin' ? 'admin' : 'guest' }, session: undefined, onEnd }
}

const media = createMediaPortServer({
  door: { authenticate },
  names: () => ['guest', 'admin'],
  mayListen: ({ user }) => user.level === 'admin',
  motion: [motion],
  log: silentLog,
})
const server = createServer((socket) => {
  sockets.add(socket)
  media.handle(socket)
})
await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
const { port } = server.address() as AddressInfo
after(() => {
  for (const socket of sockets) socket.destroy()
  server.close()
})

/** Logged in, and told of motion. */
async function subscribed(): Promise<MediaClient> {
  const client = new MediaClient(port)
  assert.equal((await client.login('admin', 'Vedette-1')).status, 200)
  assert.equal((await client.ask(31, 0x000201fa)).status, 200)
  await client.next()
  return client
}

test('a client greets, logs in and is told who answers', async () => {
  const client = new MediaClient(port)
  const greeting = await client.greet(0x000100fa)
  assert.deepEqual(
    [greeting.command, greeting.tag, greeting.status, greeting.class],
    [1, 0x000100fa, 0xdd01, '1466'],
  )
  const text = mask(greeting.body, 0xfa).toString()
  assert.match(text, /^<\?xml version="1\.0" encoding="UTF-8" \?>\s*<body>\s*<Encryption version="1\.1">/)
  assert.match(text, /<type>md5<\/type>/)
  const answer = await client.answer('admin', 'Vedette-1', 0x000200fa)
  assert.deepEqual([answer.tag, answer.status, answer.class], [0x000200fa, 200, '1464'])
  assert.match(mask(answer.body, 0xfa).toString(), /<DeviceInfo version="1\.1">[\s\S]*<channelNum>1</)
  client.socket.destroy()
})

test('motion is pushed to those who asked for it, once at the beginning as it stands', async () => {
  motion.isMotion = true
  const client = new MediaClient(port)
  await client.login('admin', 'Vedette-1')
  assert.equal((await client.ask(31, 0x000301fa, '<ignored/>')).tag, 0x000301fa)
  const first = await client.next()
  assert.deepEqual([first.command, first.tag, first.status], [33, 251, 200])
  assert.match(client.text(first), /<channelId>0<[\s\S]*<status>MD<[\s\S]*<AItype>none</)
  motion.isMotion = false
  media.listener.ended(EVENT)
  assert.match(client.text(await client.next()), /<status>none</)
  media.listener.began({ ...EVENT, kind: 'covered' })
  media.listener.began(EVENT)
  assert.match(client.text(await client.next()), /<status>MD</)
  const silent = new MediaClient(port)
  await silent.login('admin', 'Vedette-1')
  media.listener.ended(EVENT)
  assert.equal((await silent.ask(93, 0x000401fa)).command, 93, 'who did not ask is told nothing')
  client.socket.destroy()
  silent.socket.destroy()
})

test('keep-alive and logout are answered, anything else is not supported', async () => {
  const client = await subscribed()
  for (const [command, status] of [
    [93, 200],
    [102, 405],
    [2, 200],
  ] as const) {
    const answer = await client.ask(command, 0x000507fa)
    assert.deepEqual([answer.command, answer.tag, answer.status], [command, 0x000507fa, status])
  }
  await client.closed()
})

test('a wrong password and an unknown user are one answer, and both are shown to the door', async () => {
  tries.length = 0
  for (const [user, password] of [
    ['admin', 'vedette-1'],
    ['nobody', 'Vedette-1'],
  ] as const) {
    const client = new MediaClient(port)
    const answer = await client.login(user, password)
    assert.deepEqual([answer.status, answer.body.length], [401, 0])
    client.socket.destroy()
  }
  assert.deepEqual(tries, ['admin', ''])
})

test('a nonce is good for one try, and a connection for three', async () => {
  tries.length = 0
  const client = new MediaClient(port)
  await client.greet()
  assert.equal((await client.answer('admin', 'wrong')).status, 401)
  assert.equal((await client.answer('admin', 'Vedette-1')).status, 401)
  assert.deepEqual(tries, ['admin'])
  assert.equal((await client.login('admin', 'wrong')).status, 401)
  await client.closed()
})

test('who may not know of motion is sent away', async () => {
  const client = new MediaClient(port)
  assert.equal((await client.login('guest', 'Vedette-1')).status, 404)
  await client.closed()
})

test('when the rights end, so does the connection', async () => {
  const client = await subscribed()
  for (const end of [...ends]) end()
  await client.closed()
  media.listener.began(EVENT)
})

test('commands before the login and bodies that are too long end the connection', async () => {
  for (const [command, kind, length] of [
    [31, '1464', 0],
    [1, '1464', 5000],
    [1, '1434', 0],
  ] as const) {
    const client = new MediaClient(port)
    client.send(command, 250, kind, Buffer.alloc(length))
    await client.closed()
  }
})

test('no bytes end the process, and the next client is served', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 4 }),
      fc.boolean(),
      async (pieces, isFrame) => {
        const client = new MediaClient(port)
        if (isFrame) await client.greet()
        for (const piece of pieces) {
          if (isFrame) client.send(1, piece[0] ?? 0, '1464', Buffer.from(piece))
          else client.socket.write(piece)
        }
        client.socket.end()
        await client.closed()
      },
    ),
    { numRuns: 100 },
  )
  const client = await subscribed()
  client.socket.destroy()
})

const frames: fc.Arbitrary<Frame> = fc.record(
  {
    command: fc.nat(0xffff_ffff),
    tag: fc.nat(0xffff_ffff),
    status: fc.nat(0xffff),
    class: fc.constantFrom(0x6514, 0x6614, 0x6414),
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
  },
  { noNullPrototype: true },
)

test('frames come out as they went in, in whatever pieces', () => {
  fc.assert(
    fc.property(
      fc.array(frames, { maxLength: 5 }),
      fc.array(fc.nat(100), { maxLength: 20 }),
      (list, cuts) => {
        const reader = new FrameReader()
        let rest = Buffer.concat(list.map(printFrame))
        const read: Frame[] = []
        for (const cut of [...cuts, rest.length]) {
          read.push(...reader.read(rest.subarray(0, cut), () => 300))
          rest = rest.subarray(cut)
        }
        read.push(...reader.read(rest, () => 300))
        assert.deepEqual(read, list)
      },
    ),
  )
})

test('only ParseError escapes the reader of frames', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 100 }), fc.boolean(), (bytes, isFrame) => {
      const magic = isFrame ? Buffer.from('f0debc0a', 'hex') : Buffer.alloc(0)
      try {
        new FrameReader().read(Buffer.concat([magic, bytes]), () => 50)
      } catch (error) {
        assert.ok(error instanceof ParseError)
      }
    }),
  )
})

test('mask and seal can be taken off, and other clients made them', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), fc.nat(255), (bytes, offset) => {
      assert.deepEqual(masked(masked(bytes, offset), offset), Buffer.from(bytes))
      assert.deepEqual(masked(bytes, offset), mask(Buffer.from(bytes), offset))
      const key = Buffer.from('0123456789ABCDEF')
      assert.deepEqual(opened(sealed(bytes, key), key), Buffer.from(bytes))
    }),
  )
})
