import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { once } from 'node:events'
import { connect } from 'node:net'
import { mock, test } from 'node:test'
import { setImmediate } from 'node:timers/promises'
import fc from 'fast-check'
import type { DigestDoor, Principal } from '../../auth/types.ts'
import { CameraError } from '../../base/errors.ts'
import { joinAvcc } from '../../media/codec/h264.ts'
import type { Packet } from '../../media/packet.ts'
import { readRtpPacket } from '../../media/rtp/rtp-packet.ts'
import { picture as anyPicture, sampleFormat, sound } from '../../media/test-packets.ts'
import { ViewerSlots } from '../../media/viewer-slots.ts'
import { startRig, type TestRig } from '../test-rig.ts'
import { RtspTestClient } from './test-client.ts'

const RIGHT = '?token=good'

/** A picture of one slice. */
function picture(index: number, isKey = false, bytes = 20): Packet {
  const data = joinAvcc([Buffer.alloc(bytes, isKey ? 0x65 : 0x61)])
  return { ...anyPicture(index, isKey), data }
}

function startStream({ stream }: TestRig, audio = false): void {
  stream.setFormat(sampleFormat({ audio }))
  stream.write(picture(0, true, 3000))
}

const urlOf = ({ rtspPort }: TestRig, name = 'h264Preview_01_main') => `rtsp://127.0.0.1:${rtspPort}/${name}`

// First: a connection of another test that closes while the timers are false ones would leave its true timer behind.
test('15 s until somebody logs in, and 60 s between life signs of who does not play', async () => {
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    await using rig = await startRig()
    startStream(rig)
    const [stranger, idle, viewer] = [1, 2, 3].map(() => new RtspTestClient(rig.rtspPort)) as [
      RtspTestClient,
      RtspTestClient,
      RtspTestClient,
    ]
    await stranger.ask('OPTIONS', '*')
    await idle.ask('DESCRIBE', urlOf(rig, `Preview_01_main${RIGHT}`))
    await viewer.play(urlOf(rig, `Preview_01_main${RIGHT}`))
    mock.timers.tick(15_001)
    await once(stranger.socket, 'close')
    mock.timers.tick(40_000)
    await idle.ask('GET_PARAMETER', urlOf(rig))
    mock.timers.tick(59_000)
    assert.equal(idle.socket.destroyed, false)
    mock.timers.tick(2_000)
    mock.timers.tick(2_000)
    await once(idle.socket, 'close')
    assert.equal(viewer.socket.destroyed, false)
    viewer.socket.destroy()
  } finally {
    mock.timers.reset()
  }
})

test('over UDP a session ends 60 s after the last life sign, be it a receiver report', async () => {
  const [rtp, rtcp] = [createSocket('udp4'), createSocket('udp4')]
  for (const socket of [rtp, rtcp]) {
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
  }
  mock.timers.enable({ apis: ['setTimeout'] })
  try {
    await using rig = await startRig()
    startStream(rig)
    const client = new RtspTestClient(rig.rtspPort)
    const first = once(rtcp, 'message') as Promise<[Buffer, { port: number }]>
    const ports = `${rtp.address().port}-${rtcp.address().port}`
    await client.play(urlOf(rig, `Preview_01_main${RIGHT}`), 1, `RTP/AVP;unicast;client_port=${ports}`)
    const [, { port }] = await first
    const say = async (hex: string, socket = rtcp) => {
      await new Promise((sent) => socket.send(Buffer.from(hex, 'hex'), port, '127.0.0.1', sent))
      for (let turn = 0; turn < 20; turn += 1) await setImmediate()
    }
    mock.timers.tick(50_000)
    await say('80c9000100000001')
    mock.timers.tick(50_000)
    assert.equal(client.socket.destroyed, false)
    assert.equal(rig.slots.used, 1)
    // Neither junk nor a report from elsewhere counts.
    await say('00')
    await say('80c9000100000001', rtp)
    mock.timers.tick(11_000)
    await once(client.socket, 'close')
    assert.equal(rig.slots.used, 0)
  } finally {
    mock.timers.reset()
    rtp.close()
    rtcp.close()
  }
})

