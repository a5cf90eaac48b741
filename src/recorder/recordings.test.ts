import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { openStore } from '../store/store.ts'
import { recordingName } from './names.ts'
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
