/** Search, Download and Playback over an index that is made up (Guide §3.6.3–3.6.4). */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingHttpHeaders, request, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { COMMANDS } from '../../src/api/commands/index.ts'
import { Dispatcher } from '../../src/api/dispatch.ts'
import { recordingName, recordingPath } from '../../src/recorder/names.ts'
import { ApiRoute } from '../../src/servers/http/api-route.ts'
import { type ApiKit, startApi } from './kit.ts'

let api: ApiKit
let server: Server

/** Berlin, whose days have 23 and 25 hours in March and October. */
const BERLIN = {
  Time: { timeZone: -3600 },
  Dst: { enable: 1, startMon: 3, startWeek: 5, startHour: 2, endMon: 10, endWeek: 5, endHour: 3 },
}

function add(start: string, seconds = 300, stream: 'main' | 'sub' = 'main'): string {
  const startMs = Date.parse(start)
  const name = recordingName(startMs, stream)
  api.index.insert({
    ...{ name, channel: 0, stream, startMs, endMs: startMs + seconds * 1000, sizeBytes: 1000 },
    ...{ width: 1280, height: 720, frameRate: 15, runUpMs: 0, state: 'closed' },
  })
  return name
}

before(async () => {
  api = await startApi()
  await api.one({ cmd: 'SetTime', param: BERLIN })
  const dispatcher = new Dispatcher(COMMANDS, api.parts)
  const route = new ApiRoute({ dispatcher, isTrusted: () => true, authenticated: () => undefined })
  server = createServer((incoming, response) => {
    const url = incoming.url ?? ''
    void route.handle(incoming, response, '/cgi-bin/api.cgi', url.slice(url.indexOf('?') + 1))
  }).listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))
  // The turn of a month, a day of 23 and one of 25 hours (local time is UTC+1, or +2 in summer).
  add('2026-10-31T22:58:00Z')
  add('2026-11-01T23:30:00Z')
  add('2026-03-29T00:58:00Z')
  add('2026-10-25T00:30:00Z')
  add('2026-10-25T01:30:00Z')
  add('2026-11-01T23:30:00Z', 300, 'sub')
})
after(() => {
  server.closeAllConnections()
  server.close()
  api.stop()
})

type Moment = [year: number, mon: number, day: number, hour: number, min: number, sec: number]
const moment = ([year, mon, day, hour, min, sec]: Moment) => ({ year, mon, day, hour, min, sec })

async function search(from: Moment, to: Moment, more: object = {}) {
  const answer = await api.one({
    cmd: 'Search',
    param: {
      Search: {
        channel: 0,
        onlyStatus: 0,
        streamType: 'main',
        ...more,
        StartTime: moment(from),
        EndTime: moment(to),
      },
    },
  })
  assert.equal(answer.code, 0)
  return answer.value?.SearchResult as {
    File?: { name: string; StartTime: object; type: string }[]
    Status?: { mon: number; year: number; table: string }[]
    channel: number
  }
}

test('finds recordings by the second, in local time', async () => {
  const found = await search([2026, 11, 2, 0, 30, 0], [2026, 11, 2, 0, 34, 59])
  assert.deepEqual(found.File, [
    {
      EndTime: moment([2026, 11, 2, 0, 35, 0]),
      StartTime: moment([2026, 11, 2, 0, 30, 0]),
      frameRate: 15,
      height: 720,
      name: 'Rec_20261101_233000_000_M.mp4',
      size: 1000,
      type: 'main',
      width: 1280,
    },
  ])
  assert.equal((await search([2026, 11, 2, 0, 35, 1], [2026, 11, 2, 23, 0, 0])).File, undefined)
  assert.equal((await search([2026, 11, 2, 0, 20, 0], [2026, 11, 2, 0, 29, 59])).File, undefined)
})

test('status alone gives every month that is touched, whole', async () => {
  const { Status, File } = await search([2026, 10, 31, 23, 55, 0], [2026, 11, 1, 0, 5, 0], { onlyStatus: 1 })
  assert.equal(File, undefined)
  // The first one begins on October 31 and reaches into November 1.
  assert.deepEqual(Status, [
    { mon: 10, table: '0000000000000000000000001000001', year: 2026 },
    { mon: 11, table: '110000000000000000000000000000', year: 2026 },
  ])
})

