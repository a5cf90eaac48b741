import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { systemClock } from '../base/clock.ts'
import { silentLog } from '../base/log.ts'
import { openStore } from '../store/store.ts'
import { MotionStrip } from './motion-strip.ts'

const NOON = Date.UTC(2026, 10, 23, 12)

function strips(): { make: (earliestMs?: number) => MotionStrip; end: () => void } {
  const dataDir = mkdtempSync(join(tmpdir(), 'vedette-strip-'))
  const store = openStore({ dataDir, clock: systemClock, log: silentLog })
  return {
    make: (earliestMs) =>
      new MotionStrip({ store: store.motion, earliestMs: () => earliestMs, log: silentLog }),
    end: () => {
      store.close()
      rmSync(dataDir, { recursive: true })
    },
  }
}

test('motion is read by second, also before it is written, and outlives the program once it is', () => {
  const { make, end } = strips()
  const strip = make()
  for (const [second, score] of [0, 0.5, 1, 7, -1].entries()) strip.note(0, NOON + second * 1000 + 300, score)
  const wanted = [0, 1, 128, 255, 255, 1, 0]
  assert.deepEqual([...strip.levels(0, NOON - 1000, NOON + 6000, 1)], wanted)
  assert.deepEqual([...make().levels(0, NOON - 1000, NOON + 6000, 1)], Array(7).fill(0))
  strip.flush()
  assert.deepEqual([...make().levels(0, NOON - 1000, NOON + 6000, 1)], wanted)
  assert.deepEqual([...make().levels(0, NOON, NOON + 6000, 3)], [255, 255])
  assert.deepEqual([...make().levels(1, NOON, NOON + 2000, 1)], [0, 0])
  end()
})

test('of a second that comes twice the greater level stays', () => {
  const { make, end } = strips()
  for (const score of [0.25, 1, 0.5]) {
    const strip = make()
    strip.note(0, NOON, score)
    strip.flush()
  }
  assert.deepEqual([...make().levels(0, NOON, NOON + 1000, 1)], [255])
  end()
})

test('what is earlier than the earliest recording goes', () => {
  const { make, end } = strips()
  const strip = make()
  strip.note(0, NOON - 7200_000, 1)
  strip.note(0, NOON, 1)
  strip.flush()
  const later = make(NOON - 60_000)
  later.flush()
  assert.deepEqual([...later.levels(0, NOON - 7200_000, NOON - 7199_000, 1)], [0])
  assert.deepEqual([...later.levels(0, NOON, NOON + 1000, 1)], [255])
  end()
})
