import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinAvcc } from '../../media/codec/h264.ts'
import type { Packet } from '../../media/packet.ts'
import { readRtpPacket } from '../../media/rtp/rtp-packet.ts'
import { picture, sampleFormat } from '../../media/test-packets.ts'
import { ViewerSlots } from '../../media/viewer-slots.ts'
import { startRig, type TestRig } from '../test-rig.ts'
import { parseRange, printRange } from './play-range.ts'
import type { RtspPlayback } from './playback.ts'
import { Refusal } from './response.ts'
import { RtspTestClient } from './test-client.ts'

const START_MS = Date.UTC(2026, 10, 23, 12)
const PICTURE_MS = 1000 / 15

/** A recording of so many pictures with a key picture each second; the first byte behind the header counts them. */
function recording(startMs: number, pictures: number, opened: { files: number }) {
  opened.files += 1
  return {
    format: sampleFormat(),
    startMs,
    async *packets(fromMs: number): AsyncGenerator<Packet> {
      const first = Math.floor(fromMs / 1000) * 15
      for (let index = first; index < pictures; index += 1) {
        const isKey = index % 15 === 0
        const data = joinAvcc([Buffer.of(isKey ? 0x65 : 0x61, index)])
        yield { ...picture(index, isKey), data, wallMs: startMs + index * PICTURE_MS }
      }
    },
    close: async () => {
      opened.files -= 1
    },
  }
}

/** Two recordings of two seconds with ten minutes between them. */
function replay() {
  const opened = { files: 0 }
  const starts = [START_MS, START_MS + 600_000]
  const playback: RtspPlayback = {
    mayReplay: ({ user }) => user.level === 'admin',
    async *sources(_stream, fromMs, toMs) {
      for (const start of starts) {
        if (start + 2000 > fromMs && start < toMs) yield recording(start, 30, opened)
      }
    },
    extentOf: () => ({ startMs: START_MS, endMs: START_MS + 602_000 }),
    instantOf: (text) =>
      /^\d{14}$/.test(text) ? START_MS + (Number(text) - 20261123120000) * 1000 : undefined,
  }
  return { playback, opened }
}

const urlOf = ({ rtspPort }: TestRig, query: string, name = 'Playback_01_main') =>
  `rtsp://127.0.0.1:${rtspPort}/${name}?token=good&${query}`

/** The numbers of the pictures up to the end, and the steps of their time in seconds. */
async function watch(client: RtspTestClient): Promise<{ numbers: number[]; steps: Set<number> }> {
  const numbers: number[] = []
  const steps = new Set<number>()
  let last: number | undefined
  for (;;) {
    await client.waitForFrame()
    const { channel, data } = client.frames.shift()!
    if (channel === 1 && data.includes(Buffer.of(0x81, 203))) return { numbers, steps }
    if (channel !== 0) continue
    const { header, payload } = readRtpPacket(data)
    numbers.push(payload.readUInt8(1))
    if (last !== undefined) steps.add((header.timestamp - last + 2 ** 32) % 2 ** 32)
    last = header.timestamp
  }
}

test('plays recordings one after the other, without the time between them, and says goodbye', async () => {
  const { playback, opened } = replay()
  await using rig = await startRig({ replay: playback })
  const client = new RtspTestClient(rig.rtspPort)
  const { played } = await client.play(urlOf(rig, 'start=20261123120000&end=20261123122000'))
  assert.equal(played.headers.get('range'), 'npt=0-2000')
  const { numbers, steps } = await watch(client)
  const file = Array.from({ length: 30 }, (_, index) => index)
  assert.deepEqual(numbers, [...file, ...file])
  assert.deepEqual([...steps], [6000])
  assert.equal(rig.slots.used, 0)
  assert.equal(opened.files, 0)
  client.socket.destroy()
})

test('PLAY with a Range seeks, by seconds and by the time of day, and PAUSE stops', async () => {
  const { playback, opened } = replay()
  await using rig = await startRig({ replay: playback })
  const client = new RtspTestClient(rig.rtspPort)
  const { session, base } = await client.play(urlOf(rig, 'start=20261123120000&end=20261123122000'))
  await client.frame(0)
  assert.equal((await client.ask('PAUSE', base, { Session: session })).status, 200)
  assert.equal(rig.slots.used, 0)
  client.frames.length = 0
  const seek = (Range: string) => client.ask('PLAY', base, { Session: session, Range })
  const byClock = await seek('clock=20261123T120001Z-')
  assert.equal(byClock.headers.get('range'), 'clock=20261123T120001.000Z-20261123T123320.000Z')
  assert.equal(readRtpPacket(await client.frame(0)).payload.readUInt8(1), 15)
  client.frames.length = 0
  assert.equal((await seek('npt=600-')).status, 200)
  assert.equal((await watch(client)).numbers.at(-1), 29)
  assert.equal((await seek('npt=5000-')).status, 457)
  client.socket.destroy()
  assert.equal(opened.files, 0)
})

