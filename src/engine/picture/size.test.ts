import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { largestInside } from './size.ts'

test('puts a 4:3 picture between bars at the sides of a 16:9 one', () => {
  assert.deepEqual(largestInside({ width: 1280, height: 720 }, 640, 480), {
    width: 960,
    height: 720,
    x: 160,
    y: 0,
  })
})

test('takes all of a picture that has the same shape', () => {
  assert.deepEqual(largestInside({ width: 640, height: 360 }, 2560, 1440), {
    width: 640,
    height: 360,
    x: 0,
    y: 0,
  })
})

test('gives even areas inside of any picture for any shape', () => {
  const side = fc.integer({ min: 2, max: 4096 })
  fc.assert(
    fc.property(side, side, side, side, (width, height, shapeWidth, shapeHeight) => {
      const area = largestInside({ width, height }, shapeWidth, shapeHeight)
      assert.ok([area.width, area.height, area.x, area.y].every((value) => value % 2 === 0 && value >= 0))
      assert.ok(area.width >= 2 && area.height >= 2)
      assert.ok(area.x + area.width <= width && area.y + area.height <= height)
    }),
  )
})
