/** Recordings of the whole program: found, downloaded, and whole after every kind of end. */
import assert from 'node:assert/strict'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { test } from 'node:test'
import { missing } from '../tools.ts'
import { type Camera, killAll, PASSWORD, run, startCamera, until } from './kit.ts'

const skip = missing('ffmpeg', 'ffprobe')
const LOGIN = `user=admin&password=${PASSWORD}`
const ARGS = ['--segment', '3', '--source', 'scene:street?every=4&for=3&light=day']

interface Found {
  readonly name: string
  readonly size: number
}

async function search(camera: Camera, streamType = 'main'): Promise<Found[]> {
  const StartTime = { year: 2000, mon: 1, day: 1, hour: 0, min: 0, sec: 0 }
  const EndTime = { ...StartTime, year: 2099 }
  const Search = { channel: 0, onlyStatus: 0, streamType, StartTime, EndTime }
  const { value } = await camera.one({ cmd: 'Search', param: { Search } })
  return value.SearchResult.File ?? []
}

async function download(camera: Camera, name: string): Promise<Buffer> {
  const url = camera.url(`/cgi-bin/api.cgi?cmd=Download&source=${name}&output=${name}&${LOGIN}`)
  const response = await fetch(url)
  assert.equal(response.headers.get('content-type'), 'application/octet-stream', name)
  return Buffer.from(await response.arrayBuffer())
}

/** Pictures that FFmpeg decodes without a complaint. */
async function pictures(file: string): Promise<number> {
  const { stderr } = await run('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'])
  assert.equal(stderr, '', file)
  const count = ['-v', 'error', '-select_streams', 'v', '-count_packets']
  const show = ['-show_entries', 'stream=nb_read_packets', '-of', 'csv=p=0']
  return Number((await run('ffprobe', [...count, ...show, file])).stdout.toString())
}

const filesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((file) => file.isFile() && file.name.endsWith('.mp4'))
    .map(({ parentPath, name }) => join(parentPath, name))

/** Sound and a larger picture from now on: each file has one form, and the export of all has both. */
async function assertFollowsChanges(camera: Camera): Promise<void> {
  const before = new Set((await search(camera)).map(({ name }) => name))
  const isDone = await camera.one({
    cmd: 'SetEnc',
    param: { Enc: { channel: 0, audio: 1, mainStream: { size: '1080P', frameRate: 10, bitRate: 1024 } } },
  })
  assert.equal(isDone.code, 0)
  const later = await until('two files after the change', async () => {
    const files = (await search(camera)).filter(({ name }) => !before.has(name))
    return files.length >= 2 ? files : undefined
  })
  const file = join(camera.dataDir, 'changed.mp4')
  for (const { name } of later.slice(0, -1)) {
    writeFileSync(file, await download(camera, name))
    // The one that ends with the change may be short.
    const count = await pictures(file)
    assert.ok(count > 0, `${name}: ${count} pictures`)
  }
  const { year, mon, day } = (await camera.one({ cmd: 'GetTime' })).value.Time
  const date = `${year}${String(mon).padStart(2, '0')}${String(day).padStart(2, '0')}`
  const answer = await fetch(camera.url(`/export?start=${date}000000&end=${date}235959&${LOGIN}`))
  assert.equal(answer.status, 200)
  writeFileSync(file, Buffer.from(await answer.arrayBuffer()))
  assert.ok((await pictures(file)) >= 100)
  const show = ['-v', 'error', '-show_entries', 'stream=codec_type', '-of', 'csv=p=0', file]
  assert.match((await run('ffprobe', show)).stdout.toString(), /video\s+audio/)
}

