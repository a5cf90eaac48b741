/** Cars and what else moves, painted into a given box and never beyond it. */
import type { Area } from '../picture/size.ts'
import type { Canvas, Point } from './canvas.ts'
import { type Colour, rgb, shade } from './colour.ts'

export interface Pose {
  /** 1 if it looks to the right, -1 to the left. */
  readonly direction: 1 | -1
  /** Way it has gone, pixels: turns wheels and moves legs. */
  readonly travelled: number
  readonly colour: Colour
  /** Lamps on. */
  readonly lit: boolean
}

export const CAR_COLOURS = ['#b8312f', '#2d5f93', '#d9d9d6', '#3f6f56', '#c98a2b', '#70757c'].map(rgb)

const TYRE = rgb('#24262a')
const RIM = rgb('#b9bdc2')
const GLASS = rgb('#36454f')
const SKIN = rgb('#d9a98a')
const SHADOW = rgb('#26282b')
const HEADLIGHT = rgb('#fff3c4')
const TAIL_LIGHT = rgb('#d8301f')

/** Places points given in fractions of a box, mirrored for those who look to the left. */
function inBox({ x, y, width, height }: Area, direction: 1 | -1) {
  return (across: number, down: number): Point => ({
    x: x + width * (direction === 1 ? across : 1 - across),
    y: y + height * down,
  })
}

/** Fractions of the box, front to the right. */
const CAR_BODY = [
  [0.02, 0.62],
  [0.05, 0.42],
  [0.22, 0.38],
  [0.78, 0.4],
  [0.95, 0.48],
  [0.985, 0.66],
  [0.975, 0.84],
  [0.025, 0.84],
] as const
const CAR_CABIN = [
  [0.14, 0.42],
  [0.25, 0.06],
  [0.6, 0.06],
  [0.77, 0.42],
] as const
const CAR_WINDOWS = [
  [
    [0.2, 0.38],
    [0.275, 0.13],
    [0.415, 0.13],
    [0.415, 0.38],
  ],
  [
    [0.445, 0.38],
    [0.445, 0.13],
    [0.585, 0.13],
    [0.7, 0.38],
  ],
] as const

export function paintCar(canvas: Canvas, box: Area, { direction, travelled, colour, lit }: Pose): void {
  const at = inBox(box, direction)
  const outline = (points: readonly (readonly [number, number])[]) => points.map(([x, y]) => at(x, y))
  const shadow = at(0.5, 0.95)
  canvas.ellipse(shadow.x, shadow.y, box.width * 0.49, box.height * 0.05, SHADOW, 0.55)
  canvas.polygon(outline(CAR_CABIN), shade(colour, 0.92))
  canvas.polygon(outline(CAR_BODY), colour)
  const [sillLeft, sillRight] = [at(0.025, 0.74), at(0.975, 0.74)]
  canvas.rectangle(
    Math.min(sillLeft.x, sillRight.x),
    sillLeft.y,
    box.width * 0.95,
    box.height * 0.1,
    shade(colour, 0.6),
  )
  const [lineLeft, lineRight] = [at(0.06, 0.47), at(0.93, 0.47)]
  canvas.rectangle(Math.min(lineLeft.x, lineRight.x), lineLeft.y, box.width * 0.87, 3, shade(colour, 1.35))
  for (const pane of CAR_WINDOWS) canvas.polygon(outline(pane), GLASS)
  canvas.polygon(
    outline([
      [0.29, 0.36],
      [0.33, 0.14],
      [0.37, 0.14],
      [0.33, 0.36],
    ]),
    rgb('#8ea2ae'),
    0.5,
  )
  canvas.line(at(0.43, 0.4), at(0.43, 0.74), 2, shade(colour, 0.65))
  const handle = at(0.37, 0.5)
  canvas.rectangle(handle.x - 8, handle.y, 16, 4, shade(colour, 0.6))
  for (const wheel of [0.2, 0.8])
    paintWheel(canvas, at(wheel, 0.82), box.height * 0.17, travelled * direction)
  const front = at(0.955, 0.58)
  const back = at(0.035, 0.58)
  const lamp = lit ? 'glow' : 'ellipse'
  canvas[lamp](front.x, front.y, box.width * 0.02, box.height * 0.07, HEADLIGHT)
  canvas[lamp](back.x, back.y, box.width * 0.016, box.height * 0.08, TAIL_LIGHT)
}

function paintWheel(canvas: Canvas, center: Point, radius: number, rolled: number): void {
  canvas.ellipse(center.x, center.y, radius, radius, TYRE)
  canvas.ellipse(center.x, center.y, radius * 0.62, radius * 0.62, RIM)
  const turn = rolled / radius
  for (let spoke = 0; spoke < 5; spoke += 1) {
    const angle = turn + (spoke * 2 * Math.PI) / 5
    const rim = {
      x: center.x + Math.cos(angle) * radius * 0.55,
      y: center.y + Math.sin(angle) * radius * 0.55,
    }
    canvas.line(center, rim, 4, rgb('#6b7077'))
  }
  canvas.ellipse(center.x, center.y, radius * 0.14, radius * 0.14, TYRE)
}

/** Steps of a walk: pixels for one swing of the legs, to and fro. */
const STRIDE_PIXELS = 120

