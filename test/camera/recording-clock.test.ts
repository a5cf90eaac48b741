/** Recordings while the clock of the whole camera changes: the hour that comes twice, the one that is left out, and jumps. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { missing } from '../tools.ts'
import { type Camera, run, startCamera, until } from './kit.ts'

const skip = missing('ffmpeg')
const LOGIN = 'user=admin&password=Vedette-1'
/** Central Europe: the last Sundays of March and October. */
const DST = {
  ...{
    enable: 1,
    offset: 1,
    startMon: 3,
    startWeek: 5,
    startWeekday: 0,
    startHour: 2,
    startMin: 0,
    startSec: 0,
  },
  ...{ endMon: 10, endWeek: 5, endWeekday: 0, endHour: 3, endMin: 0, endSec: 0 },
}

interface Moment {
  readonly year: number
  readonly mon: number
  readonly day: number
  readonly hour: number
  readonly min: number
  readonly sec: number
}

interface Found {
  readonly name: string
  readonly size: number
  readonly StartTime: Moment
  readonly EndTime: Moment
}

let camera: Camera

before(async () => {
  camera = await startCamera({ args: ['--segment', '5', '--source', 'scene:street?every=0&light=day'] })
  await camera.one({ cmd: 'SetAutoMaint', param: { AutoMaint: { enable: 0 } } })
  await camera.one({ cmd: 'SetNtp', param: { Ntp: { enable: 0 } } })
})
after(() => camera.stop())

const moment = (day: readonly [number, number, number], hour: number, min: number, sec: number): Moment => {
  const [year, mon, date] = day
  return { year, mon, day: date, hour, min, sec }
}

async function setClock(time: Moment): Promise<void> {
  const { code } = await camera.one({
    cmd: 'SetTime',
    param: { Time: { ...time, timeZone: -3600 }, Dst: DST },
  })
  assert.equal(code, 0)
}

async function shown(): Promise<Moment> {
  return (await camera.one({ cmd: 'GetTime' })).value.Time
}

async function search(StartTime: Moment, EndTime: Moment, onlyStatus = 0) {
  const param = { Search: { channel: 0, onlyStatus, streamType: 'main', StartTime, EndTime } }
  const { SearchResult } = (await camera.one({ cmd: 'Search', param })).value
  return { files: (SearchResult.File ?? []) as Found[], months: SearchResult.Status as object[] }
}

const secondOfDay = ({ hour, min, sec }: Moment) => hour * 3600 + min * 60 + sec

/** Every file comes whole and decodes. */
async function assertPlays(files: readonly Found[]): Promise<void> {
  for (const { name } of files) {
    const answer = await fetch(
      camera.url(`/cgi-bin/api.cgi?cmd=Download&source=${name}&output=a.mp4&${LOGIN}`),
    )
    const path = join(camera.dataDir, 'downloaded.mp4')
    writeFileSync(path, Buffer.from(await answer.arrayBuffer()))
    const { stderr } = await run('ffmpeg', ['-v', 'error', '-i', path, '-f', 'null', '-'])
    assert.equal(stderr, '', name)
  }
}

test('the hour that comes twice is recorded twice, and both are found', {
  skip,
  timeout: 90_000,
}, async () => {
  const day = [2026, 10, 25] as const
  await setClock(moment(day, 2, 59, 50))
  await until(
    'the hour begins again',
    async () => ((await shown()).hour === 2 && (await shown()).min < 59 ? true : undefined),
    30_000,
  )
  await new Promise((resolve) => setTimeout(resolve, 7000))
  const { files, months } = await search(moment(day, 2, 0, 0), moment(day, 2, 59, 59))
  const names = files.map(({ name }) => name)
  assert.deepEqual(names, [...new Set(names)].sort(), 'names are those of UTC')
  const starts = files.map(({ StartTime }) => StartTime.min)
  assert.ok(starts.some((min) => min === 59) && starts.some((min) => min === 0), starts.join())
  assert.ok(starts.indexOf(59) < starts.lastIndexOf(0), 'the first time comes first')
  await assertPlays(files.slice(0, -1))
  const table = (await search(moment(day, 0, 0, 0), moment(day, 23, 59, 59), 1)).months ?? months
  assert.match(JSON.stringify(table), /"mon":10,"table":"0{24}1/)
  const whole = await fetch(camera.url(`/export?start=20261025025950&end=20261025020500&${LOGIN}`))
  const path = join(camera.dataDir, 'both.mp4')
  writeFileSync(path, Buffer.from(await whole.arrayBuffer()))
  assert.equal((await run('ffmpeg', ['-v', 'error', '-i', path, '-f', 'null', '-'])).stderr, '')
  const seconds = Number(
    (await run('ffprobe', ['-v', 'error', '-show_entries', 'format=duration', '-of', 'csv=p=0', path]))
      .stdout,
  )
  assert.ok(seconds > 14, `${seconds} s`)
})

test('the hour that is left out leaves no gap', { skip, timeout: 90_000 }, async () => {
  const day = [2027, 3, 28] as const
  await setClock(moment(day, 1, 59, 50))
  await until('three o’clock', async () => ((await shown()).hour === 3 ? true : undefined), 30_000)
  await new Promise((resolve) => setTimeout(resolve, 7000))
  const { files } = await search(moment(day, 1, 59, 0), moment(day, 3, 59, 59))
  const hours = new Set(files.map(({ StartTime }) => StartTime.hour))
  assert.deepEqual([...hours], [1, 3])
  for (const [index, { StartTime }] of files.entries()) {
    const former = files[index - 1]?.EndTime
    if (former === undefined) continue
    const gap = (secondOfDay(StartTime) - secondOfDay(former)) % 3600
    assert.ok(gap >= -1 && gap <= 1, `${JSON.stringify(former)} → ${JSON.stringify(StartTime)}`)
  }
  await assertPlays(files.slice(0, -1))
})

test('a clock that jumps back and forth deletes nothing', { skip, timeout: 60_000 }, async () => {
  const autumn = await search(moment([2026, 10, 25], 0, 0, 0), moment([2026, 10, 25], 23, 59, 59))
  const spring = await search(moment([2027, 3, 28], 0, 0, 0), moment([2027, 3, 28], 23, 59, 59))
  assert.ok(autumn.files.length > 2 && spring.files.length > 2)
  for (const year of [2020, 2035]) {
    await setClock(moment([year, 5, 5], 12, 0, 0))
    await new Promise((resolve) => setTimeout(resolve, 6000))
    const { files } = await search(moment([year, 5, 5], 0, 0, 0), moment([year, 5, 5], 23, 59, 59))
    assert.ok(files.length > 0 && files[0]!.StartTime.sec <= 3, JSON.stringify(files))
  }
  const later = await search(moment([2026, 10, 25], 0, 0, 0), moment([2026, 10, 25], 23, 59, 59))
  assert.deepEqual(
    later.files.map(({ name }) => name),
    autumn.files.map(({ name }) => name),
  )
  await assertPlays(later.files.slice(-1))
})
