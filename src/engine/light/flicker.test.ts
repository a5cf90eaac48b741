import assert from 'node:assert/strict'
import { test } from 'node:test'
import { FlickerMeter } from './flicker.ts'

const CELLS = 576
const flat = (brightness: number) => new Uint8Array(CELLS).fill(brightness)

test('evens out a pulsation of the whole picture', () => {
  const meter = new FlickerMeter()
  const seen = Array.from({ length: 60 }, (_, index) => {
    const brightness = Math.round(120 * (1 + 0.2 * Math.sin(index * 2.1)))
    return brightness * meter.gainFor(flat(brightness), index * 66.7)
  })
  const settled = seen.slice(30)
  assert.ok(Math.max(...settled) - Math.min(...settled) < 8, settled.join(' '))
})

test('takes what moves through a part of the picture for no flicker', () => {
  const meter = new FlickerMeter()
  for (let index = 0; index < 30; index += 1) {
    const cells = flat(120)
    if (index % 2 === 1) cells.fill(240, 0, 200)
    assert.equal(meter.gainFor(cells, index * 66.7), 1)
  }
})

test('a light that is switched on stays on', () => {
  const meter = new FlickerMeter()
  meter.gainFor(flat(60), 0)
  assert.equal(meter.gainFor(flat(160), 66), 1)
  assert.equal(meter.gainFor(flat(160), 132), 1)
})

test('a light that grows slowly is followed', () => {
  const meter = new FlickerMeter()
  let gain = 1
  for (let index = 0; index < 150; index += 1)
    gain = meter.gainFor(flat(100 + Math.min(40, index)), index * 66.7)
  assert.ok(gain > 0.97, `${gain}`)
})

test('darkness has no flicker', () => {
  const meter = new FlickerMeter()
  meter.gainFor(flat(0), 0)
  assert.equal(meter.gainFor(flat(3), 66), 1)
})
