/** What is seen of the painted street, whose truth is known. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CELLS, countCommon } from '../../motion/grid.ts'
import { Replay } from '../../motion/replay.ts'
import { FACTORY_IMAGE, FACTORY_ISP, FACTORY_STREAMS, WHITE_LAMP_OFF } from '../factory-settings.ts'
import { homeOf, lensOf, type Pose, type ViewWindow, WHOLE, windowOf } from '../head/motion.ts'
import { lookOf } from '../light/light.ts'
import { PictureChain } from '../picture/chain.ts'
import type { Sighting } from '../protocol.ts'
import { moverAt, PANORAMA } from '../scene/movement.ts'
import { SceneSource } from '../source/scene-source.ts'
import type { SceneSpecification } from '../source/specification.ts'
import { Watcher } from './watcher.ts'

const HOME = homeOf('scene:street')
const ALL = new Uint8Array(CELLS / 8).fill(0xff)
/** Pixels of the panorama by which a mover must have come into view to be missed. */
const IN_VIEW = 24

interface Shot {
  readonly pose?: Pose
  readonly masks?: readonly ViewWindow[]
  readonly bright?: number
  readonly focus?: number
  /** Words that change with every picture. */
  readonly words?: string
}

/** The street through the camera's own chain at the pace of the sub stream. */
class Street {
  readonly #source: SceneSource
  readonly #chain = new PictureChain({ width: 640, height: 360 })
  readonly #watcher = new Watcher((sighting) => {
    this.#sighting = sighting
  })
  readonly #isNight: boolean
  #sighting: Sighting | undefined

  constructor(specification: SceneSpecification) {
    this.#isNight = specification.light === 'night'
    const context = {
      now: () => 0,
      localSeconds: () => 0,
      report: () => undefined,
      adjusted: () => undefined,
    }
    this.#source = new SceneSource(specification, context)
  }

  look(atMs: number, { pose = HOME, masks = [], bright = 128, words = '' }: Shot = {}): Sighting | undefined {
    const picture = this.#source.picture(atMs)
    const image = { ...FACTORY_IMAGE, bright }
    const rendition = {
      window: windowOf(pose),
      screen: FACTORY_STREAMS.main,
      crop: WHOLE,
      lens: lensOf(pose),
      look: lookOf(
        { image, isp: FACTORY_ISP, lamp: 'Auto', whiteLamp: WHITE_LAMP_OFF, masks },
        this.#isNight,
      ),
      flickerGain: 1,
      overlay: {
        settings: {
          name: { enabled: false, text: '', position: 'Lower Right' },
          time: { enabled: words !== '', position: 'Top Center' },
          background: false,
          watermark: false,
        },
        time: words,
      },
    } as const
    this.#chain.render(picture, rendition)
    this.#sighting = undefined
    this.#watcher.look({ picture, treated: this.#chain.treated, rendition }, atMs)
    return this.#sighting
  }

  close(): void {
    this.#watcher.close()
    this.#chain.close()
    this.#source.close()
  }
}

const slot = (index: number) => 3 + (index * 1000) / 7
const moved = (sighting: Sighting | undefined) =>
  sighting?.cells === undefined ? 0 : countCommon(sighting.cells, sighting.cells)

function isInView(specification: SceneSpecification, atMs: number): boolean {
  const mover = moverAt(specification, atMs)
  const { x, width } = windowOf(HOME)
  const [left, right] = [x * PANORAMA.width, (x + width) * PANORAMA.width]
  return (
    mover !== undefined &&
    Math.min(right, mover.box.x + mover.box.width) - Math.max(left, mover.box.x) > IN_VIEW
  )
}

