import assert from 'node:assert/strict'
import { test } from 'node:test'
import { joinAvcc } from '../../media/codec/h264.ts'
import type { Packet } from '../../media/packet.ts'
import { readRtpPacket } from '../../media/rtp/rtp-packet.ts'
import { picture, sampleFormat } from '../../media/test-packets.ts'
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

const REFUSED: readonly (readonly [string, string, string, number])[] = [
  ['without a start', 'Playback_01_main', 'x=1', 400],
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
    else assert.equal(parseRange(range, extent) - START_MS, offsetMs)
  })
}

test('the answer is in the words of the question', () => {
  assert.equal(printRange('npt=1-', START_MS + 1000, extent), 'npt=1-60')
})
