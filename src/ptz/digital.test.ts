import assert from 'node:assert/strict'
import { test } from 'node:test'
import { manualTime } from '../base/timers.ts'
import { type HeadMotion, lensOf, MAX_ZOOM, type Pose, poseAt, WIDE } from '../engine/head/motion.ts'
import { DigitalHead } from './digital.ts'

const HOME: Pose = { ...WIDE, zoom: 2, focus: 0.42 }

function setUp(pose = HOME) {
  const time = manualTime()
  const rests: Pose[] = []
  const motions: HeadMotion[] = []
  const head = new DigitalHead({
    clock: time.clock,
    timers: time,
    pose,
    show: (motion) => motions.push(motion),
    rested: (at) => rests.push(at),
  })
  return { head, time, rests, motions }
}

test('turning goes on until the edge of the picture', async () => {
  const { head, time } = setUp()
  const limitMs = await head.turn({ pan: 1, tilt: -1 }, 64)
  time.advance(limitMs)
  assert.deepEqual([head.pose().pan, head.pose().tilt], [0.75, 0.25])
})

test('twice the speed covers about twice the way', async () => {
  const wayAt = async (speed: number) => {
    const { head, time } = setUp()
    await head.turn({ pan: -1, tilt: 0 }, speed)
    time.advance(600)
    return HOME.pan - head.pose().pan
  }
  const ratio = (await wayAt(40)) / (await wayAt(20))
  assert.ok(ratio > 1.7 && ratio <= 2.01, `${ratio}`)
})

test('the engine sees the same pose at every moment, without being told again', async () => {
  const { head, time, motions } = setUp()
  await head.turn({ pan: 1, tilt: 0 }, 20)
  const told = motions.length
  for (let step = 0; step < 20; step += 1) {
    time.advance(33)
    assert.deepEqual(poseAt(motions.at(-1)!, time.clock.monotonicMs()), head.pose())
  }
  assert.equal(motions.length, told)
})

test('the picture never jumps, whatever is ordered when', async () => {
  const { head, time } = setUp()
  const place = { kind: 'pose', pan: 0.2, tilt: 0.8, zoom: 6, focus: 0.6 } as const
  const orders = [
    () => head.turn({ pan: 1, tilt: 1 }, 64),
    () => head.turn({ pan: -1, tilt: 0 }, 10),
    () => head.zoom(1, 64),
    () => head.goTo(place, 64),
    () => head.turn({ pan: 0, tilt: -1 }, 64),
    () => head.stop(),
    () => head.zoom(-1, 64),
    () => head.goTo(place, 5),
  ]
  let last = head.pose()
  for (const order of orders) {
    await order()
    for (let ms = 0; ms < 420; ms += 10) {
      time.advance(10)
      const now = head.pose()
      // No axis is faster than 0.5 shares of the view or 2 octaves a second; zooming out takes the view along.
      assert.ok(Math.abs(now.pan - last.pan) < 0.012 && Math.abs(now.tilt - last.tilt) < 0.012)
      assert.ok(Math.abs(Math.log2(now.zoom / last.zoom)) <= 0.0201)
      last = now
    }
  }
})

test('the axes of a travel arrive together, exactly', async () => {
  const { head, time } = setUp()
  const place = { kind: 'pose', pan: 0.3, tilt: 0.6, zoom: 4, focus: 0.5 } as const
  const wayMs = await head.goTo(place, 32)
  time.advance(wayMs - 60)
  const { pan, tilt, zoom } = head.pose()
  assert.ok(pan !== 0.3 && tilt !== 0.6 && zoom !== 4)
  time.advance(60)
  assert.deepEqual([head.pose().pan, head.pose().tilt, head.pose().zoom], [0.3, 0.6, 4])
})

test('auto focus hunts after a motion: out of focus, and locked within 1.5 s', async () => {
  const { head, time } = setUp()
  await head.setAutoFocus(true)
  await head.zoom(1, 64)
  time.advance(1490)
  await head.stop()
  let most = 0
  let sharpAtMs = 0
  for (let ms = 0; ms < 2000; ms += 10) {
    time.advance(10)
    const { blur } = lensOf(head.pose())
    most = Math.max(most, blur)
    if (blur > 0) sharpAtMs = ms
  }
  assert.ok(head.pose().zoom === MAX_ZOOM || head.pose().zoom > 4)
  assert.ok(most > 0.05)
  assert.ok(sharpAtMs < 1500, `${sharpAtMs}`)
})

test('without auto focus the lens stays where it was put', async () => {
  const { head, time } = setUp()
  await head.focus(1, 64)
  time.advance(300)
  await head.stop()
  time.advance(500)
  const { focus } = head.pose()
  assert.ok(focus > HOME.focus + 0.02)
  await head.turn({ pan: 1, tilt: 0 }, 64)
  time.advance(5000)
  assert.equal(head.pose().focus, focus)
  await head.setAutoFocus(true)
  time.advance(1500)
  assert.ok(lensOf(head.pose()).blur === 0)
})

test('it tells where it came to rest', async () => {
  const { head, time, rests } = setUp()
  await head.turn({ pan: 1, tilt: 0 }, 64)
  time.advance(100)
  await head.stop()
  assert.equal(rests.length, 0)
  time.advance(1000)
  assert.deepEqual(rests.at(-1), head.pose())
})
