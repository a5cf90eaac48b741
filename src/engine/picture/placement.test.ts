import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type ViewWindow, WHOLE } from '../head/motion.ts'
import { barAreas, maskAreas, placementOf, type Sight } from './placement.ts'

const scene = { width: 2560, height: 1440, pixelAspect: 1 }
const narrow = { width: 480, height: 360, pixelAspect: 1 }
const main = { width: 1280, height: 720 }
const sight = (change: Partial<Sight> = {}): Sight => ({
  screen: main,
  crop: WHOLE,
  window: WHOLE,
  ...change,
})
const sub = { width: 640, height: 360 }

test('a mask is scaled to each stream and rounded outwards', () => {
  const mask = { x: 111 / 1280, y: 95 / 720, width: 36 / 1280, height: 166 / 720 }
  assert.deepEqual(maskAreas([mask], placementOf(scene, 'fill', main, sight()), main), [
    { x: 111, y: 95, width: 36, height: 166 },
  ])
  assert.deepEqual(maskAreas([mask], placementOf(scene, 'fill', sub, sight()), sub), [
    { x: 55, y: 47, width: 19, height: 84 },
  ])
})

test('a mask lies on the screen, whatever the shape of the source', () => {
  const mask = { x: 0, y: 0, width: 0.5, height: 1 }
  const placement = placementOf(narrow, 'fit', main, sight())
  assert.deepEqual(placement.inner, { x: 160, y: 0, width: 960, height: 720 })
  assert.deepEqual(maskAreas([mask], placement, main), [{ x: 0, y: 0, width: 640, height: 720 }])
})

test('a crop of the screen is a part of the picture', () => {
  const crop = { x: 0.25, y: 0.5, width: 0.5, height: 0.5 }
  const { part, inner, seen } = placementOf(scene, 'fill', main, sight({ crop }))
  assert.deepEqual([part, seen], [crop, crop])
  assert.deepEqual(inner, { x: 0, y: 0, width: 1280, height: 720 })
})

test('a crop of another shape stands between bars', () => {
  const crop = { x: 0, y: 0, width: 0.25, height: 1 / 3 }
  const placement = placementOf(scene, 'fill', main, sight({ crop }))
  assert.deepEqual(placement.inner, { x: 160, y: 0, width: 960, height: 720 })
  assert.deepEqual(barAreas(placement, main), [
    { x: 0, y: 0, width: 160, height: 720 },
    { x: 1120, y: 0, width: 160, height: 720 },
  ])
})

test('a mask is magnified with the crop', () => {
  const crop = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 }
  const mask = { x: 0.5, y: 0.5, width: 0.125, height: 0.125 }
  const areas = maskAreas([mask], placementOf(scene, 'fill', main, sight({ crop })), main)
  assert.deepEqual(areas, [{ x: 640, y: 360, width: 320, height: 180 }])
  const outside = { x: 0, y: 0, width: 0.25, height: 1 }
  assert.deepEqual(maskAreas([outside], placementOf(scene, 'fill', main, sight({ crop })), main), [])
})

test('a crop leaves out the bars of a source of another shape', () => {
  const crop = { x: 0, y: 0, width: 0.5, height: 0.5 }
  const { part, seen } = placementOf(narrow, 'fit', main, sight({ crop }))
  assert.deepEqual(seen, { x: 0.125, y: 0, width: 0.375, height: 0.5 })
  assert.deepEqual(part, { x: 0, y: 0, width: 0.5, height: 0.5 })
})

test('a crop with nothing but bars is ignored', () => {
  const crop = { x: 0, y: 0, width: 0.1, height: 1 }
  assert.deepEqual(placementOf(narrow, 'fit', main, sight({ crop })).part, WHOLE)
})

test('in an output of another shape a mask stays on what it covers', () => {
  // 4:3 shows the middle three quarters of the scene's width.
  const still = { width: 800, height: 600 }
  const mask = { x: 0.25, y: 0.5, width: 0.25, height: 0.5 }
  const areas = (window: ViewWindow) =>
    maskAreas([mask], placementOf(scene, 'fill', still, sight({ window })), still)
  assert.deepEqual(areas(WHOLE), [{ x: 133, y: 300, width: 267, height: 300 }])
  // The left half of the scene: 640 pixels of the source more to the left than in the middle.
  const left = { x: 0, y: 0, width: 0.5, height: 0.5 }
  const [area] = areas(left)
  // Left edge: 0.25 of 1280 = pixel 320, where 4:3 begins; it ends at pixel 640 of 320..1280.
  assert.deepEqual([area!.x, area!.width], [0, 267])
})

test('in an output of another shape a crop shows the same part', () => {
  const still = { width: 800, height: 600 }
  const crop = { x: 0.25, y: 0.25, width: 0.5, height: 0.5 }
  const { part, inner } = placementOf(scene, 'fill', still, sight({ crop }))
  assert.deepEqual(part, crop)
  assert.deepEqual(inner, { x: 0, y: 74, width: 800, height: 450 })
})
