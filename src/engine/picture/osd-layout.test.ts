import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OSD_POSITIONS, type OsdPosition, type OsdSettings } from '../protocol.ts'
import { layoutOsd, type OsdLine } from './osd-layout.ts'
import type { Area, Size } from './size.ts'

const HD = { width: 1280, height: 720 }
const LONG = 31

function settings(name: OsdPosition, time: OsdPosition, more: Partial<OsdSettings> = {}): OsdSettings {
  return {
    name: { enabled: true, text: '', position: name },
    time: { enabled: true, position: time },
    background: false,
    watermark: false,
    ...more,
  }
}

function layout(what: OsdSettings, nameWidth: number, picture: Size = HD): Record<string, OsdLine> {
  const lines = layoutOsd(what, { name: nameWidth, time: 13.3, mark: 5 }, picture)
  return Object.fromEntries(lines.map((line) => [line.id, line]))
}

const apart = (a: Area, b: Area) =>
  a.x >= b.x + b.width || b.x >= a.x + a.width || a.y >= b.y + b.height || b.y >= a.y + a.height
const inside = ({ x, y, width, height }: Area, picture: Size) =>
  x >= 0 && y >= 0 && x + width <= picture.width && y + height <= picture.height

test('never lets one line cover another, wherever they stand and however long they are', () => {
  for (const name of OSD_POSITIONS) {
    for (const time of OSD_POSITIONS) {
      for (const width of [1, 7, 15, LONG]) {
        const lines = Object.values(layout(settings(name, time, { watermark: true }), width))
        assert.equal(lines.length, 3)
        for (const [index, { box }] of lines.entries()) {
          assert.ok(inside(box, HD), `${name} ${time} ${width}`)
          for (const other of lines.slice(index + 1))
            assert.ok(apart(box, other.box), `${name} ${time} ${width}`)
        }
      }
    }
  }
})

test('keeps a short name in the same row as the time', () => {
  const { name, time } = layout(settings('Upper Left', 'Upper Right'), 7)
  assert.equal(name?.baseline, time?.baseline)
  assert.notEqual(name?.x, time?.x)
})

test('moves a name out of the row that is too long to stand beside the time', () => {
  for (const position of ['Upper Left', 'Upper Right'] as const) {
    const { name, time } = layout(settings(position, 'Top Center'), LONG)
    assert.ok(name!.baseline > time!.baseline)
  }
})

test('keeps both at their own edge of the picture', () => {
  const { name, time } = layout(settings('Lower Right', 'Top Center'), LONG)
  assert.ok(name!.baseline > 680 && name!.x > 300)
  assert.ok(time!.baseline < 60)
})

test('writes in proportion to the picture', () => {
  const large = layout(settings('Upper Left', 'Lower Left'), 7, { width: 2560, height: 1440 }).name?.fontSize
  const small = layout(settings('Upper Left', 'Lower Left'), 7, { width: 640, height: 360 }).name?.fontSize
  assert.equal(large, small! * 4)
})

test('writes smaller what would not fit into a narrow picture', () => {
  const narrow = { width: 400, height: 1440 }
  const { name, time } = layout(settings('Upper Left', 'Upper Left'), 45, narrow)
  assert.ok(name!.fontSize < time!.fontSize)
  assert.ok(inside(name!.box, narrow))
})

test('leaves out what is switched off, and a name without a letter', () => {
  const off = settings('Upper Left', 'Upper Left')
  const nothing = { name: { ...off.name, enabled: false }, time: { ...off.time, enabled: false } }
  assert.deepEqual(layout({ ...off, ...nothing }, 1), {})
  assert.deepEqual(Object.keys(layout(off, 0)), ['time'])
})

test('finds a place in the smallest pictures', () => {
  const lines = layout(settings('Lower Left', 'Lower Left', { watermark: true }), LONG, {
    width: 16,
    height: 16,
  })
  assert.equal(Object.keys(lines).length, 3)
})
