/** An hour in a few seconds, and the clock jumping meanwhile. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, test } from 'node:test'
import { recordingPath } from '../../src/recorder/names.ts'
import { OpenRecording } from '../../src/recorder/packets.ts'
import { missing } from '../tools.ts'
import { Bench, START_MS, stopBenches } from './bench.ts'

afterEach(stopBenches)

const skip = missing('ffmpeg')
const FRAME_90K = 6000

test('an hour has neither gap nor overlap, in picture and sound', { skip, timeout: 120_000 }, async () => {
  const bench = new Bench({ audio: true, soundDelayMs: 300, segmentMs: 300_000 })
  for (let minute = 0; minute < 60; minute += 1) {
    await bench.feed(60)
    // Of a recorder process that lags behind for many seconds the recorder would think that its disk hangs.
    await bench.written()
  }
  await bench.recorder.stop()
  const rows = bench.rows()
  assert.equal(rows.length, 12)
  const last = { video: -FRAME_90K, audio: Number.NaN }
  for (const { name, startMs } of rows) {
    const source = await OpenRecording.open(join(bench.folder, recordingPath(name)!))
    const offset90k = (startMs - rows[0]!.startMs) * 90
    for await (const { track, pts90k } of source.packets(0)) {
      const step = pts90k + offset90k - last[track]
      const [usual, slack] = track === 'video' ? [FRAME_90K, 180] : [5760, 5760]
      if (!Number.isNaN(step)) assert.ok(Math.abs(step - usual) <= slack, `${name}: ${track} ${step}`)
      last[track] = pts90k + offset90k
    }
    await source.close()
  }
  assert.ok(Math.abs(last.video / 90_000 - 3600) < 0.1, `${last.video}`)
  for (const { name } of rows) {
    const file = join(bench.folder, recordingPath(name)!)
    const { stderr } = spawnSync('ffmpeg', ['-v', 'error', '-i', file, '-c', 'copy', '-f', 'null', '-'])
    assert.equal(stderr.toString(), '', name)
  }
  bench.store.close()
  bench.remove()
})

test('when the clock jumps nothing is deleted, and both times are found', { skip }, async () => {
  const bench = new Bench({ segmentMs: 4000 })
  await bench.feed(8)
  bench.jump(-3 * 3600_000)
  await bench.feed(8)
  bench.jump(9 * 3600_000)
  await bench.feed(8)
  await bench.written()
  await bench.recorder.stop()
  const rows = bench.rows()
  const near = (ms: number) => rows.filter(({ startMs }) => Math.abs(startMs - ms) < 60_000).length
  assert.ok(near(START_MS) >= 2 && near(START_MS - 3 * 3600_000) >= 1 && near(START_MS + 6 * 3600_000) >= 1)
  for (const { name, state } of rows) {
    assert.equal(state, 'closed')
    assert.ok(existsSync(join(bench.folder, recordingPath(name)!)), name)
  }
  // What goes first is what was made first, not what has the earliest time.
  const ids = bench.store.recordings.oldest(100).map(({ id }) => id)
  assert.deepEqual(
    ids,
    ids.toSorted((one, other) => one - other),
  )
  assert.ok(Math.abs(bench.store.recordings.oldest(1)[0]!.startMs - START_MS) < 100)
  bench.store.close()
  bench.remove()
})
