import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { Frame } from 'node-av/lib'
import { createFrame, planesOf } from './blank-frame.ts'
import { FONT_FILE } from './font-stack.ts'
import { Graph, quoteFilterValue } from './graph.ts'
import { Osd, type Overlay } from './osd.ts'

const SIZE = { width: 640, height: 360 }

function overlay(name: string, enabled = true): Overlay {
  return {
    settings: {
      name: { enabled, text: name, position: 'Upper Left' },
      time: { enabled, position: 'Lower Right' },
      background: false,
      watermark: false,
    },
    time: '11/22/2026 SUN 23:40:16',
  }
}

/** Number of pixels that are not black, in the upper and in the lower half. */
function drawn(osd: Osd, what: Overlay): { upper: number; lower: number } {
  const ground = createFrame(SIZE)
  const { y, yStride, u, v } = planesOf(ground)
  y.fill(16)
  u.fill(128)
  v.fill(128)
  const output = new Frame()
  output.alloc()
  osd.run(ground, what, output)
  const luma = Buffer.from(planesOf(output).y)
  const half = (SIZE.height / 2) * yStride
  const count = (part: Buffer) => part.filter((value) => value > 60).length
  const result = { upper: count(luma.subarray(0, half)), lower: count(luma.subarray(half, 2 * half)) }
  output.free()
  ground.free()
  return result
}

test('draws the name and the time where they belong', () => {
  const osd = new Osd()
  const both = drawn(osd, overlay('Camera1'))
  assert.ok(both.upper > 200 && both.lower > 600, JSON.stringify(both))
  assert.deepEqual(drawn(osd, overlay('Camera1', false)), { upper: 0, lower: 0 })
  osd.close()
})

test('draws the text of users as it is, whatever FFmpeg would make of it', () => {
  const osd = new Osd()
  const names = [
    '%{localtime}',
    "a':b\\,[c];=d",
    '%{pts',
    'Ünïcödé',
    'Камера',
    '😀',
    'x'.repeat(31),
    'a\nb\u0000c\t',
  ]
  for (const name of names) assert.ok(drawn(osd, overlay(name)).upper > 20, name)
  // Expanded, this would become a whole date.
  assert.ok(drawn(osd, overlay('%{localtime}')).upper < drawn(osd, overlay('2026-11-22 23:40:16')).upper)
  osd.close()
})

test('goes on with an empty name', () => {
  const osd = new Osd()
  const { upper, lower } = drawn(osd, overlay(''))
  assert.equal(upper, 0)
  assert.ok(lower > 600)
  osd.close()
})

test('finds its font in a folder with any name', (t) => {
  const folder = mkdtempSync(join(tmpdir(), "it's [a]: font,; \\folder "))
  t.after(() => rmSync(folder, { recursive: true }))
  const mono = FONT_FILE.replace('DejaVuSans.ttf', 'DejaVuSansMono.ttf')
  const copy = join(folder, 'font.ttf')
  cpSync(mono, copy)
  // A file that is not found would be replaced by another font, without an error.
  assert.ok(written(copy).equals(written(mono)))
  assert.ok(!written(copy).equals(written(FONT_FILE)))
})

function written(fontFile: string): Buffer {
  const ground = createFrame(SIZE)
  planesOf(ground).y.fill(16)
  const output = new Frame()
  output.alloc()
  const graph = new Graph(
    `drawtext=fontfile=${quoteFilterValue(fontFile)}:text=Wide il:fontsize=40:fontcolor=white`,
    ground,
  )
  graph.run(ground, output)
  const luma = Buffer.from(planesOf(output).y)
  graph.close()
  output.free()
  ground.free()
  return luma
}