test('PLAY after PAUSE goes on with the next picture, and an end in the Range is one', async () => {
  await using rig = await startRig({ replay: replay().playback })
  const client = new RtspTestClient(rig.rtspPort)
  const { session, base } = await client.play(urlOf(rig, 'start=20261123120000&end=20261123122000'))
  const seen: number[] = []
  while (seen.length < 3) seen.push(readRtpPacket(await client.frame(0)).payload.readUInt8(1))
  await client.ask('PAUSE', base, { Session: session })
  for (const { channel, data } of client.frames.splice(0))
    if (channel === 0) seen.push(readRtpPacket(data).payload.readUInt8(1))
  const resumed = await client.ask('PLAY', base, { Session: session })
  assert.match(resumed.headers.get('range') ?? '', /^npt=0\.\d+-2000$/)
  seen.push(...(await watch(client)).numbers.slice(0, 30 - seen.length))
  assert.deepEqual(
    seen,
    Array.from({ length: 30 }, (_, index) => index),
  )
  const part = await client.ask('PLAY', base, { Session: session, Range: 'npt=1-1.5' })
  assert.equal(part.headers.get('range'), 'npt=1-1.5')
  assert.deepEqual((await watch(client)).numbers, [15, 16, 17, 18, 19, 20, 21, 22])
  client.socket.destroy()
})

test('a seek keeps its place where all others are taken; without one PLAY is answered once, over UDP too', async () => {
  const slots = new ViewerSlots(1)
  await using rig = await startRig({ replay: replay().playback, slots })
  const url = urlOf(rig, 'start=20261123120000&end=20261123122000')
  const client = new RtspTestClient(rig.rtspPort)
  const { session, base } = await client.play(url)
  await client.frame(0)
  assert.equal((await client.ask('PLAY', base, { Session: session, Range: 'npt=1-' })).status, 200)
  const other = new RtspTestClient(rig.rtspPort)
  const { played, base: othersBase } = await other.play(url, 1, 'RTP/AVP;unicast;client_port=50000-50001')
  assert.equal(played.status, 453)
  const { status, headers } = await other.ask('OPTIONS', othersBase)
  assert.deepEqual([status, headers.get('cseq')], [200, '4'])
  for (const each of [client, other]) each.socket.destroy()
})

/** The marks of a replay: picture, camera's clock in milliseconds, flags, number of the PLAY. */
async function marks(client: RtspTestClient): Promise<(readonly [number, number, number, number])[]> {
  const seen: (readonly [number, number, number, number])[] = []
  for (;;) {
    await client.waitForFrame()
    const { channel, data } = client.frames.shift()!
    if (channel === 1 && data.includes(Buffer.of(0x81, 203))) return seen
    if (channel !== 0) continue
    const { extension, payload } = readRtpPacket(data)
    assert.equal(extension.readUInt32BE(0), 0xabac0003)
    const ms =
      (extension.readUInt32BE(4) - 2_208_988_800) * 1000 + (extension.readUInt32BE(8) * 1000) / 2 ** 32
    seen.push([payload.readUInt8(1), Math.round(ms), extension.readUInt8(12), extension.readUInt8(13)])
  }
}

