/** What stands along the pavement: trees, hedges, lamp posts and a post box. */
import type { Canvas } from './canvas.ts'
import { mix, rgb, shade } from './colour.ts'

const LEAF_DARK = rgb('#3f6b3a')
const LEAF_LIGHT = rgb('#86b163')
const BARK = rgb('#6a5140')

/** `scale` 1 is a tree of about 470 pixels. */
export function paintTree(
  canvas: Canvas,
  x: number,
  groundY: number,
  scale: number,
  random: () => number,
): void {
  const crownY = groundY - 310 * scale
  canvas.ellipse(x + 30, groundY, 120 * scale, 13, rgb('#5f5c55'), 0.4)
  canvas.ellipse(x, groundY, 40, 9, rgb('#6a5a48'))
  const trunk = [
    { x: x - 9 * scale, y: crownY },
    { x: x + 9 * scale, y: crownY },
    { x: x + 15 * scale, y: groundY },
    { x: x - 15 * scale, y: groundY },
  ]
  canvas.polygon(trunk, BARK)
  canvas.line({ x: x + 6 * scale, y: crownY }, { x: x + 10 * scale, y: groundY }, 8 * scale, shade(BARK, 0.7))
  canvas.line({ x, y: crownY + 120 * scale }, { x: x + 70 * scale, y: crownY + 20 }, 9 * scale, BARK)
  canvas.line({ x, y: crownY + 140 * scale }, { x: x - 76 * scale, y: crownY + 30 }, 9 * scale, BARK)
  // From dark and wide below to light and narrow above: the sun stands behind the camera, to the left.
  for (let leaf = 0; leaf < 190; leaf += 1) {
    const share = leaf / 190
    const angle = random() * 2 * Math.PI
    const reach = Math.sqrt(random()) * (1 - share * 0.35)
    const size = (34 - 22 * share) * scale * (0.7 + random() * 0.6)
    const leafX = x + Math.cos(angle) * reach * 138 * scale - share * 22
    const leafY = crownY + Math.sin(angle) * reach * 150 * scale - share * 34 * scale
    canvas.ellipse(leafX, leafY, size * 1.15, size, mix(LEAF_DARK, LEAF_LIGHT, share * 0.8 + random() * 0.2))
  }
}

/** Fills a gap between houses, with a garden fence before it. */
export function paintHedge(
  canvas: Canvas,
  x: number,
  groundY: number,
  width: number,
  height: number,
  random: () => number,
): void {
  for (let leaf = 0; leaf < 70; leaf += 1) {
    const size = 14 + random() * 14
    const share = 1 - leaf / 70
    const leafY = groundY - height * (0.25 + 0.75 * (1 - share) * random())
    canvas.ellipse(
      x + random() * width,
      leafY,
      size,
      size,
      mix(LEAF_LIGHT, LEAF_DARK, share * 0.7 + random() * 0.3),
    )
  }
  const fence = rgb('#e9e4d8')
  for (let post = x + 4; post < x + width - 6; post += 16) canvas.rectangle(post, groundY - 62, 9, 62, fence)
  for (const rail of [52, 22]) canvas.rectangle(x, groundY - rail, width, 7, shade(fence, 0.88))
}

/** The arm reaches 66 pixels over the road; the head hangs at `headY`. */
export function paintLamp(canvas: Canvas, x: number, headY: number, groundY: number): void {
  const steel = rgb('#4c5359')
  canvas.ellipse(x + 20, groundY + 2, 44, 6, rgb('#5f5c55'), 0.4)
  canvas.rectangle(x - 6, headY, 12, groundY - headY, steel)
  canvas.rectangle(x - 6, headY, 4, groundY - headY, shade(steel, 1.5))
  canvas.rectangle(x - 11, groundY - 70, 22, 72, shade(steel, 0.85))
  canvas.line({ x: x - 2, y: headY + 6 }, { x: x + 44, y: headY - 22 }, 9, steel)
  canvas.line({ x: x + 40, y: headY - 21 }, { x: x + 78, y: headY - 14 }, 9, steel)
  canvas.ellipse(x + 66, headY - 6, 32, 12, steel)
  canvas.ellipse(x + 66, headY + 3, 23, 7, rgb('#f3efdc'))
}

export function paintPostBox(canvas: Canvas, x: number, topY: number): void {
  const yellow = rgb('#e3b52c')
  canvas.ellipse(x + 34, topY + 84, 52, 8, rgb('#5f5c55'), 0.45)
  canvas.rectangle(x + 18, topY + 40, 10, 44, rgb('#4c5359'))
  canvas.rectangle(x, topY - 34, 46, 78, yellow)
  canvas.rectangle(x + 36, topY - 34, 10, 78, shade(yellow, 0.78))
  canvas.ellipse(x + 23, topY - 34, 23, 12, shade(yellow, 1.1))
  canvas.rectangle(x + 7, topY - 18, 26, 6, rgb('#3a3a3a'))
}
