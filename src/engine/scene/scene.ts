/**
 * The living scene: the street in its light, and in it whatever moves at a time. The picture's planes are
 * changed in place, only where something moves, so a still street costs nothing.
 */
import type { Area } from '../picture/size.ts'
import type { SceneSpecification } from '../source/specification.ts'
import { Canvas, copyArea, createPlanes, type Planes } from './canvas.ts'
import { rgb } from './colour.ts'
import { illuminate, lightLevel, toneAt } from './light.ts'
import { type Mover, moverAt, visibleArea } from './movement.ts'
import { pick } from './random.ts'
import { paintStreet, type Street } from './street.ts'
import { CAR_COLOURS, paintCar, paintCyclist, paintPedestrian } from './vehicles.ts'

const CLOTHES = ['#b5473c', '#3d6d9e', '#5f7f4a', '#8b5a92'].map(rgb)
const PAINTERS = { car: paintCar, pedestrian: paintPedestrian, cyclist: paintCyclist }

/** Room for any mover, with even numbers around it. */
const LARGEST_MOVER = { width: 424, height: 212 }

/** Below this level vehicles have their lamps on. */
const LAMPS_BELOW = 0.5

export class Scene {
  readonly #specification: SceneSpecification
  readonly #target: Planes
  readonly #street: Street
  /** What the moving thing covers, and where it does. */
  readonly #under: Planes = createPlanes(LARGEST_MOVER)
  #covered: Area | undefined
  #level = -1
  #version = 0

  /** `target` has the size of PANORAMA and belongs to the scene. */
  constructor(specification: SceneSpecification, target: Planes) {
    this.#specification = specification
    this.#target = target
    this.#street = paintStreet(specification.seed)
  }

  /** Grows whenever the picture changes. */
  get version(): number {
    return this.#version
  }

  /** Brings the picture to a time of the channel and a local time of day in seconds. */
  paint(atMs: number, localSeconds: number): void {
    this.#light(lightLevel(this.#specification.light, localSeconds))
    const mover = moverAt(this.#specification, atMs)
    if (!mover && !this.#covered) return
    this.#version += 1
    if (this.#covered) copyArea(this.#under, { ...this.#covered, x: 0, y: 0 }, this.#target, this.#covered)
    const visible = mover && visibleArea(mover)
    this.#covered = visible && evenArea(visible)
    if (!mover || !this.#covered) return
    copyArea(this.#target, this.#covered, this.#under, { x: 0, y: 0 })
    this.#paintMover(mover)
  }

  #light(level: number): void {
    if (level === this.#level) return
    illuminate(this.#street.day, this.#target, this.#street.lights, level)
    this.#level = level
    this.#covered = undefined
    this.#version += 1
  }

  #paintMover({ kind, index, box, direction, travelled }: Mover): void {
    const canvas = new Canvas(this.#target, toneAt(Math.max(this.#level, 0.25)))
    const colours = kind === 'car' ? CAR_COLOURS : CLOTHES
    const colour = pick(colours, (index * 0.37 + this.#specification.seed * 0.61) % 1)
    PAINTERS[kind](canvas, box, { direction, travelled, colour, lit: this.#level < LAMPS_BELOW })
  }
}

/** The smallest area with even numbers around another one. */
function evenArea({ x, y, width, height }: Area): Area {
  const [left, top] = [x & ~1, y & ~1]
  return { x: left, y: top, width: (x + width - left + 1) & ~1, height: (y + height - top + 1) & ~1 }
}