test('what is seen is recorded, found and downloaded, also while it is being made', { skip }, async () => {
  const camera = await startCamera({ args: ARGS })
  try {
    await until('three files', async () => ((await search(camera)).length >= 3 ? true : undefined), 30_000)
    const [first, second, ...others] = await search(camera)
    const growing = others.at(-1)!
    for (const { name, size } of [first!, second!]) {
      const file = join(camera.dataDir, name)
      const bytes = await download(camera, name)
      assert.equal(bytes.length, size)
      writeFileSync(file, bytes)
      // Of 60 a busy machine leaves some out.
      const count = await pictures(file)
      assert.ok(count >= 20 && count <= 76, `${name}: ${count} pictures`)
    }
    const file = join(camera.dataDir, growing.name)
    writeFileSync(file, await download(camera, growing.name))
    assert.ok((await pictures(file)) >= 10)
    assert.ok((await search(camera, 'sub')).length >= 1)
    // What the time line shows: the recordings, a small picture of each, motion (none is noted here).
    const timeline = await fetch(camera.url(`/timeline?start=20200101000000&end=20200101010000&${LOGIN}`))
    assert.deepEqual(((await timeline.json()) as { recordings: unknown[] }).recordings, [])
    const picture = await fetch(camera.url(`/thumbnail?name=${first!.name}&${LOGIN}`))
    assert.equal(picture.headers.get('content-type'), 'image/jpeg')
    const jpeg = Buffer.from(await picture.arrayBuffer())
    const show = ['-v', 'error', '-show_entries', 'stream=width,height', '-of', 'csv=p=0', '-']
    assert.equal((await run('ffprobe', show, jpeg)).stdout.toString().trim(), '160,90')
    for (const [path, status] of [
      [`/thumbnail?name=Rec_20000101_000000_000_M.mp4&${LOGIN}`, 404],
      [`/thumbnail?name=${first!.name}`, 401],
      [`/timeline?start=x&end=20200101010000&${LOGIN}`, 400],
      [`/timeline?start=20200101000000&end=20200101010000&step=0&${LOGIN}`, 400],
    ] as const)
      assert.equal((await fetch(camera.url(path))).status, status, path)
    await assertFollowsChanges(camera)
    const month = await camera.one({ cmd: 'GetHddInfo' })
    assert.deepEqual([month.value.HddInfo[0].mount, month.value.HddInfo[0].format], [1, 1])
    // Everything goes, and recording goes on.
    assert.equal((await camera.one({ cmd: 'Format', param: { HddInfo: { id: [0] } } })).code, 0)
    assert.ok(!(await search(camera)).some(({ name }) => name === first!.name))
    await until('a new file', async () => ((await search(camera)).length >= 1 ? true : undefined), 15_000)
    // Nothing outside of the scheduled hours.
    const schedule = { enable: 0 }
    await camera.one({ cmd: 'SetRec', param: { Rec: { channel: 0, schedule } } })
    const before = await search(camera)
    await new Promise((resolve) => setTimeout(resolve, 4500))
    assert.equal((await search(camera)).length, before.length)
  } finally {
    await camera.stop()
  }
})

test('after kill -9 at any moment every file plays and has its row', { skip, timeout: 200_000 }, async () => {
  let camera = await startCamera({ args: ARGS })
  const { dataDir } = camera
  const rounds = 4
  const killedMs: number[] = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      await new Promise((resolve) => setTimeout(resolve, 2600 + 1700 * Math.random()))
      killedMs.push(Date.now())
      await killAll(camera)
      camera = await startCamera({ args: ARGS, dataDir })
    }
    // The last torn file is closed in the background.
    await until('another file', async () => ((await search(camera)).length > rounds ? true : undefined))
    await camera.stop({ keepData: true })
    const folder = join(dataDir, 'recordings/vedette')
    const files = filesIn(folder)
    assert.ok(files.length >= rounds * 2)
    let total = 0
    for (const file of files) total += await pictures(file)
    assert.ok(total > 0)
    const index = new DatabaseSync(join(dataDir, 'recordings.db'))
    assert.equal(index.prepare('pragma integrity_check').get()?.integrity_check, 'ok')
    const rows = index.prepare('select name, state, stream, end_ms from recording').all()
    index.close()
    for (const ms of killedMs) {
      const ends = rows.filter(({ stream }) => stream === 'main').map(({ end_ms }) => Number(end_ms))
      const lostMs = ms - Math.max(...ends.filter((end) => end <= ms + 100))
      assert.ok(lostMs < 3000, `${lostMs} ms before a kill are missing`)
    }
    assert.deepEqual(
      rows.map(({ name }) => String(name)).sort(),
      files.map((file) => file.split('/').at(-1)).sort(),
    )
    assert.ok(rows.every(({ state }) => state === 'closed'))
  } finally {
    await camera.stop()
  }
})