export function paintPedestrian(canvas: Canvas, box: Area, { direction, travelled, colour }: Pose): void {
  const at = inBox(box, direction)
  const unit = box.width / 100
  const swing = Math.sin((travelled / STRIDE_PIXELS) * 2 * Math.PI)
  const trousers = rgb('#33405a')
  const shadow = at(0.5, 0.975)
  canvas.ellipse(shadow.x, shadow.y, box.width * 0.4, box.height * 0.024, SHADOW, 0.5)
  const limb = (from: Point, to: Point, width: number, paint: Colour) =>
    canvas.line(from, to, width * unit, paint)
  const arm = (side: number, paint: Colour) => limb(at(0.47, 0.24), at(0.47 + side * 0.24, 0.5), 11, paint)
  const leg = (side: number, paint: Colour) => {
    const knee = at(0.5 + side * 0.14, 0.73)
    const foot = at(0.5 + side * 0.28, 0.955)
    limb(at(0.5, 0.52), knee, 17, paint)
    limb(knee, foot, 14, paint)
    canvas.ellipse(foot.x + direction * 6 * unit, foot.y, 13 * unit, 6 * unit, TYRE)
  }
  arm(swing, shade(colour, 0.7))
  leg(-swing, shade(trousers, 0.75))
  leg(swing, trousers)
  const [chest, hip] = [at(0.5, 0.28), at(0.5, 0.5)]
  canvas.ellipse(chest.x, chest.y, 21 * unit, box.height * 0.1, colour)
  canvas.rectangle(hip.x - 19 * unit, chest.y, 38 * unit, hip.y - chest.y + box.height * 0.04, colour)
  arm(-swing, shade(colour, 1.12))
  paintHead(canvas, at(0.52, 0.11), box.height * 0.075, direction)
}

function paintHead(canvas: Canvas, center: Point, radius: number, direction: 1 | -1): void {
  canvas.rectangle(center.x - radius * 0.35, center.y, radius * 0.7, radius * 1.5, shade(SKIN, 0.85))
  canvas.ellipse(center.x, center.y, radius * 0.86, radius, SKIN)
  canvas.ellipse(
    center.x - direction * radius * 0.2,
    center.y - radius * 0.42,
    radius * 0.84,
    radius * 0.6,
    rgb('#4a3324'),
  )
}

export function paintCyclist(canvas: Canvas, box: Area, pose: Pose): void {
  const { direction, travelled, colour, lit } = pose
  const at = inBox(box, direction)
  const shadow = at(0.5, 0.975)
  canvas.ellipse(shadow.x, shadow.y, box.width * 0.46, box.height * 0.022, SHADOW, 0.5)
  const radius = box.height * 0.185
  const [rear, front, crank, saddle, bar] = [
    at(0.2, 0.78),
    at(0.8, 0.78),
    at(0.47, 0.78),
    at(0.36, 0.5),
    at(0.72, 0.46),
  ]
  for (const hub of [rear, front]) paintBicycleWheel(canvas, hub, radius, travelled * direction)
  const steel = shade(colour, 0.8)
  for (const [from, to] of [
    [rear, crank],
    [crank, saddle],
    [saddle, rear],
    [crank, bar],
    [saddle, bar],
    [bar, front],
  ] as const) {
    canvas.line(from, to, 6, steel)
  }
  canvas.ellipse(saddle.x, saddle.y, 16, 5, TYRE)
  for (const side of [1, -1] as const) paintPedallingLeg(canvas, saddle, crank, side, pose)
  const shoulder = at(0.55, 0.2)
  canvas.line(at(0.37, 0.47), shoulder, 34, colour)
  canvas.line(shoulder, bar, 11, shade(colour, 1.15))
  paintHead(canvas, at(0.6, 0.1), box.height * 0.075, direction)
  if (lit) canvas.glow(at(0.78, 0.5).x, bar.y + 8, 6, 6, HEADLIGHT)
}

function paintBicycleWheel(canvas: Canvas, hub: Point, radius: number, rolled: number): void {
  for (let side = 0; side < 24; side += 1) {
    const rim = (step: number) => ({
      x: hub.x + Math.cos((step * Math.PI) / 12) * radius,
      y: hub.y + Math.sin((step * Math.PI) / 12) * radius,
    })
    canvas.line(rim(side), rim(side + 1), 6, TYRE)
  }
  for (let spoke = 0; spoke < 6; spoke += 1) {
    const angle = rolled / radius + (spoke * Math.PI) / 6
    const dx = Math.cos(angle) * radius * 0.9
    const dy = Math.sin(angle) * radius * 0.9
    canvas.line({ x: hub.x - dx, y: hub.y - dy }, { x: hub.x + dx, y: hub.y + dy }, 1.6, RIM)
  }
}

function paintPedallingLeg(canvas: Canvas, hip: Point, crank: Point, side: 1 | -1, pose: Pose): void {
  const angle = (pose.travelled / 90) * pose.direction + (side === 1 ? 0 : Math.PI)
  const pedal = { x: crank.x + Math.cos(angle) * 17, y: crank.y + Math.sin(angle) * 17 }
  const knee = { x: (hip.x + pedal.x) / 2 + pose.direction * 26, y: (hip.y + pedal.y) / 2 - 8 }
  const trousers = shade(rgb('#3a3f4b'), side === 1 ? 1.2 : 0.8)
  canvas.line(hip, knee, 15, trousers)
  canvas.line(knee, pedal, 12, trousers)
  canvas.ellipse(pedal.x + pose.direction * 6, pedal.y + 2, 12, 5, TYRE)
}
