import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Detector } from './detector.ts'
import { LOOK_WIDTH } from './grid.ts'
import { PERIOD_MS, TestPlace } from './test-pictures.ts'

/** Four cells are motion at the factory sensitivity. */
const ALARM = 4

interface Shown {
  readonly atS: number
  readonly moved: number
  readonly isUnsettled: boolean
}

/** Shows a detector what `pictureAt` gives for each moment, and tells what it saw. */
function show(seconds: number, pictureAt: (atS: number) => Uint8Array, detector = new Detector()): Shown[] {
  const shown: Shown[] = []
  for (let atMs = 0; atMs < seconds * 1000; atMs += PERIOD_MS) {
    const { moved, isUnsettled } = detector.look(pictureAt(atMs / 1000), atMs)
    shown.push({ atS: atMs / 1000, moved, isUnsettled })
  }
  return shown
}

/** Moments after the first, in which nothing is known. */
const most = (shown: readonly Shown[], fromS = 0, toS = 1e9) =>
  Math.max(...shown.filter(({ atS }) => atS >= fromS && atS < toS).map(({ moved }) => moved))

const person = (x: number) => ({ x, y: 40, width: 3, height: 7, contrast: 45 })

test('ten minutes of noise are no motion, however strong it is', () => {
  for (const [noise, seconds] of [
    [1, 60],
    [4, 600],
    [10, 60],
  ] as const) {
    const place = new TestPlace(noise)
    assert.ok(most(show(seconds, () => place.picture({ noise }))) < ALARM, `noise ${noise}`)
  }
})

test('somebody who walks in, an eighth of the picture high or a thirteenth, is seen at once and all the way', () => {
  const place = new TestPlace()
  for (const noise of [0, 1.5]) {
    const shown = show(14, (atS) =>
      place.picture({ noise, things: atS < 5 ? [] : [person(20 + 8 * (atS - 5))] }),
    )
    assert.ok(most(shown, 0, 5) < ALARM)
    assert.ok(most(shown, 5, 5.15) >= ALARM)
    const walking = shown.filter(({ atS }) => atS > 5.1)
    assert.ok(walking.filter(({ moved }) => moved >= ALARM).length > 0.95 * walking.length)
  }
})

test('who stands still is no motion after a second, and leaves no ghost when leaving', () => {
  const place = new TestPlace()
  const shown = show(40, (atS) =>
    place.picture({
      noise: 1,
      things: atS > 5 && atS < 30 ? [{ ...person(60), height: 30, width: 12 }] : [],
    }),
  )
  assert.ok(most(shown, 5, 6) > ALARM)
  assert.ok(most(shown, 6.3, 30) < ALARM)
  assert.ok(most(shown, 31.3) < ALARM)
})

test('somebody who leaves after standing for long is seen leaving, and not longer than a second', () => {
  const place = new TestPlace()
  const shown = show(40, (atS) =>
    place.picture({
      noise: 1,
      things: atS < 5 ? [] : [{ ...person(60 + Math.max(0, atS - 30) * 30), height: 30, width: 12 }],
    }),
  )
  assert.ok(most(shown, 30.1, 33) > ALARM)
  assert.ok(most(shown, 35) < ALARM)
})

test('light that changes slowly, pulsates or goes out at once is no motion', () => {
  const place = new TestPlace()
  const lights: Readonly<Record<string, (atS: number) => number>> = {
    'a cloud of 4 s': (atS) => 1 - 0.4 * Math.exp(-((atS - 15) ** 2) / 4),
    dusk: (atS) => 1 - atS / 60,
    'lamps of 3.3 Hz': (atS) => 1 + 0.08 * Math.sin(2 * Math.PI * 3.3 * atS),
    'switched off': (atS) => (atS > 15 ? 0.4 : 1),
    'switched on': (atS) => (atS > 15 ? 1.7 : 1),
  }
  for (const [name, lightAt] of Object.entries(lights)) {
    const shown = show(30, (atS) => place.picture({ noise: 1, light: lightAt(atS) }))
    const seen = shown.filter(({ moved }) => moved >= ALARM).length
    // Where the picture is blown out, the light cannot be told from what it shows, but only in that picture.
    assert.ok(seen <= (name === 'switched on' ? 1 : 0), `${name}: ${seen}`)
  }
})

test('a lamp that lights a part of the picture is seen in one picture at most', () => {
  const place = new TestPlace()
  const lamp = { x: 20, y: 10, width: 50, height: 40, contrast: 40 }
  const shown = show(20, (atS) => place.picture({ noise: 1, things: atS > 10 ? [lamp] : [] }))
  assert.ok(shown.filter(({ moved }) => moved >= ALARM).length <= 1)
})

test('day that becomes night is no motion, and somebody is seen soon after it', () => {
  const [day, night] = [new TestPlace(1), new TestPlace(2)]
  const mirrored = (picture: Uint8Array) => {
    const other = new Uint8Array(picture.length)
    for (let at = 0; at < picture.length; at += 1) {
      const x = at % LOOK_WIDTH
      other[at] = 200 - picture[at - x + (LOOK_WIDTH - 1 - x)]!
    }
    return other
  }
  const shown = show(30, (atS) => {
    const things = atS > 20 ? [person(20 + 8 * (atS - 20))] : []
    return atS < 10 ? day.picture({ noise: 1 }) : mirrored(night.picture({ noise: 4, things }))
  })
  assert.ok(most(shown, 0, 20) < ALARM)
  assert.ok(most(shown, 20, 20.5) >= ALARM)
})

test('something large and near is seen although it covers most of the picture', () => {
  const place = new TestPlace()
  const shown = show(20, (atS) =>
    place.picture({
      noise: 1,
      things:
        atS < 10
          ? []
          : [{ x: Math.round(-120 + 60 * (atS - 10)), y: 5, width: 120, height: 85, contrast: -50 }],
    }),
  )
  const passing = shown.filter(({ atS }) => atS > 10.5 && atS < 13.5)
  assert.ok(passing.filter(({ moved }) => moved > ALARM).length > 0.8 * passing.length)
})

test('after the head has moved nothing is told of what was before', () => {
  const [before, after] = [new TestPlace(1), new TestPlace(1)]
  const detector = new Detector()
  show(5, () => before.picture({ noise: 1 }), detector)
  detector.forget()
  const things = [{ x: 0, y: 0, width: 60, height: 90, contrast: 60 }]
  assert.equal(detector.look(after.picture({ things }), 5000).moved, 0)
  assert.equal(detector.look(after.picture({ things }), 5143).moved, 0)
})