test('days of 23 and 25 hours belong to themselves', async () => {
  const spring = await search([2026, 3, 29, 0, 0, 0], [2026, 3, 29, 23, 59, 59])
  assert.deepEqual(spring.File?.[0]?.StartTime, moment([2026, 3, 29, 1, 58, 0]))
  // The hour from 2 to 3 comes twice.
  const autumn = await search([2026, 10, 25, 0, 0, 0], [2026, 10, 25, 23, 59, 59])
  assert.deepEqual(
    autumn.File?.map(({ StartTime }) => StartTime),
    [moment([2026, 10, 25, 2, 30, 0]), moment([2026, 10, 25, 2, 30, 0])],
  )
})

test('the sub stream is anything but main', async () => {
  for (const streamType of ['sub', 'ext', 'x']) {
    const { File } = await search([2026, 11, 1, 0, 0, 0], [2026, 11, 3, 0, 0, 0], { streamType })
    assert.deepEqual(
      File?.map(({ name }) => name),
      ['Rec_20261101_233000_000_S.mp4'],
    )
  }
})

test('without recordings there is neither File nor Status', async () => {
  assert.deepEqual(await search([1990, 1, 1, 0, 0, 0], [1990, 12, 31, 0, 0, 0]), { channel: 0 })
  assert.deepEqual(await search([2090, 1, 1, 0, 0, 0], [2090, 12, 31, 0, 0, 0]), { channel: 0 })
})

test('nonsense is refused', async () => {
  const good = {
    channel: 0,
    onlyStatus: 0,
    StartTime: moment([2026, 1, 1, 0, 0, 0]),
    EndTime: moment([2026, 2, 1, 0, 0, 0]),
  }
  for (const [change, rspCode] of [
    [{ StartTime: undefined }, -23],
    [{ EndTime: 'x' }, -4],
    [{ StartTime: moment([2026, 13, 1, 0, 0, 0]) }, -4],
    [{ onlyStatus: 2 }, -4],
    [{ channel: 7 }, -1],
    [{ streamType: ['main'] }, -4],
  ] as const) {
    const answer = await api.one({ cmd: 'Search', param: { Search: { ...good, ...change } } })
    assert.equal(answer.error?.rspCode, rspCode, JSON.stringify(change))
  }
})

const CONTENT = Buffer.from(Array.from({ length: 1000 }, (_, index) => index % 251))

function store(name: string): void {
  const path = join(api.recordingsFolder, recordingPath(name)!)
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, CONTENT)
}

interface Got {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

function get(query: string, headers: Record<string, string> = {}, method = 'GET'): Promise<Got> {
  const { port } = server.address() as AddressInfo
  return new Promise((resolve, reject) => {
    const path = `/cgi-bin/api.cgi?${query}&token=${api.adminToken}`
    const sent = request({ port, method, path, headers, agent: false }, (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.once('end', () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) }),
      )
    })
    sent.once('error', reject)
    sent.end()
  })
}

