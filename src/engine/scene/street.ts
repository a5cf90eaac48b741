/** The street as it stands still: sky, a row of houses, trees, lamps, parked cars and the road, by daylight. */
import type { Area } from '../picture/size.ts'
import { Canvas, createPlanes, type Planes } from './canvas.ts'
import { type Colour, mix, rgb, shade } from './colour.ts'
import { paintHouse } from './house.ts'
import type { Lights } from './light.ts'
import { PANORAMA } from './movement.ts'
import { paintHedge, paintLamp, paintPostBox, paintTree } from './plants.ts'
import { randomFrom } from './random.ts'
import { CAR_COLOURS, paintCar } from './vehicles.ts'

export interface Street {
  readonly day: Planes
  readonly lights: Lights
}

/** Heights of the scene from top to bottom, pixels. */
const HORIZON = 700
const GROUND = 890
const FAR_KERB = 968
const NEAR_KERB = 1296

const LAMP_HEAD_Y = 566

/** Paints the street of a seed, always the same for the same one. */
export function paintStreet(seed: number): Street {
  const day = createPlanes(PANORAMA)
  const canvas = new Canvas(day)
  const random = randomFrom(seed)
  paintSky(canvas, random)
  const windows = paintHouses(canvas, random)
  paintPavements(canvas, random)
  paintRoad(canvas, random)
  const lamps = [430, 1290, 2150].map((x) => ({ x: x + random() * 60 - 30 }))
  const trees = lamps.map(({ x }) => ({ x: x + 300 + random() * 160, scale: 0.9 + random() * 0.35 }))
  for (const { x, scale } of trees) paintTree(canvas, x, GROUND + 52, scale, random)
  for (const { x } of lamps) {
    paintLamp(canvas, x, LAMP_HEAD_Y, GROUND + 62)
  }
  paintParkedCars(canvas, random)
  paintPostBox(canvas, 560 + random() * 30, NEAR_KERB + 12)
  paintForeground(canvas, random)
  const hidden = [
    ...lamps.map(({ x }) => ({ x: x + 40, reach: 80 })),
    ...trees.map(({ x }) => ({ x, reach: 190 })),
  ]
  const free = windows.filter(({ x }) => hidden.every((thing) => Math.abs(x + 24 - thing.x) > thing.reach))
  return {
    day,
    lights: { windows: free, lamps: lamps.map(({ x }) => ({ x: x + 66, y: LAMP_HEAD_Y, groundY: 1010 })) },
  }
}

function paintSky(canvas: Canvas, random: () => number): void {
  canvas.gradient(0, HORIZON, rgb('#5c9bd8'), rgb('#dcebf5'))
  for (let cloud = 0; cloud < 7; cloud += 1) {
    const x = random() * PANORAMA.width
    const y = 60 + random() * 230
    paintCloud(canvas, x, y, random)
  }
  for (let x = -60; x < PANORAMA.width; x += 46) {
    const height = 70 + 50 * Math.sin(x / 310) + random() * 46
    canvas.ellipse(x, HORIZON + 10, 74, height, mix(rgb('#7fa08c'), rgb('#93b09c'), random()))
  }
  canvas.rectangle(0, HORIZON, PANORAMA.width, GROUND - HORIZON, rgb('#6f9465'))
}

/** Puffs over their own shadow, which shows only along the lower edge. */
function paintCloud(canvas: Canvas, x: number, y: number, random: () => number): void {
  const puffs = Array.from({ length: 8 }, (_, index) => {
    const toMiddle = 1 - Math.abs(index - 3.5) / 4.5
    return {
      along: (index - 3.5) * 52 + random() * 24,
      rise: random() * 22 * toMiddle,
      size: 22 + 46 * toMiddle,
    }
  })
  for (const [colour, drop] of [
    [rgb('#cfdeec'), 9],
    [rgb('#f3f8fc'), 0],
  ] as const) {
    for (const { along, rise, size } of puffs) {
      canvas.ellipse(x + along, y - rise + drop, size * 1.5, size * 0.62, colour)
    }
  }
}

/** Paints the row and returns the windows that are lit at night. */
function paintHouses(canvas: Canvas, random: () => number): Area[] {
  const windows: Area[] = []
  for (let x = -70 - Math.floor(random() * 80); x < PANORAMA.width; ) {
    const width = 2 * Math.floor(150 + random() * 70)
    windows.push(...paintHouse(canvas, { x, width, groundY: GROUND, random }))
    const gap = random() < 0.45 ? 0 : 2 * Math.floor(30 + random() * 40)
    if (gap > 0) paintHedge(canvas, x + width, GROUND, gap, 74 + random() * 40, random)
    x += width + gap
  }
  return windows.filter(() => random() < 0.55)
}