test('a recorder replays all there is as fast as it can, and is told times, gaps and the end', async () => {
  await using rig = await startRig({ replay: replay().playback })
  const client = new RtspTestClient(rig.rtspPort)
  const url = `rtsp://127.0.0.1:${rig.rtspPort}/Playback_01_main`
  const described = await client.ask('DESCRIBE', `${url}?token=good`)
  assert.match(described.body, /a=range:clock=20261123T120000\.000Z-20261123T121002\.000Z\r\n/)
  assert.match(described.body, /a=control:trackID=0\r\na=x-onvif-track:video\r\n/)
  const Require = 'onvif-replay'
  const Transport = 'RTP/AVP/TCP;unicast;interleaved=0-1'
  const set = await client.ask('SETUP', `${url}/trackID=0`, { Require, Transport })
  const Session = set.headers.get('session')!.split(';')[0]!
  const play = (headers: Readonly<Record<string, string>>) =>
    client.ask('PLAY', url, { CSeq: '300', Session, Require, ...headers })
  const began = performance.now()
  const played = await play({ 'Rate-Control': 'no', Range: 'clock=20261123T120000Z-', Scale: '1.0' })
  assert.equal(played.headers.get('range'), 'clock=20261123T120000.000Z-20261123T121002.000Z')
  assert.equal(played.headers.get('scale'), '1.0')
  const all = await marks(client)
  assert.ok(performance.now() - began < 3000, 'faster than it happened')
  assert.equal(all.length, 60)
  assert.deepEqual(
    [all[0], all[1], all[15]],
    [
      [0, START_MS, 0xa0, 300 & 255],
      [1, Math.round(START_MS + PICTURE_MS), 0, 300 & 255],
      [15, START_MS + 1000, 0x80, 300 & 255],
    ],
  )
  assert.deepEqual([all[29]![2], all[30]![1], all[59]![2]], [0x40, START_MS + 600_000, 0x50])
  await play({
    'Rate-Control': 'no',
    Frames: 'intra/1500',
    Range: 'clock=20261123T120000Z-20261123T121001.5Z',
  })
  assert.deepEqual(
    (await marks(client)).map(([number, ms]) => [number, ms - START_MS]),
    [
      [0, 0],
      [0, 600_000],
    ],
  )
  for (const [name, value] of [
    ['Scale', '-1.0'],
    ['Rate-Control', 'x'],
    ['Frames', 'all/3'],
  ] as const)
    assert.equal((await play({ [name]: value })).status, 451)
  assert.equal((await play({ Require: 'onvif-replay, x.y' })).headers.get('unsupported'), 'x.y')
  client.socket.destroy()
})

const REFUSED: readonly (readonly [string, string, string, number])[] = [
  ['with an end alone', 'Playback_01_main', 'end=20261123120000', 400],
  ['with an end before it', 'Playback_01_main', 'start=20261123120010&end=20261123120000', 400],
  ['when nothing was recorded', 'Playback_01_main', 'start=20261123121000&end=20261123121001', 404],
  ['of a stream that is not recorded', 'Playback_01_ext', 'start=20261123120000', 404],
  ['of a channel that is not there', 'Playback_02_main', 'start=20261123120000', 404],
]
for (const [name, path, query, status] of REFUSED) {
  test(`a replay ${name} is ${status}`, async () => {
    await using rig = await startRig({ replay: replay().playback })
    const client = new RtspTestClient(rig.rtspPort)
    assert.equal((await client.ask('DESCRIBE', urlOf(rig, query, path))).status, status)
    client.socket.destroy()
  })
}

test('who may not replay is refused', async () => {
  await using rig = await startRig({ replay: replay().playback })
  const client = new RtspTestClient(rig.rtspPort)
  const url = `rtsp://127.0.0.1:${rig.rtspPort}/Playback_01_main?user=guest&password=a%2Bb+c/d&start=20261123120000`
  assert.equal((await client.ask('DESCRIBE', url)).status, 403)
  client.socket.destroy()
})

const extent = { fromMs: START_MS, toMs: START_MS + 60_000 }
const RANGES: readonly (readonly [string | undefined, number | undefined])[] = [
  [undefined, 0],
  ['npt=now-', 0],
  ['npt=0.000-', 0],
  ['npt=12.5-20', 12_500],
  ['npt=0:00:07-', 7000],
  ['clock=20261123T120030.5Z-', 30_500],
  ['clock=20261123T115959Z-', undefined],
  ['npt=60-', undefined],
  ['smpte=0:00:07-', undefined],
  ['npt=', undefined],
  ['clock=20269923T999999Z-', undefined],
]
for (const [range, offsetMs] of RANGES) {
  test(`Range: ${range} begins ${offsetMs === undefined ? 'nowhere' : `after ${offsetMs} ms`}`, () => {
    if (offsetMs === undefined) assert.throws(() => parseRange(range, extent), Refusal)
    else assert.equal(parseRange(range, extent).fromMs - START_MS, offsetMs)
  })
}

test('the answer is in the words of the question', () => {
  const words = { origin: START_MS, unit: 'clock' } as const
  const span = { ...extent, fromMs: START_MS + 1000 }
  assert.equal(printRange('npt=1-', span, words), 'npt=1-60')
  assert.equal(printRange(undefined, span, words), 'clock=20261123T120001.000Z-20261123T120100.000Z')
})