test('a recording is downloaded under the name that is asked for, whole and in parts', async () => {
  const name = 'Rec_20261101_233000_000_M.mp4'
  store(name)
  const whole = await get(`cmd=Download&source=${name}&output=my%20clip.mp4`)
  assert.equal(whole.status, 200)
  assert.ok(whole.body.equals(CONTENT))
  assert.equal(whole.headers['content-type'], 'application/octet-stream')
  assert.equal(whole.headers['content-length'], '1000')
  assert.equal(whole.headers['content-disposition'], 'attachment;filename="my clip.mp4"')
  assert.equal(whole.headers['accept-ranges'], 'bytes')
  assert.match(String(whole.headers.etag), /^"[0-9a-f]+-3e8"$/)
  assert.ok(Date.parse(String(whole.headers['last-modified'])) > 0)
  for (const [range, first, last] of [
    ['bytes=0-0', 0, 0],
    ['bytes=100-199', 100, 199],
    ['bytes=990-', 990, 999],
    ['bytes=-10', 990, 999],
    ['bytes=900-5000', 900, 999],
  ] as const) {
    const { status, headers, body } = await get(`cmd=Download&source=${name}`, { Range: range })
    assert.equal(status, 206, range)
    assert.equal(headers['content-range'], `bytes ${first}-${last}/1000`)
    assert.ok(body.equals(CONTENT.subarray(first, last + 1)))
  }
  const beyond = await get(`cmd=Download&source=${name}`, { Range: 'bytes=1000-' })
  assert.deepEqual([beyond.status, beyond.headers['content-range']], [416, 'bytes */1000'])
  for (const range of ['bytes=1-0', 'bytes=0-1,5-6', 'lines=1-2', 'bytes=-', 'bytes=x-y']) {
    assert.equal((await get(`cmd=Download&source=${name}`, { Range: range })).status, 200, range)
  }
  const etag = String(whole.headers.etag)
  assert.equal((await get(`cmd=Download&source=${name}`, { 'If-None-Match': etag })).status, 304)
  const modified = String(whole.headers['last-modified'])
  for (const [headers, status] of [
    [{ 'If-None-Match': `"a", W/${etag}` }, 304],
    [{ 'If-None-Match': '*' }, 304],
    [{ 'If-None-Match': '"a"', 'If-Modified-Since': modified }, 200],
    [{ 'If-Modified-Since': modified }, 304],
    [{ 'If-Modified-Since': 'Thu, 01 Jan 2015 00:00:00 GMT' }, 200],
    [{ 'If-Modified-Since': 'yesterday' }, 200],
    [{ Range: 'bytes=0-0', 'If-Range': etag }, 206],
    [{ Range: 'bytes=0-0', 'If-Range': `W/${etag}` }, 200],
    [{ Range: 'bytes=0-0', 'If-Range': modified }, 206],
    [{ Range: 'bytes=0-0', 'If-Range': 'Thu, 01 Jan 2015 00:00:00 GMT' }, 200],
  ] as [Record<string, string>, number][])
    assert.equal((await get(`cmd=Download&source=${name}`, headers)).status, status, JSON.stringify(headers))
  const stale = await get(`cmd=Download&source=${name}`, { Range: 'bytes=0-0', 'If-Range': '"other"' })
  assert.equal(stale.status, 200)
  const head = await get(`cmd=Download&source=${name}`, {}, 'HEAD')
  assert.deepEqual([head.headers['content-length'], head.body.length], ['1000', 0])
  const played = await get(`cmd=Playback&source=Mp4Record/2026-11-01/${name}&start=20261101233000`)
  assert.equal(played.headers['content-type'], 'video/mp4')
  assert.ok(played.body.equals(CONTENT))
})

for (const source of [
  '../vedette.db',
  'Rec_20261101_233000_000_X.mp4',
  '..%2F..%2Fetc%2Fpasswd',
  '%00',
  'Rec_20201101_233000_000_M.mp4',
]) {
  test(`${source} is no recording`, async () => {
    const { status, headers, body } = await get(`cmd=Download&source=${source}`)
    assert.equal(status, 200)
    assert.equal(headers['content-type'], 'text/html')
    assert.match(body.toString(), /"rspCode" : -(18|4)/)
  })
}

test('no name of a file gets out of its header', async () => {
  const name = 'Rec_20261101_233000_000_M.mp4'
  store(name)
  const { headers } = await get(
    `cmd=Download&source=${name}&output=${encodeURIComponent('../a"; filename=b.exe\r\nX: y')}`,
  )
  assert.equal(headers.x, undefined)
  assert.doesNotMatch(String(headers['content-disposition']), /\.\.|b\.exe"?;/)
})

test('names are sent as the guide prints them, and other scripts as RFC 8187 has it', async () => {
  const name = 'Rec_20261101_233000_000_M.mp4'
  store(name)
  for (const [output, disposition] of [
    ['', `filename=${name}`],
    ['Rec_1.mp4', 'filename=Rec_1.mp4'],
    ['../a\\b/', 'filename=recording.mp4'],
    ["Tür'n.mp4", `filename="T_r'n.mp4";filename*=UTF-8''T%C3%BCr%27n.mp4`],
    ['50%.mp4', `filename=50_.mp4;filename*=UTF-8''50%25.mp4`],
  ] as const) {
    const { headers } = await get(`cmd=Download&source=${name}&output=${encodeURIComponent(output)}`)
    assert.equal(headers['content-disposition'], `attachment;${disposition}`)
  }
})

test('SetRec plans the recorder', async () => {
  const table = '01'.repeat(84)
  const answer = await api.one({
    cmd: 'SetRec',
    param: { Rec: { channel: 0, overwrite: 0, postRec: '1 Minute', schedule: { enable: 1, table } } },
  })
  assert.equal(answer.code, 0)
  assert.deepEqual(api.effects.at(-1), {
    recording: { hours: table, isEnabled: true, preRecord: true, postRecordMs: 60_000, overwrite: false },
  })
})