function paintPavements(canvas: Canvas, random: () => number): void {
  const slab = rgb('#b9b5ab')
  canvas.rectangle(0, GROUND, PANORAMA.width, FAR_KERB - GROUND, slab)
  canvas.rectangle(0, GROUND, PANORAMA.width, 9, shade(slab, 0.72), 0.6)
  canvas.rectangle(0, NEAR_KERB, PANORAMA.width, PANORAMA.height - NEAR_KERB, shade(slab, 1.06))
  paintJoints(canvas, GROUND, FAR_KERB, [26, 52], 84, 0.28)
  paintJoints(canvas, NEAR_KERB, 1400, [44, 92], 128, 0.5)
  canvas.grain(0, GROUND, PANORAMA.width, FAR_KERB - GROUND, 3, random)
  canvas.grain(0, NEAR_KERB, PANORAMA.width, PANORAMA.height - NEAR_KERB, 4, random)
}

/** Joints lean towards the middle of the picture: a hint of perspective. */
function paintJoints(
  canvas: Canvas,
  top: number,
  bottom: number,
  rows: readonly number[],
  width: number,
  lean: number,
): void {
  const joint = rgb('#8f8b83')
  for (const row of rows) canvas.rectangle(0, top + row, PANORAMA.width, 2, joint)
  const center = PANORAMA.width / 2
  for (let x = -width; x < PANORAMA.width + width; x += width) {
    const shift = ((x - center) / center) * lean * (bottom - top)
    canvas.line({ x, y: top }, { x: x + shift, y: bottom }, 2, joint)
  }
}

function paintRoad(canvas: Canvas, random: () => number): void {
  const asphalt = rgb('#5b5e63')
  const rows = NEAR_KERB - FAR_KERB
  for (let row = 0; row < rows; row += 1) {
    canvas.rectangle(0, FAR_KERB + row, PANORAMA.width, 1, mix(asphalt, rgb('#4b4e53'), row / rows))
  }
  canvas.grain(0, FAR_KERB, PANORAMA.width, rows, 5, random)
  const kerb = rgb('#d2cec4')
  for (const [y, height] of [
    [FAR_KERB - 6, 12],
    [NEAR_KERB - 4, 18],
  ] as const) {
    canvas.rectangle(0, y, PANORAMA.width, height, kerb)
    canvas.rectangle(0, y + height - 4, PANORAMA.width, 6, shade(kerb, 0.55))
    for (let x = 40; x < PANORAMA.width; x += 150) canvas.rectangle(x, y, 2, height, shade(kerb, 0.7))
  }
  const marking = rgb('#e4e2da')
  for (let x = 30; x < PANORAMA.width; x += 236) slanted(canvas, x, 1150, 128, 11, marking)
  canvas.rectangle(0, 1058, PANORAMA.width, 4, marking, 0.75)
  for (let x = 150; x < PANORAMA.width; x += 440) slanted(canvas, x, 974, 7, 84, marking)
  for (let patch = 0; patch < 5; patch += 1) {
    const x = random() * PANORAMA.width
    canvas.ellipse(x, 1100 + random() * 160, 60 + random() * 90, 8 + random() * 12, rgb('#3f4247'), 0.35)
  }
  canvas.ellipse(1700, 1222, 44, 15, rgb('#33363a'))
  canvas.ellipse(1700, 1220, 38, 12, rgb('#6d7075'))
}

/** A stripe of paint whose far edge is nearer to the middle. */
function slanted(canvas: Canvas, x: number, y: number, width: number, height: number, colour: Colour): void {
  const shift = (x / (PANORAMA.width / 2) - 1) * height * 0.5
  const corners = [
    { x, y },
    { x: x + width, y },
    { x: x + width + shift, y: y + height },
    { x: x + shift, y: y + height },
  ]
  canvas.polygon(corners, colour, 0.85)
}

function paintParkedCars(canvas: Canvas, random: () => number): void {
  const colours = [...CAR_COLOURS]
  for (const bay of [1, 3, 4]) {
    const box = { x: 150 + bay * 440 + 50 + Math.round(random() * 26), y: 934, width: 346, height: 124 }
    const direction = random() < 0.5 ? 1 : -1
    const [colour] = colours.splice(Math.floor(random() * colours.length), 1)
    if (colour) paintCar(canvas, box, { direction, travelled: 0, colour, lit: false })
  }
}

function paintForeground(canvas: Canvas, random: () => number): void {
  const edge = 1402
  canvas.rectangle(0, edge, PANORAMA.width, PANORAMA.height - edge, rgb('#4d7340'))
  for (let x = 0; x < PANORAMA.width; x += 7) {
    const blade = mix(rgb('#446a38'), rgb('#6f9a55'), random())
    const height = 8 + random() * 16
    canvas.polygon(
      [
        { x, y: edge + 10 },
        { x: x + 4, y: edge - height + 10 },
        { x: x + 8, y: edge + 10 },
      ],
      blade,
    )
  }
  canvas.grain(0, edge, PANORAMA.width, PANORAMA.height - edge, 9, random)
}
