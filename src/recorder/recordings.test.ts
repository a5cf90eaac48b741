import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { test } from 'node:test'
import type { StoredFile } from '../api/define/command.ts'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { HEAD_BYTES } from '../media/container/mp4/writer.ts'
import type { RecordingStore } from '../store/recordings.ts'
import { openStore } from '../store/store.ts'
import { recordingName, recordingPath } from './names.ts'
import { Recordings } from './recordings.ts'

test('a file that grows past midnight belongs to both days', () => {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-rows-'))
  const store = openStore({ dataDir, clock: systemClock, log: silentLog })
  const span = { channel: 0, stream: 'main' } as const
  const midnight = Date.UTC(2026, 11, 1)
  const startMs = midnight - 60_000
  store.recordings.insert({
    ...span,
    ...{ name: recordingName(startMs, 'main'), startMs, endMs: startMs, sizeBytes: 0 },
    ...{ width: 640, height: 360, frameRate: 7, runUpMs: 0, state: 'open' },
  })
  let endMs = startMs
  const recorder = {
    configure: () => undefined,
    present: <T extends object>(row: T) => ({ ...row, sizeBytes: 1000, endMs }),
  }
  const recordings = new Recordings({ index: store.recordings, recorders: [recorder], folder: dataDir })
  const hasDecember = () => recordings.hasAny(span, midnight, midnight + 86_400_000)
  assert.equal(hasDecember(), false)
  endMs = midnight + 5000
  assert.equal(hasDecember(), true)
  assert.deepEqual(recordings.extent(span), { startMs, endMs })
  assert.equal(recordings.between(span, midnight + 1000, midnight + 2000, 10).length, 1)
  assert.equal(recordings.hasAny({ ...span, stream: 'sub' }, midnight, midnight + 1), false)
  store.close()
  rmSync(dataDir, { recursive: true, force: true })
})

test('a year of files is looked up as it is taken, the one that grows at the end', () => {
  const startOf = (index: number) => Date.UTC(2026, 0, 1) + index * 60_000
  const rows = Array.from({ length: 1300 }, (_, index) => ({
    ...{ id: index + 1, channel: 0, stream: 'main', sizeBytes: 9, state: index < 1299 ? 'closed' : 'open' },
    // Two of them begin at the same time, where a page ends.
    startMs: startOf(index === 500 ? 499 : index),
    endMs: startOf(index < 1299 ? index + 1 : index),
  }))
  const limits: number[] = []
  const index = {
    between: (_span: object, fromMs: number, toMs: number, limit: number) => {
      limits.push(limit)
      return rows.filter(({ startMs, endMs }) => startMs <= toMs && endMs >= fromMs).slice(0, limit)
    },
    unfinished: () => rows.slice(-1),
  } as unknown as RecordingStore
  const recordings = new Recordings({ index, recorders: [], folder: '' })
  const each = () => recordings.each({ channel: 0, stream: 'main' }, startOf(0), startOf(2000))
  assert.equal(each().next().value?.id, 1)
  assert.equal(limits.length, 1)
  assert.deepEqual(
    [...each()].map(({ id }) => id),
    rows.map(({ id }) => id),
  )
})

test('a file that is closed while it is downloaded is sent as it was', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-rows-'))
  const startMs = Date.UTC(2026, 10, 23, 12)
  const name = recordingName(startMs, 'main')
  const row = {
    ...{ id: 1, name, channel: 0, stream: 'main', startMs, endMs: startMs + 1000, sizeBytes: 100 },
    ...{ width: 640, height: 360, frameRate: 7, runUpMs: 0, state: 'open' },
  } as const
  const recordings = new Recordings({
    index: { find: () => row } as unknown as RecordingStore,
    recorders: [],
    folder,
  })
  const path = join(folder, recordingPath(name)!)
  mkdirSync(dirname(path))
  const growing = Buffer.alloc(100, 7)
  growing.write('free', HEAD_BYTES - 12)
  const closed = Buffer.alloc(120, 7)
  closed.write('mdat', HEAD_BYTES - 12)
  const read = async (first: number, last: number, file: StoredFile | undefined) =>
    Buffer.concat(await file!.read(first, last).toArray())
  writeFileSync(path, growing)
  const before = await recordings.file(name)
  writeFileSync(path, closed)
  assert.ok((await read(0, 99, before)).equals(growing))
  assert.ok((await read(30, 40, before)).equals(growing.subarray(30, 41)))
  assert.ok((await read(60, 60, before)).equals(growing.subarray(60, 61)))
  // The index does not know yet that it is complete.
  const after = await recordings.file(name)
  assert.equal(after?.sizeBytes, 120)
  assert.ok((await read(0, 119, after)).equals(closed))
  rmSync(folder, { recursive: true, force: true })
})
