import assert from 'node:assert/strict'
import { test } from 'node:test'
import { sectionsOf } from './history.ts'

const MINUTE_MS = 60_000

test('years of files are as many sections as there are gaps, and others have their turn meanwhile', async () => {
  function* files() {
    for (let minute = 0; minute < 30_000; minute += 1) {
      const startMs = minute * MINUTE_MS
      const isLast = minute === 29_999
      // One of ten thousand is missing.
      if (minute % 10_000 !== 5000)
        yield { startMs, endMs: startMs + MINUTE_MS, state: isLast ? 'open' : 'closed' }
    }
  }
  let turns = 0
  let isOver = false
  const count = () => {
    turns += 1
    if (!isOver) setImmediate(count)
  }
  setImmediate(count)
  const sections = await sectionsOf(files())
  isOver = true
  assert.deepEqual(
    sections.map(({ startMs, endMs }) => [startMs / MINUTE_MS, endMs && endMs / MINUTE_MS]),
    [
      [0, 5000],
      [5001, 15_000],
      [15_001, 25_000],
      [25_001, undefined],
    ],
  )
  assert.ok(turns > 20, `${turns} turns`)
})
