import assert from 'node:assert/strict'
import { test } from 'node:test'
import { PlayClock } from './play-clock.ts'

/** Time from the arrival of each picture to its showing. */
function delays(
  clock: PlayClock,
  arrivals: readonly (readonly [stampMs: number, nowMs: number])[],
): number[] {
  return arrivals.map(([stampMs, nowMs]) => Math.round(clock.showAt(stampMs, nowMs) - nowMs))
}

test('plays a paced source by its own time stamps, however fast it is read', () => {
  const clock = new PlayClock('paced')
  const shown = [0, 40, 80, 1000, 1500].map((stampMs, index) => clock.showAt(stampMs, 5000 + index))
  assert.deepEqual(shown, [5000, 5040, 5080, 6000, 6500])
})

test('moves the play of a paced source that is late back at once', () => {
  const clock = new PlayClock('paced')
  assert.equal(clock.showAt(0, 1000), 1000)
  assert.equal(clock.showAt(40, 1600), 1600)
  assert.equal(clock.showAt(80, 1601), 1640)
})

test('shows live pictures at even distances although they arrive unevenly', () => {
  const clock = new PlayClock('live')
  const arrivals = [0, 12, -9, 25, 3, -14, 22, 0].map(
    (jitterMs, index) => [index * 40, 9000 + index * 40 + jitterMs] as const,
  )
  clock.showAt(-40, 8946)
  const shown = arrivals.map(([stampMs, nowMs]) => clock.showAt(stampMs, nowMs))
  for (const [index, time] of shown.entries()) {
    assert.ok(time >= arrivals[index]![1], 'not before it arrived')
    if (index > 0)
      assert.ok(Math.abs(time - shown[index - 1]! - 40) < 1.5, `evenly: ${time - shown[index - 1]!}`)
  }
})

test('does not keep the delay of the pictures a live server sends in advance', () => {
  const arrivals = Array.from({ length: 50 }, (_, index) => [index * 40, 1000 + index] as const)
  assert.equal(delays(new PlayClock('live'), arrivals).at(-1), 40)
})

test('catches up with a live source after a stall', () => {
  const clock = new PlayClock('live')
  clock.showAt(0, 1000)
  const late = Array.from({ length: 100 }, (_, index) => [40 + index * 40, 5000 + index] as const)
  assert.equal(delays(clock, late).at(-1), 40)
})

test('begins anew when the time stamps jump', () => {
  for (const manner of ['paced', 'live'] as const) {
    const clock = new PlayClock(manner)
    const first = clock.showAt(0, 1000)
    assert.equal(clock.showAt(90_000_000, 1040), first + 40)
    assert.equal(clock.showAt(40, 1080), first + 80)
  }
})

test('lets sound follow the pictures', () => {
  const clock = new PlayClock('paced')
  assert.equal(clock.hearAt(0), undefined)
  clock.showAt(100, 5000)
  assert.equal(clock.hearAt(200)! - clock.hearAt(100)!, 100)
  assert.ok(Math.abs(clock.hearAt(100)! - 5000) <= 60)
})