for (const light of ['day', 'night'] as const) {
  test(`by ${light}, whatever comes into view is an alarm within half a second, and nothing else is`, () => {
    let appearances = 0
    // A street by night takes long to paint.
    for (let seed = 0; seed < (light === 'day' ? 10 : 3); seed += 1) {
      const specification = { kind: 'scene', everySeconds: 9, forSeconds: 4, seed, light } as const
      const street = new Street(specification)
      const replay = new Replay({ isEnabled: true, scope: ALL, periods: [] })
      const seenMs: number[] = []
      let wasInView = false
      for (let index = 0; index < 7 * 18; index += 1) {
        const atMs = slot(index)
        replay.take(street.look(atMs, { words: `${index}` }), atMs)
        const isNow = isInView(specification, atMs)
        if (isNow && !wasInView) seenMs.push(atMs)
        wasInView = isNow
      }
      replay.finish(18_000)
      appearances += seenMs.length
      const noticedMs = replay.events.map(({ noticedMs }) => noticedMs)
      assert.equal(noticedMs.length, seenMs.length, `seed ${seed}: ${noticedMs} for ${seenMs}`)
      for (const [index, atMs] of seenMs.entries()) {
        const delayMs = noticedMs[index]! - atMs
        assert.ok(delayMs > -500 && delayMs <= 500, `seed ${seed}: ${delayMs} ms`)
      }
      assert.ok(replay.events.every(({ kind }) => kind === 'motion'))
      street.close()
    }
    assert.ok(appearances >= 4, `${appearances}`)
  })
}

const STILL = { kind: 'scene', everySeconds: 0, forSeconds: 0, seed: 1, light: 'day' } as const

test('what the camera does to the picture itself is no motion: the head, masks, brightness, words', () => {
  const street = new Street(STILL)
  const shots: readonly Shot[] = [
    {},
    { masks: [{ x: 0.2, y: 0.2, width: 0.4, height: 0.4 }] },
    { bright: 200 },
    { bright: 60 },
    ...[0.55, 0.6, 0.65, 0.6, 0.5].map((pan) => ({ pose: { ...HOME, pan } })),
    { pose: { ...HOME, zoom: 2, focus: 0.42 } },
    {},
  ]
  for (let index = 0; index < 7 * 60; index += 1) {
    const shot = shots[Math.floor(index / 12) % shots.length]!
    assert.equal(moved(street.look(slot(index), { ...shot, words: `${index}` })), 0, `picture ${index}`)
  }
  street.close()
})

test('nothing moves under a mask', () => {
  const specification = { ...STILL, everySeconds: 4, forSeconds: 4, seed: 0 }
  const masks = [{ x: 0, y: 0, width: 1, height: 1 }]
  const [open, masked] = [new Street(specification), new Street(specification)]
  let seen = 0
  for (let index = 0; index < 7 * 4; index += 1) {
    seen += moved(open.look(slot(index)))
    assert.equal(moved(masked.look(slot(index), { masks })), 0)
  }
  assert.ok(seen > 100)
  open.close()
  masked.close()
})

test('a lens that is turned out of focus is told, night and a turning head are not', () => {
  const street = new Street(STILL)
  const troubles: string[] = []
  const watch = (fromS: number, toS: number, shotAt: (atS: number) => Shot) => {
    for (let index = fromS * 7; index < toS * 7; index += 1) {
      const trouble = street.look(slot(index), shotAt(index / 7))?.trouble
      if (trouble !== undefined)
        troubles.push(
          Object.keys(trouble)
            .filter((key) => trouble[key as never])
            .join(),
        )
    }
  }
  watch(0, 30, (atS) => ({ pose: { ...HOME, pan: Math.max(0.5, 0.6 - atS / 150) } }))
  assert.deepEqual(troubles, [''])
  watch(30, 40, () => ({ pose: { ...HOME, focus: 1 } }))
  assert.deepEqual(troubles, ['', 'defocused'])
  watch(40, 50, () => ({}))
  assert.deepEqual(troubles, ['', 'defocused', ''])
  street.close()
  const night = new Street({ ...STILL, light: 'night' })
  for (let index = 0; index < 7 * 25; index += 1) {
    const trouble = night.look(slot(index))?.trouble
    assert.ok(trouble === undefined || !Object.values(trouble).includes(true))
  }
  night.close()
})
