import assert from 'node:assert/strict'
import { test } from 'node:test'
import { OSD_POSITIONS, type OsdPosition } from '../protocol.ts'
import { layoutOsd } from './osd-layout.ts'

const HD = { width: 1280, height: 720 }

function layout(name: OsdPosition, time: OsdPosition, letters: number, picture = HD) {
  const settings = {
    name: { enabled: true, text: '', position: name },
    time: { enabled: true, position: time },
  }
  const { fontSize, lines } = layoutOsd(settings, letters, picture)
  const [timeLine, nameLine] = lines
  return { fontSize, time: timeLine!, name: nameLine! }
}

for (const position of OSD_POSITIONS) {
  test(`stacks name and time that are both at ${position}`, () => {
    const { name, time } = layout(position, position, 7)
    assert.equal(name.x, time.x)
    assert.notEqual(name.y, time.y)
  })
}

test('keeps a short name in the same row as the time', () => {
  const { name, time } = layout('Upper Left', 'Upper Right', 7)
  assert.equal(name.y, time.y)
  assert.notEqual(name.x, time.x)
})

test('moves a name out of the row that is too long to stand beside the time', () => {
  for (const position of ['Upper Left', 'Upper Right'] as const) {
    const { name, time } = layout(position, 'Top Center', 31)
    assert.notEqual(name.y, time.y)
  }
})

test('keeps both at their own edge of the picture', () => {
  const { name, time } = layout('Lower Right', 'Top Center', 31)
  assert.match(name.y, /^h-/)
  assert.match(time.y, /^\d+$/)
})

test('writes in proportion to the picture', () => {
  const large = layout('Upper Left', 'Lower Left', 7, { width: 2560, height: 1440 }).fontSize
  const small = layout('Upper Left', 'Lower Left', 7, { width: 640, height: 360 }).fontSize
  assert.equal(large, small * 4)
})

test('leaves out what is switched off', () => {
  const settings = {
    name: { enabled: false, text: 'a', position: 'Upper Left' },
    time: { enabled: false, position: 'Upper Left' },
  } as const
  assert.deepEqual(layoutOsd(settings, 1, HD).lines, [])
})