test('plays from the cached key frame, whose number and time RTP-Info tells', async () => {
  await using rig = await startRig()
  startStream(rig, true)
  const client = new RtspTestClient(rig.rtspPort)
  const { played, base } = await client.play(urlOf(rig, `/h264Preview_01_main${RIGHT}`), 2)
  assert.deepEqual([played.status, played.reason], [200, 'OK'])
  const info = played.headers.get('rtp-info')!
  const [, sequence, time] = /seq=(\d+);rtptime=(\d+)/.exec(info)!
  assert.ok(info.startsWith(`url=${base}trackID=0;seq=`))
  const packets = [await client.frame(0), await client.frame(0), await client.frame(0)].map(readRtpPacket)
  assert.deepEqual(
    packets.map(({ header }) => header.marker),
    [false, false, true],
  )
  assert.equal(packets[0]!.header.sequence, Number(sequence))
  assert.equal(packets[0]!.header.timestamp, Number(time))
  rig.stream.write(sound(3000))
  rig.stream.write(picture(1))
  const audio = readRtpPacket(await client.frame(2))
  assert.equal(audio.payload.toString('hex'), '00100018010203')
  assert.equal(audio.header.sequence, Number(/trackID=1;seq=(\d+)/.exec(info)![1]))
  client.socket.destroy()
})

test('a sender report stands before the first picture, and all viewers get the same packets', async () => {
  await using rig = await startRig()
  startStream(rig)
  const clients = [new RtspTestClient(rig.rtspPort), new RtspTestClient(rig.rtspPort)]
  const first: Buffer[] = []
  for (const client of clients) {
    await client.play(urlOf(rig, `Preview_01_main${RIGHT}`))
    await client.frame(0)
    rig.stream.write(picture(1))
  }
  for (const client of clients) {
    let packet = await client.frame(0)
    while (!readRtpPacket(packet).header.marker) packet = await client.frame(0)
    first.push(await client.frame(0))
  }
  assert.equal(first[0]!.toString('hex'), first[1]!.toString('hex'))
  const late = new RtspTestClient(rig.rtspPort)
  await late.play(urlOf(rig, `Preview_01_main${RIGHT}`))
  await late.frame(1)
  for (const client of [...clients, late]) client.socket.destroy()
})

test('the client chooses the channels, and is told those it gets', async () => {
  await using rig = await startRig()
  startStream(rig)
  const client = new RtspTestClient(rig.rtspPort)
  await client.play(urlOf(rig, `Preview_01_main${RIGHT}`), 1, 'RTP/AVP/TCP;unicast;interleaved=4-5')
  await client.frame(4)
  client.socket.destroy()
  const other = new RtspTestClient(rig.rtspPort)
  const { headers } = await other.ask('SETUP', urlOf(rig, `Preview_01_main${RIGHT}/trackID=0`), {
    Transport: 'RTP/AVP/TCP;unicast;interleaved=200-201',
  })
  assert.match(
    headers.get('transport')!,
    /^RTP\/AVP\/TCP;unicast;interleaved=0-1;ssrc=[0-9A-F]{8};mode="PLAY"$/,
  )
  other.socket.destroy()
})

test('over UDP datagrams go to the client, and it is told the end', async () => {
  await using rig = await startRig()
  startStream(rig)
  const [rtp, rtcp] = [createSocket('udp4'), createSocket('udp4')]
  for (const socket of [rtp, rtcp]) {
    socket.bind(0, '127.0.0.1')
    await once(socket, 'listening')
  }
  const ports = `${rtp.address().port}-${rtcp.address().port}`
  const client = new RtspTestClient(rig.rtspPort)
  const received = once(rtp, 'message')
  const reported = once(rtcp, 'message')
  const { session } = await client.play(
    urlOf(rig, `Preview_01_main${RIGHT}`),
    1,
    `RTP/AVP;unicast;client_port=${ports}`,
  )
  const [bytes, from] = (await received) as [Buffer, { port: number }]
  assert.equal(readRtpPacket(bytes).header.payloadType, 96)
  assert.equal(from.port % 2, 0)
  await reported
  const goodbye = once(rtcp, 'message') as Promise<[Buffer, { port: number }]>
  rig.endSessions()
  const [last, { port }] = await goodbye
  assert.equal(port, from.port + 1)
  assert.ok(last.includes(Buffer.of(0x81, 203)), 'no BYE')
  await once(client.socket, 'close')
  assert.ok(session.length >= 32)
  rtp.close()
  rtcp.close()
})

