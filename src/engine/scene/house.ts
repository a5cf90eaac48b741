/** One house of the row, seen from across the street. */
import type { Area } from '../picture/size.ts'
import type { Canvas } from './canvas.ts'
import { type Colour, rgb, shade } from './colour.ts'
import { pick } from './random.ts'

export interface HousePlan {
  readonly x: number
  readonly width: number
  /** Where the walls meet the pavement. */
  readonly groundY: number
  readonly random: () => number
}

const WALLS = ['#c9826a', '#e6d9bd', '#d8c7b4', '#a9b8c2', '#e3c5a0', '#b5695a', '#c9cfc0', '#efe6d8'].map(
  rgb,
)
const ROOFS = ['#7a4a3c', '#5b5f68', '#8a5a44', '#4c5058'].map(rgb)
const DOORS = ['#2f4f6b', '#6b2f35', '#3d5c43', '#4a3b2e'].map(rgb)
const WHITE = rgb('#f4f1ea')
const GLASS = rgb('#5a7386')
const GLASS_LIGHT = rgb('#9fb8c9')
const STOREY = 128

/** Returns the panes of its windows. */
export function paintHouse(canvas: Canvas, { x, width, groundY, random }: HousePlan): Area[] {
  const wall = pick(WALLS, random())
  const roof = pick(ROOFS, random())
  const storeys = random() < 0.4 ? 3 : 2
  const height = storeys * STOREY + 44
  const top = groundY - height
  if (random() < 0.6) paintGable(canvas, { x, width, top }, roof, random)
  else paintFlatRoof(canvas, { x, width, top }, roof)
  canvas.rectangle(x, top, width, height, wall)
  canvas.grain(Math.max(0, x), top, Math.min(width + Math.min(0, x), 2560 - x), height, 3, random)
  canvas.rectangle(x + width - 16, top, 16, height, shade(wall, 0.8), 0.5)
  canvas.rectangle(x, top, width, 12, shade(wall, 0.7), 0.55)
  canvas.rectangle(x, groundY - 34, width, 34, shade(wall, 0.66))
  return paintStoreys(canvas, { x, width, groundY, random }, wall, storeys)
}

interface Eaves {
  readonly x: number
  readonly width: number
  readonly top: number
}

function paintGable(canvas: Canvas, { x, width, top }: Eaves, roof: Colour, random: () => number): void {
  const rise = 96 + random() * 46
  const inset = width * (0.1 + random() * 0.1)
  paintChimney(canvas, x + width * (random() < 0.5 ? 0.24 : 0.7), top - rise)
  const corners = [
    { x: x - 16, y: top + 6 },
    { x: x + inset, y: top - rise },
    { x: x + width - inset, y: top - rise },
    { x: x + width + 16, y: top + 6 },
  ]
  canvas.polygon(corners, roof)
  for (let row = 14; row < rise; row += 14) {
    const share = row / rise
    const left = x + inset - (inset + 16) * share
    canvas.rectangle(left, top - rise + row, x + width - (left - x) - left, 2, shade(roof, 0.78), 0.8)
  }
  canvas.rectangle(x - 16, top, width + 32, 9, WHITE)
}

function paintFlatRoof(canvas: Canvas, { x, width, top }: Eaves, roof: Colour): void {
  canvas.rectangle(x, top - 30, width, 32, shade(roof, 1.15))
  canvas.rectangle(x - 8, top - 36, width + 16, 12, WHITE)
  canvas.rectangle(x - 8, top - 24, width + 16, 4, shade(roof, 0.6))
  for (let at = x + 14; at < x + width - 10; at += 34) canvas.rectangle(at, top - 16, 16, 14, WHITE)
}

function paintChimney(canvas: Canvas, x: number, y: number): void {
  const brick = rgb('#94604e')
  canvas.rectangle(x, y - 38, 44, 92, brick)
  canvas.rectangle(x + 32, y - 38, 12, 92, shade(brick, 0.75))
  canvas.rectangle(x - 5, y - 44, 54, 12, shade(brick, 0.8))
}

