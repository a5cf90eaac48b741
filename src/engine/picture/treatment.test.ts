import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { FACTORY_IMAGE, FACTORY_ISP, WHITE_LAMP_OFF } from '../factory-settings.ts'
import { lookOf } from '../light/light.ts'
import { ANTI_FLICKER, BACK_LIGHT, DAY_NIGHT, EXPOSURES, LAMP_MODES, WHITE_BALANCE } from '../protocol.ts'
import { renditionOf } from './test-picture.ts'
import { curveOf } from './tone.ts'
import { treatmentOf } from './treatment.ts'

test('factory settings cost nothing in daylight', () => {
  const look = lookOf(
    { image: FACTORY_IMAGE, isp: FACTORY_ISP, lamp: 'Auto', whiteLamp: WHITE_LAMP_OFF, masks: [] },
    false,
  )
  for (const levels of ['video', 'full'] as const) {
    assert.deepEqual(treatmentOf(look, levels, true), {
      horizontal: false,
      vertical: false,
      sensor: [],
      noiseLimit: 0,
      tables: { y: undefined, chroma: undefined },
      finish: [],
      settles: 0,
    })
  }
})

test('a still knows nothing of the pictures before it', () => {
  const { look } = renditionOf({ isp: { exposure: 'Manual', shutter: { min: 125, max: 125 } } })
  const { sensor, noiseLimit, settles } = treatmentOf(look, 'full', false)
  assert.deepEqual([sensor.join().includes('tmix'), noiseLimit, settles], [false, 0, 0])
})

const level = fc.integer({ min: 0, max: 255 })
const limits = (min: number, max: number) =>
  fc.tuple(fc.integer({ min, max }), fc.integer({ min, max })).map(([one, other]) => ({
    min: Math.min(one, other),
    max: Math.max(one, other),
  }))
const settings = fc.record({
  image: fc.record({ bright: level, contrast: level, saturation: level, hue: level, sharpen: level }),
  isp: fc.record({
    antiFlicker: fc.constantFrom(...ANTI_FLICKER),
    backLight: fc.constantFrom(...BACK_LIGHT),
    blc: level,
    drc: level,
    dayNight: fc.constantFrom(...DAY_NIGHT),
    exposure: fc.constantFrom(...EXPOSURES),
    gain: limits(1, 100),
    shutter: limits(0, 125),
    whiteBalance: fc.constantFrom(...WHITE_BALANCE),
    redGain: level,
    blueGain: level,
    nr3d: fc.boolean(),
    mirror: fc.boolean(),
    rotate: fc.boolean(),
  }),
  lamp: fc.constantFrom(...LAMP_MODES),
  whiteLamp: fc.record({
    light: fc.constantFrom('off', 'on', 'night'),
    brightness: fc.double({ min: 0, max: 1, noNaN: true }),
  }),
  masks: fc.constant([]),
})

test('whatever is set, more light never becomes less, and white and black stay in their levels', () => {
  fc.assert(
    fc.property(settings, fc.boolean(), (wish, isNight) => {
      const look = lookOf(wish, isNight)
      const curve = curveOf(look)
      let last = 0
      for (let light = 0; light <= 1; light += 1 / 64) {
        const next = curve(light)
        assert.ok(next >= last - 1e-9 && next <= 1, `${light}: ${last} → ${next}`)
        last = next
      }
      const { y } = treatmentOf(look, 'video', false).tables
      assert.ok(y === undefined || y.every((value) => value >= 16 && value <= 235))
    }),
  )
})
