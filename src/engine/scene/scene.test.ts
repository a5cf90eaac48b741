import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { SceneSpecification } from '../source/specification.ts'
import { createPlanes, type Planes } from './canvas.ts'
import { moverAt, PANORAMA, visibleArea } from './movement.ts'
import { Scene } from './scene.ts'

const street: SceneSpecification = { kind: 'scene', everySeconds: 20, forSeconds: 8, seed: 1, light: 'day' }

function open(change: Partial<SceneSpecification> = {}) {
  const planes = createPlanes(PANORAMA)
  return { planes, scene: new Scene({ ...street, ...change }, planes) }
}

/** Smallest area around all pixels of luma that differ. */
function difference(
  a: Uint8Array,
  b: Uint8Array,
): { left: number; right: number; top: number; bottom: number } | undefined {
  let [left, right, top, bottom] = [PANORAMA.width, -1, PANORAMA.height, -1]
  for (let at = 0; at < a.length; at += 1) {
    if (a[at] === b[at]) continue
    const [x, y] = [at % PANORAMA.width, Math.floor(at / PANORAMA.width)]
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  return right < 0 ? undefined : { left, right, top, bottom }
}

const copyOf = ({ y, u, v }: Planes) => Buffer.concat([y, u, v])
const meanOf = (bytes: Uint8Array) => bytes.reduce((sum, value) => sum + value, 0) / bytes.length

test('paints the same picture for the same seed and time', () => {
  const [a, b, other] = [open(), open(), open({ seed: 2 })]
  for (const { scene } of [a, b, other]) scene.paint(16_000, 0)
  assert.ok(copyOf(a.planes).equals(copyOf(b.planes)))
  assert.ok(!copyOf(a.planes).equals(copyOf(other.planes)))
})

test('stands still to the last bit while nothing moves', () => {
  const { scene, planes } = open()
  scene.paint(1000, 0)
  const before = copyOf(planes)
  const { version } = scene
  scene.paint(11_000, 0)
  assert.equal(scene.version, version)
  scene.paint(16_000, 0)
  assert.notEqual(scene.version, version)
  scene.paint(25_000, 0)
  assert.ok(copyOf(planes).equals(before))
})

for (const [kind, atSeconds] of [
  ['pedestrian', 13.3],
  ['pedestrian', 18.2],
  ['car', 36.7],
  ['cyclist', 53],
  ['cyclist', 56],
  ['car', 72.4],
  ['car', 79.6],
] as const) {
  test(`paints the ${kind} at ${atSeconds} s where the truth says, and nowhere else`, () => {
    const { scene, planes } = open()
    scene.paint(0, 0)
    const still = planes.y.slice()
    scene.paint(atSeconds * 1000, 0)
    const mover = moverAt(street, atSeconds * 1000)
    assert.equal(mover?.kind, kind)
    const area = visibleArea(mover)
    const changed = difference(still, planes.y)
    assert.ok(area && changed)
    assert.ok(
      changed.left >= area.x && changed.right < area.x + area.width,
      JSON.stringify({ changed, area }),
    )
    assert.ok(
      changed.top >= area.y && changed.bottom < area.y + area.height,
      JSON.stringify({ changed, area }),
    )
    // The box is not larger than needed: the paint fills most of its height and width.
    if (area.width === mover.box.width) assert.ok(changed.bottom - changed.top > area.height * 0.85)
    assert.ok(changed.right - changed.left > area.width * 0.6)
  })
}

test('is dark at night with bright windows, and by the clock follows the time of day', () => {
  const luma = (light: SceneSpecification['light'], hour: number) => {
    const { scene, planes } = open({ light })
    scene.paint(0, hour * 3600)
    return planes.y
  }
  const [day, night] = [luma('day', 0), luma('night', 12)]
  assert.ok(meanOf(day) > 2 * meanOf(night))
  assert.ok(night.some((value) => value > 180))
  assert.ok(Buffer.from(luma('clock', 12)).equals(day))
  assert.ok(Buffer.from(luma('clock', 3)).equals(night))
  const dusk = meanOf(luma('clock', 18.75))
  assert.ok(dusk < meanOf(day) - 10 && dusk > meanOf(night) + 10)
})