/** Windows in columns; the ground floor has a door in one of them. */
function paintStoreys(canvas: Canvas, plan: HousePlan, wall: Colour, storeys: number): Area[] {
  const { x, width, groundY, random } = plan
  const columns = Math.max(2, Math.floor(width / 104))
  const doorColumn = Math.floor(random() * columns)
  const door = pick(DOORS, random())
  const hasShutters = random() < 0.4
  const panes: Area[] = []
  for (let column = 0; column < columns; column += 1) {
    const center = Math.round(x + (width * (column + 0.5)) / columns)
    for (let storey = 0; storey < storeys; storey += 1) {
      const top = groundY - 118 - storey * STOREY
      if (storey === 0 && column === doorColumn) {
        paintDoor(canvas, center, groundY, door, wall)
        continue
      }
      if (hasShutters) paintShutters(canvas, center, top, door)
      panes.push(paintWindow(canvas, center, top, wall))
      if (storey > 0 && random() < 0.3) paintFlowers(canvas, center, top + 82, random)
    }
  }
  return panes
}

function paintWindow(canvas: Canvas, center: number, top: number, wall: Colour): Area {
  const pane = { x: center - 24, y: top, width: 48, height: 74 }
  canvas.rectangle(pane.x - 6, top - 6, 60, 86, WHITE)
  canvas.rectangle(pane.x, top, pane.width, pane.height, GLASS)
  const glint = [
    { x: pane.x + 6, y: top + 44 },
    { x: pane.x + 34, y: top },
    { x: pane.x + 48, y: top },
    { x: pane.x + 6, y: top + 66 },
  ]
  canvas.polygon(glint, GLASS_LIGHT, 0.6)
  canvas.rectangle(pane.x, top, pane.width, 6, shade(GLASS, 0.6), 0.7)
  canvas.rectangle(center - 2, top, 4, pane.height, WHITE)
  canvas.rectangle(pane.x, top + 28, pane.width, 4, WHITE)
  canvas.rectangle(pane.x - 11, top + 78, 70, 8, WHITE)
  canvas.rectangle(pane.x - 11, top + 86, 70, 5, shade(wall, 0.65), 0.8)
  return pane
}

function paintShutters(canvas: Canvas, center: number, top: number, colour: Colour): void {
  for (const x of [center - 54, center + 32]) {
    canvas.rectangle(x, top - 4, 22, 82, colour)
    for (let row = 6; row < 74; row += 9) canvas.rectangle(x + 3, top + row, 16, 3, shade(colour, 0.7))
  }
}

function paintDoor(canvas: Canvas, center: number, groundY: number, colour: Colour, wall: Colour): void {
  const top = groundY - 132
  canvas.rectangle(center - 37, top - 10, 74, 142, WHITE)
  canvas.rectangle(center - 30, top + 2, 60, 24, GLASS_LIGHT)
  canvas.rectangle(center - 30, top + 30, 60, 96, colour)
  for (const [x, y] of [
    [-24, 38],
    [3, 38],
    [-24, 82],
    [3, 82],
  ] as const) {
    canvas.rectangle(center + x, top + y, 21, 36, shade(colour, 0.75))
    canvas.rectangle(center + x + 2, top + y + 2, 17, 32, shade(colour, 1.1))
  }
  canvas.ellipse(center + 24, top + 80, 4, 4, rgb('#e0c060'))
  canvas.polygon(
    [
      { x: center - 50, y: top - 10 },
      { x: center - 40, y: top - 30 },
      { x: center + 40, y: top - 30 },
      { x: center + 50, y: top - 10 },
    ],
    shade(wall, 0.55),
  )
  canvas.rectangle(center - 46, groundY - 8, 92, 14, rgb('#c9c4b8'))
  canvas.rectangle(center - 46, groundY + 4, 92, 5, rgb('#8d897f'))
}

function paintFlowers(canvas: Canvas, center: number, y: number, random: () => number): void {
  canvas.rectangle(center - 32, y + 2, 64, 14, rgb('#7b5b42'))
  for (let x = -30; x <= 30; x += 8) {
    canvas.ellipse(center + x, y, 8, 8, rgb('#5f8d4a'))
    canvas.ellipse(
      center + x,
      y - 4 - random() * 6,
      4,
      4,
      pick([rgb('#d9455f'), rgb('#f0c94a'), WHITE], random()),
    )
  }
}
