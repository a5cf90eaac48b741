import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { recordingPath } from '../../src/recorder/names.ts'
import { until } from '../camera/kit.ts'
import { ALWAYS, Bench, START_MS, stopBenches } from './bench.ts'

afterEach(stopBenches)

const skip = spawnSync('ffmpeg', ['-version']).status === 0 ? false : 'ffmpeg is not installed'

/** Seconds of pictures that FFmpeg decodes of a file, without any complaint. */
function decodedSeconds(file: string): number {
  const { stderr } = spawnSync('ffmpeg', ['-v', 'error', '-i', file, '-f', 'null', '-'])
  assert.equal(stderr.toString(), '', file)
  const { stdout } = spawnSync('ffprobe', [
    ...['-v', 'error', '-select_streams', 'v', '-count_packets', '-show_entries', 'stream=nb_read_packets'],
    ...['-of', 'csv=p=0', file],
  ])
  return Number(stdout) / 15
}

const pathOf = (bench: Bench, name: string) => join(bench.folder, recordingPath(name)!)

/** Feeds until something is so. */
async function feedUntil(bench: Bench, isSo: () => boolean): Promise<void> {
  for (let round = 0; round < 50 && !isSo(); round += 1) {
    await bench.feed(2)
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
}

test('records segments without gap and overlap, each with its row', { skip }, async () => {
  const bench = new Bench({ audio: true })
  await bench.feed(34)
  await bench.recorder.stop()
  const rows = bench.rows()
  assert.equal(rows.length, 4)
  for (const [index, row] of rows.entries()) {
    assert.equal(row.state, 'closed')
    assert.equal(row.sizeBytes, statSync(pathOf(bench, row.name)).size)
    const next = rows[index + 1]
    if (next) assert.equal(next.startMs - row.endMs, 0)
  }
  const total = rows.reduce((sum, { name }) => sum + decodedSeconds(pathOf(bench, name)), 0)
  assert.equal(total, 34)
  assert.ok(rows[0]!.startMs - START_MS < 100)
  assert.match(rows[0]?.name ?? '', /^Rec_20261123_120000_0\d\d_M\.mp4$/)
  bench.store.close()
  bench.remove()
})

test('with an event, the moments before it are recorded and how long they are is told', {
  skip,
}, async () => {
  const bench = new Bench({ recordOn: 'motion', segmentMs: 300_000 })
  await bench.feed(20)
  assert.equal(bench.rows().length, 0)
  bench.recorder.event(true)
  await bench.feed(4)
  bench.recorder.event(false)
  await bench.feed(14)
  assert.ok(bench.recorder.isRecording)
  await bench.feed(10)
  assert.equal(bench.recorder.isRecording, false)
  await bench.recorder.stop()
  const [row, ...others] = bench.rows()
  assert.equal(others.length, 0)
  assert.ok(row!.runUpMs >= 5000 && row!.runUpMs < 9000, `${row!.runUpMs}`)
  const eventMs = START_MS + 20_000
  assert.ok(Math.abs(eventMs - row!.startMs - row!.runUpMs) < 200)
  const seconds = decodedSeconds(pathOf(bench, row!.name))
  // run-up, 4 s of the event and 15 s after it, to the second in which it is looked.
  assert.ok(seconds >= row!.runUpMs / 1000 + 19 - 0.2 && seconds <= row!.runUpMs / 1000 + 23, `${seconds}`)
  bench.store.close()
  bench.remove()
})

test('outside of the scheduled hours nothing is recorded', { skip }, async () => {
  const hours = '1'.repeat(168).split('')
  hours[24 + 12] = '0' // Monday 12:00
  const plan = { ...ALWAYS, hours: hours.join('') }
  const bench = new Bench({ plan })
  await bench.feed(10)
  assert.equal(bench.rows().length, 0)
  bench.clock.advance(3600_000)
  await bench.feed(6)
  await bench.recorder.stop()
  assert.equal(bench.rows().length, 1)
  bench.store.close()
  bench.remove()
})

test('when the recorder process is killed, the file is closed and nothing is missing', { skip }, async () => {
  const bench = new Bench({ segmentMs: 300_000 })
  await bench.feed(12)
  await bench.written()
  process.kill(bench.recorder.writerPid!, 'SIGKILL')
  // What comes before the death is noticed is in the ring.
  await bench.feed(2)
  await until('another process has closed the file', () =>
    bench.rows()[0]?.state === 'closed' ? true : undefined,
  )
  await bench.feed(10)
  await bench.recorder.stop()
  const rows = bench.rows()
  assert.ok(rows.length >= 2)
  assert.ok(rows.every(({ state }) => state === 'closed'))
  for (const [index, row] of rows.entries()) {
    assert.ok(Math.abs(decodedSeconds(pathOf(bench, row.name)) * 1000 - (row.endMs - row.startMs)) < 200)
    const next = rows[index + 1]
    if (next) assert.ok(next.startMs <= row.endMs + 67, 'a gap')
  }
  assert.ok(rows.at(-1)!.endMs >= START_MS + 24_000 - 100)
  bench.store.close()
  bench.remove()
})

test('with overwriting the oldest go, and the one being written stays', { skip }, async () => {
  let bench: Bench | undefined
  const capacityBytes = 4_000_000
  const used = () => {
    if (bench === undefined) return 0
    const files = readdirSync(bench.folder, { recursive: true, withFileTypes: true })
    return files
      .filter((file) => file.isFile())
      .reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0)
  }
  bench = new Bench({ space: () => ({ capacityBytes, freeBytes: capacityBytes - used() }) })
  // In steps: a disk is not filled faster than files can be deleted.
  for (let round = 0; round < 20; round += 1) {
    await bench.feed(8)
    await bench.written()
  }
  await new Promise((resolve) => setTimeout(resolve, 200))
  await bench.recorder.stop()
  const rows = bench.rows()
  assert.ok(rows.length >= 3 && rows.length < 14, `${rows.length}`)
  assert.equal(rows.at(-1)!.endMs, START_MS + 160_000)
  assert.ok(used() <= capacityBytes)
  assert.equal(readdirSync(join(bench.folder, '2026-11-23')).length, rows.length)
  bench.store.close()
  bench.remove()
})

