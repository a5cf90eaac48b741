/** Recordings played back over HTTP-FLV and joined by /export, judged by FFmpeg. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { createServer, type RequestListener, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import type { Guard, Principal } from '../../src/auth/types.ts'
import { CameraError } from '../../src/base/errors.ts'
import { silentLog } from '../../src/base/log.ts'
import { ViewerSlots } from '../../src/media/viewer-slots.ts'
import { recordingPath } from '../../src/recorder/names.ts'
import { OpenRecording } from '../../src/recorder/packets.ts'
import { createFlvHandler } from '../../src/servers/flv/server.ts'
import { createExportHandler } from '../../src/servers/http/export.ts'
import { Bench, START_MS, stopBenches } from './bench.ts'

afterEach(stopBenches)

const skip = spawnSync('ffmpeg', ['-version']).status === 0 ? false : 'ffmpeg is not installed'

const principal: Principal = {
  user: { name: 'admin', level: 'admin' },
  session: undefined,
  onEnd: () => () => undefined,
}
const guard = {
  authenticate: async ({ user }: { user?: string | undefined }) => {
    if (user !== 'admin') throw new CameraError('login-failed', 'wrong user name or password')
    return principal
  },
} as unknown as Guard

async function served<T>(handler: RequestListener, use: (url: string) => Promise<T>): Promise<T> {
  const server: Server = createServer(handler).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  try {
    return await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
  } finally {
    server.closeAllConnections()
    server.close()
  }
}

/** What ffprobe finds at a URL: seconds and pictures; anything FFmpeg complains of fails the test. */
async function probe(url: string): Promise<{ pictures: number; seconds: number; tookMs: number }> {
  const began = performance.now()
  const child = spawn('ffmpeg', ['-v', 'error', '-stats', '-i', url, '-f', 'null', '-'])
  let said = ''
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk.toString()
  })
  await new Promise((resolve) => child.once('close', resolve))
  const lines = said.split(/[\r\n]+/).filter((line) => line !== '' && !line.startsWith('frame='))
  assert.deepEqual(lines, [])
  const frames = [...said.matchAll(/frame=\s*(\d+)/g)].at(-1)
  const time = [...said.matchAll(/time=\d+:(\d+):([\d.]+)/g)].at(-1)
  return {
    pictures: Number(frames?.[1]),
    seconds: Number(time?.[1]) * 60 + Number(time?.[2]),
    tookMs: performance.now() - began,
  }
}

async function recorded(): Promise<Bench> {
  const bench = new Bench({ audio: true, segmentMs: 4000 })
  await bench.feed(12)
  await bench.written()
  await bench.recorder.stop()
  assert.equal(bench.rows().length, 3)
  return bench
}

const pathOf = (bench: Bench, name: string) => join(bench.folder, recordingPath(name)!)

test('a recording is played over FLV in the time in which it happened, from where it is sought', {
  skip,
}, async () => {
  const bench = await recorded()
  const open = async (name: string) =>
    bench.store.recordings.find(name) && OpenRecording.open(pathOf(bench, name))
  const handler = createFlvHandler({
    guard,
    mayView: () => true,
    streams: { find: () => undefined },
    slots: new ViewerSlots(),
    log: silentLog,
    playback: { guard, mayReplay: () => true, open },
  })
  await served(handler, async (url) => {
    const name = bench.rows()[0]!.name
    const path = `${url}/flv?port=1935&app=bcs&stream=playback.bcs&channel=0&type=0&start=${name}`
    const whole = await probe(`${path}&seek=0&user=admin&password=x`)
    assert.equal(whole.pictures, 60)
    assert.ok(whole.tookMs > 3500, `${whole.tookMs} ms`)
    const late = await probe(`${path}&seek=3&user=admin&password=x`)
    // From the key picture at 2 s on.
    assert.equal(late.pictures, 30)
    assert.equal((await fetch(`${path}&user=eve`)).status, 401)
    assert.equal((await fetch(`${path}x&user=admin`)).status, 404)
    assert.equal((await fetch(`${path}&seek=-1&user=admin`)).status, 400)
  })
  bench.store.close()
  bench.remove()
})

test('a stretch of time is joined across files', { skip }, async () => {
  const bench = await recorded()
  const openFile = (name: string) => OpenRecording.open(pathOf(bench, name))
  async function* sources(stream: 'main' | 'sub', fromMs: number, toMs: number) {
    for (const { name } of bench.store.recordings.between({ channel: 0, stream }, fromMs, toMs, 100)) {
      yield await openFile(name)
    }
  }
  const handler = createExportHandler({
    guard,
    mayDownload: () => true,
    // Seconds after the beginning.
    instantOf: (text) => (/^\d+$/.test(text) ? START_MS + Number(text) * 1000 : undefined),
    sources,
    open: openFile,
    log: silentLog,
  })
  await served(handler, async (url) => {
    const whole = await probe(`${url}/export?start=0&end=100&user=admin`)
    assert.equal(whole.pictures, 180)
    assert.ok(Math.abs(whole.seconds - 12) < 0.3, `${whole.seconds}`)
    // It can be had in parts, which lie where they lie in the whole, and its length is told beforehand.
    const address = `${url}/export?start=0&end=100&user=admin`
    const answer = await fetch(address)
    const bytes = Buffer.from(await answer.arrayBuffer())
    assert.equal(answer.headers.get('content-length'), String(bytes.length))
    for (const [first, last] of [
      [0, 0],
      [100, 90_000],
      [bytes.length - 70_000, bytes.length - 1],
      [bytes.length >> 1, (bytes.length >> 1) + 10],
    ] as const) {
      const some = await fetch(address, { headers: { Range: `bytes=${first}-${last}` } })
      assert.equal(some.status, 206)
      const got = Buffer.from(await some.arrayBuffer())
      assert.ok(got.equals(bytes.subarray(first, last + 1)), `${first}-${last}`)
    }
    const part = await probe(`${url}/export?start=3&end=9&stream=main&user=admin`)
    // From the key picture at 2 s.
    assert.ok(Math.abs(part.pictures - 105) <= 2, `${part.pictures}`)
    for (const [query, status] of [
      ['start=0&end=10&user=eve', 401],
      ['start=10&end=0&user=admin', 400],
      ['start=x&end=0&user=admin', 400],
      ['end=7&user=admin', 400],
      ['start=0&end=999999&user=admin', 400],
      ['start=500&end=600&user=admin', 404],
      ['start=0&end=10&stream=sub&user=admin', 404],
    ] as const) {
      assert.equal((await fetch(`${url}/export?${query}`)).status, status, query)
    }
  })
  bench.store.close()
  bench.remove()
})