const REFUSED: readonly (readonly [string, string, number])[] = [
  ['no login', 'Preview_01_main', 401],
  ['a wrong password', 'Preview_01_main?user=admin&password=x', 401],
  ['a user who may not watch', 'Preview_01_main?user=guest&password=a%2Bb+c/d', 403],
  ['a stream that is not there', `Preview_07_main${RIGHT}`, 404],
  ['a stream of another codec', `h265Preview_01_main${RIGHT}`, 404],
  ['no stream at all', `movie.mp4${RIGHT}`, 404],
]
for (const [name, path, status] of REFUSED) {
  test(`DESCRIBE answers ${status}: ${name}`, async () => {
    await using rig = await startRig()
    startStream(rig)
    const client = new RtspTestClient(rig.rtspPort)
    const answer = await client.ask('DESCRIBE', urlOf(rig, path))
    assert.equal(answer.status, status)
    assert.equal(answer.headers.get('cseq'), '1')
    if (status === 401) assert.match(answer.headers.get('www-authenticate')!, /^Basic realm="/)
    client.socket.destroy()
  })
}

test('Basic logs a connection in once', async () => {
  await using rig = await startRig()
  startStream(rig)
  const client = new RtspTestClient(rig.rtspPort)
  const Authorization = `Basic ${Buffer.from('admin:a+b c/d').toString('base64')}`
  assert.equal((await client.ask('DESCRIBE', urlOf(rig), { Authorization })).status, 200)
  await client.play(urlOf(rig))
  assert.equal(rig.shown.length, 1)
  client.socket.destroy()
})

test('Digest is offered with both hashes under one nonce, and logs in', async () => {
  const tried: string[] = []
  const principal: Principal = {
    user: { name: 'admin', level: 'admin' },
    session: undefined,
    onEnd: () => () => undefined,
  }
  const md5 = (text: string) => createHash('md5').update(text).digest('hex')
  const digest: DigestDoor = {
    realm: 'here',
    isOffered: () => true,
    authenticate: async (proof) => {
      tried.push(proof.user)
      if (proof.isRight(md5('admin:here:good'))) return principal
      throw new CameraError('login-failed', 'wrong user or password')
    },
  }
  await using rig = await startRig({ digest })
  startStream(rig)
  const client = new RtspTestClient(rig.rtspPort)
  const url = urlOf(rig)
  const { headers } = await client.ask('DESCRIBE', url)
  const offers = headers.get('www-authenticate')!.split('\n')
  assert.deepEqual(
    offers.map((offer) => /^\w+|algorithm=.*/g.exec(offer)?.[0]),
    ['Basic', 'Digest', 'Digest'],
  )
  const [nonce, ...others] = new Set(offers.flatMap((offer) => /nonce="(.*?)"/.exec(offer)?.[1] ?? []))
  assert.deepEqual(others, [])
  const proof = (password: string, sent = nonce) => {
    const response = md5(`${md5(`admin:here:${password}`)}:${sent}:${md5(`DESCRIBE:${url}`)}`)
    return {
      Authorization: `Digest username="admin", realm="here", nonce="${sent}", uri="${url}", response="${response}"`,
    }
  }
  assert.equal((await client.ask('DESCRIBE', url, proof('bad'))).status, 401)
  assert.equal((await client.ask('DESCRIBE', url, proof('good', 'made.up'))).status, 401)
  assert.equal((await client.ask('DESCRIBE', url, proof('good'))).status, 200)
  assert.deepEqual(tried, ['admin', 'admin'])
  client.socket.destroy()
})

test('what is out of place gets the status that says so', async () => {
  await using rig = await startRig()
  startStream(rig)
  const client = new RtspTestClient(rig.rtspPort)
  const url = urlOf(rig, `Preview_01_main${RIGHT}`)
  const track = `${url}/trackID=0`
  const tcp = { Transport: 'RTP/AVP/TCP;unicast;interleaved=0-1' }
  const status = async (method: string, target: string, headers = {}, body = '') =>
    (await client.ask(method, target, headers, body)).status
  assert.equal(await status('PLAY', url), 454)
  assert.equal(await status('SETUP', url, tcp), 459)
  assert.equal(await status('SETUP', track, { Transport: 'RTP/AVP;multicast' }), 461)
  assert.equal(await status('SETUP', `${url}/trackID=1`, tcp), 404)
  assert.equal(await status('DESCRIBE', url, { Accept: 'text/plain' }), 406)
  assert.equal(await status('OPTIONS', '*', { Require: 'com.example' }), 551)
  assert.equal(await status('ANNOUNCE', url), 405)
  const { headers } = await client.ask('RECORD', url)
  assert.match(headers.get('allow')!, /DESCRIBE, SETUP/)
  const made = await client.ask('SETUP', track, tcp)
  const Session = made.headers.get('session')!.split(';')[0]!
  assert.equal(await status('SETUP', track, tcp), 455)
  assert.equal(await status('SETUP', urlOf(rig, 'Preview_01_sub/trackID=0'), { ...tcp, Session }), 459)
  assert.equal(await status('PLAY', url, { Session: 'other' }), 454)
  assert.equal(await status('PLAY', url, { Session, Range: 'clock=20261123T120000Z-' }), 457)
  assert.equal(await status('GET_PARAMETER', url, { Session }), 200)
  assert.equal(await status('GET_PARAMETER', url, { Session }, 'packets_received\r\n'), 451)
  assert.equal(await status('PLAY', url, { Session }), 200)
  assert.equal(await status('SETUP', track, { ...tcp, Session }), 455)
  assert.equal(await status('PAUSE', url, { Session }), 200)
  assert.equal(rig.slots.used, 0)
  assert.equal(await status('PLAY', url, { Session }), 200)
  assert.equal(await status('TEARDOWN', url, { Session }), 200)
  assert.equal(rig.slots.used, 0)
  assert.equal(await status('PLAY', url, { Session }), 454)
  client.socket.destroy()
})

test('RTSP/2.0 and requests without a number are refused, pipelined ones answered in order', async () => {
  await using rig = await startRig()
  startStream(rig)
  const client = new RtspTestClient(rig.rtspPort)
  client.socket.write('OPTIONS * RTSP/2.0\r\nCSeq: 1\r\n\r\nOPTIONS * RTSP/1.0\r\n\r\n')
  client.socket.write(
    `DESCRIBE ${urlOf(rig)} RTSP/1.0\r\nCSeq: 3\r\n\r\nOPTIONS * RTSP/1.0\r\nCSeq: 4\r\n\r\n`,
  )
  const seen: (readonly [number, string | undefined])[] = []
  while (seen.length < 4) {
    const { status, headers } = await client.response()
    seen.push([status, headers.get('cseq')])
  }
  assert.deepEqual(seen, [
    [505, '1'],
    [400, undefined],
    [401, '3'],
    [200, '4'],
  ])
  client.socket.destroy()
})

test("another connection's session is nobody's business", async () => {
  await using rig = await startRig()
  startStream(rig)
  const victim = new RtspTestClient(rig.rtspPort)
  const { session } = await victim.play(urlOf(rig, `Preview_01_main${RIGHT}`))
  const thief = new RtspTestClient(rig.rtspPort)
  for (const method of ['PLAY', 'PAUSE', 'TEARDOWN', 'GET_PARAMETER', 'SETUP']) {
    const headers = { Session: session, Transport: 'RTP/AVP/TCP' }
    const { status } = await thief.ask(method, urlOf(rig, `Preview_01_main/trackID=0`), headers)
    assert.ok(status === 454 || status === 401, `${method}: ${status}`)
  }
  assert.equal(rig.slots.used, 1)
  rig.stream.write(picture(1))
  await victim.frame(0)
  victim.socket.destroy()
  thief.socket.destroy()
})

test('refuses viewers beyond the limit', async () => {
  await using rig = await startRig({ slots: new ViewerSlots(0) })
  startStream(rig)
  const client = new RtspTestClient(rig.rtspPort)
  const { played } = await client.play(urlOf(rig, `Preview_01_main${RIGHT}`))
  assert.equal(played.status, 453)
  client.socket.destroy()
})

test('requests through a tunnel of HTTP, in base64 of any cut, get answers and stream', async () => {
  await using rig = await startRig()
  startStream(rig)
  const down = connect(rig.rtspPort, '127.0.0.1')
  down.write(
    'GET /h264Preview_01_main HTTP/1.0\r\nx-sessioncookie: c1\r\nAccept: application/x-rtsp-tunnelled\r\n\r\n',
  )
  const [head] = (await once(down, 'data')) as [Buffer]
  assert.match(
    head.toString(),
    /^HTTP\/1\.0 200 OK\r\n(?:.*\r\n)*Content-Type: application\/x-rtsp-tunnelled\r\n\r\n$/,
  )
  const client = new RtspTestClient(0, down)
  const up = connect(rig.rtspPort, '127.0.0.1')
  up.write('POST / HTTP/1.0\r\nx-sessioncookie: c1\r\nContent-Length: 32767\r\n\r\n')
  const say = async (text: string) => {
    const encoded = Buffer.from(text).toString('base64')
    for (let at = 0; at < encoded.length; at += 7) up.write(encoded.slice(at, at + 7))
    return await client.response()
  }
  const url = urlOf(rig, `Preview_01_main${RIGHT}`)
  assert.equal((await say(`DESCRIBE ${url} RTSP/1.0\r\nCSeq: 1\r\n\r\n`)).status, 200)
  const setUp = (transport: string) =>
    say(
      `SETUP ${urlOf(rig, 'Preview_01_main/trackID=0')} RTSP/1.0\r\nCSeq: 2\r\nTransport: ${transport}\r\n\r\n`,
    )
  assert.equal((await setUp('RTP/AVP;unicast;client_port=5000-5001')).status, 461)
  const session = (await setUp('RTP/AVP/TCP;interleaved=0-1')).headers.get('session')!.split(';')[0]!
  assert.equal((await say(`PLAY ${url} RTSP/1.0\r\nCSeq: 3\r\nSession: ${session}\r\n\r\n`)).status, 200)
  await client.frame(0)
  down.destroy()
  await once(up.resume(), 'close')
  assert.equal(rig.slots.used, 0)
})

test('a tunnel needs a GET first, and a cookie that is not taken', async () => {
  await using rig = await startRig()
  const refused = async (head: string) => {
    const socket = connect(rig.rtspPort, '127.0.0.1')
    socket.write(head)
    const [bytes] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    return bytes.toString().startsWith('HTTP/1.0 400')
  }
  assert.ok(await refused('POST / HTTP/1.0\r\nx-sessioncookie: none\r\n\r\n'))
  assert.ok(await refused('GET / HTTP/1.0\r\n\r\n'))
  const first = connect(rig.rtspPort, '127.0.0.1')
  first.write('GET / HTTP/1.0\r\nx-sessioncookie: mine\r\n\r\n')
  await once(first, 'data')
  assert.ok(await refused('GET / HTTP/1.0\r\nx-sessioncookie: mine\r\n\r\n'))
  first.destroy()
})

test('a viewer that never reads is closed, and the others lose nothing', async () => {
  await using rig = await startRig({ queueLimitBytes: 200_000, stallMs: 200 })
  rig.stream.setFormat(sampleFormat())
  rig.stream.write(picture(0, true, 1_000_000))
  const stalled = new RtspTestClient(rig.rtspPort)
  await stalled.play(urlOf(rig, `Preview_01_main${RIGHT}`))
  stalled.socket.pause()
  const good = new RtspTestClient(rig.rtspPort)
  await good.play(urlOf(rig, `Preview_01_main${RIGHT}`))
  const begun = performance.now()
  let sequence: number | undefined
  for (let index = 1; rig.slots.used === 2; index += 1) {
    rig.stream.write(picture(index, index % 4 === 0, 1_000_000))
    for (let isLast = false; !isLast; ) {
      const { header } = readRtpPacket(await good.frame(0))
      if (sequence !== undefined) assert.equal(header.sequence, (sequence + 1) & 0xffff)
      sequence = header.sequence
      isLast = header.marker
    }
    assert.ok(performance.now() - begun < 10_000, 'the stalled viewer is still there')
  }
  good.socket.destroy()
})

test('no bytes of a client end the server', async () => {
  await using rig = await startRig()
  startStream(rig)
  const url = urlOf(rig, `Preview_01_main${RIGHT}`)
  const method = fc.constantFrom(
    'OPTIONS',
    'DESCRIBE',
    'SETUP',
    'PLAY',
    'PAUSE',
    'TEARDOWN',
    'GET',
    'POST',
    '',
  )
  const target = fc.constantFrom(url, `${url}/trackID=0`, '*', '/', '')
  const header = fc.constantFrom(
    'Transport: RTP/AVP/TCP;interleaved=0-1',
    'Transport: RTP/AVP;unicast;client_port=5000-5001',
    'Session: x',
    'Range: npt=now-',
    'Content-Length: 3',
    'x-sessioncookie: a',
    'Authorization: Digest nonce=',
    'Authorization: Basic x',
  )
  const line = fc
    .tuple(method, target, fc.array(header, { maxLength: 4 }), fc.constantFrom('RTSP/1.0', 'HTTP/1.0'))
    .map(
      ([name, to, headers, version]) =>
        `${name} ${to} ${version}\r\nCSeq: 1\r\n${headers.join('\r\n')}\r\n\r\n`,
    )
  await fc.assert(
    fc.asyncProperty(
      fc.array(line, { maxLength: 6 }),
      fc.uint8Array({ maxLength: 40 }),
      async (lines, junk) => {
        const socket = connect(rig.rtspPort, '127.0.0.1')
        socket.on('error', () => {})
        socket.write(lines.join(''))
        socket.end(junk)
        socket.resume()
        await once(socket, 'close')
      },
    ),
    { numRuns: 60 },
  )
  const viewer = new RtspTestClient(rig.rtspPort)
  await viewer.play(url)
  await viewer.frame(0)
  viewer.socket.destroy()
})