test('a disk that others have filled is told, also with overwriting', { skip }, async () => {
  let freeBytes = 1e9
  const bench = new Bench({ space: () => ({ capacityBytes: 1e9, freeBytes }) })
  await bench.feed(6)
  freeBytes = 1000
  await feedUntil(bench, () => !bench.recorder.isRecording)
  assert.deepEqual(bench.alarms, ['disk-full'])
  freeBytes = 1e9
  await feedUntil(bench, () => bench.alarms.length > 1)
  assert.deepEqual(bench.alarms, ['disk-full', undefined])
  await bench.stop()
})

test('without overwriting it stops with an alarm, and goes on when there is room', { skip }, async () => {
  let freeBytes = 1e9
  const plan = { ...ALWAYS, overwrite: false }
  const bench = new Bench({ plan, space: () => ({ capacityBytes: 1e9, freeBytes }) })
  await bench.feed(6)
  freeBytes = 1000
  await bench.feed(8)
  assert.deepEqual(bench.alarms, ['disk-full'])
  assert.equal(bench.recorder.isRecording, false)
  const before = bench.rows().length
  freeBytes = 1e9
  await bench.feed(8)
  assert.deepEqual(bench.alarms, ['disk-full', undefined])
  assert.equal(bench.rows().length, before + 1)
  await bench.stop()
})

test('a volume that is gone is told, and recording goes on when it is back', { skip }, async () => {
  const bench = new Bench()
  await bench.feed(6)
  bench.isReady = false
  await bench.feed(4)
  assert.deepEqual(bench.alarms, ['disk-missing'])
  const before = bench.rows().length
  bench.isReady = true
  await bench.feed(4)
  assert.equal(bench.rows().length, before + 1)
  assert.deepEqual(bench.alarms, ['disk-missing', undefined])
  await bench.stop()
})

test('index and folder agree after a start, whatever was lost', { skip }, async () => {
  const first = new Bench({ segmentMs: 4000 })
  await first.feed(20)
  await first.recorder.stop()
  const names = first.rows().map(({ name }) => name)
  assert.equal(names.length, 5)
  // A row is lost, a file is lost, a file is none of ours.
  first.store.recordings.remove([first.rows()[1]!.id])
  rmSync(pathOf(first, names[3]!))
  writeFileSync(join(first.folder, '2026-11-23/notes.txt'), 'mine')
  first.store.close()
  const second = new Bench({ folder: first.folder, dataDir: first.dataDir })
  const wanted = [names[0], names[1], names[2], names[4]]
  const found = () => second.rows().map(({ name }) => name)
  for (let tries = 0; tries < 100 && found().join() !== wanted.join(); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 100))
  assert.deepEqual(found(), wanted)
  assert.ok(readdirSync(join(second.folder, '2026-11-23')).includes('notes.txt'))
  await second.stop()
})

test('a disk that hangs is told, holds back no more than is bounded, and gets it when it goes on', {
  skip,
}, async () => {
  const bench = new Bench({ segmentMs: 300_000, maxWaitingBytes: 1_000_000 })
  await bench.feed(4)
  await bench.written()
  process.kill(bench.recorder.writerPid!, 'SIGSTOP')
  await feedUntil(bench, () => bench.alarms.length > 0)
  assert.deepEqual(bench.alarms, ['disk-error'])
  const atMs = bench.clock.wallMs()
  await bench.feed(60)
  assert.equal(bench.rows().length, 1)
  process.kill(bench.recorder.writerPid!, 'SIGCONT')
  await feedUntil(bench, () => bench.alarms.length > 1)
  assert.deepEqual(bench.alarms, ['disk-error', undefined])
  await bench.feed(4)
  await bench.recorder.stop()
  const [first, second] = bench.rows()
  assert.ok(first!.state === 'closed' && second!.state === 'closed')
  // What waited is there; what came afterwards is not.
  assert.ok(Math.abs(first!.endMs - atMs) < 3000 && second!.startMs >= atMs + 50_000)
  for (const { name, startMs, endMs } of [first!, second!])
    assert.ok(Math.abs(decodedSeconds(pathOf(bench, name)) * 1000 - (endMs - startMs)) < 200)
  bench.store.close()
  bench.remove()
})

test('all recordings can be erased while one is being made', { skip }, async () => {
  const bench = new Bench({ segmentMs: 4000 })
  await bench.feed(12)
  await bench.recorder.erase(async () => rmSync(join(bench.folder, '2026-11-23'), { recursive: true }))
  await bench.feed(4)
  await bench.recorder.stop()
  const rows = bench.rows()
  assert.ok(rows.length >= 1 && rows.length <= 2)
  assert.ok(rows[0]!.startMs >= START_MS + 10_000)
  bench.store.close()
  bench.remove()
})
