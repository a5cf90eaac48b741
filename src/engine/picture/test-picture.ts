/** For tests: pictures through a real chain, and what can be measured on them. */
import type { Frame } from 'node-av/lib'
import { FACTORY_IMAGE, FACTORY_ISP, WHITE_LAMP_OFF } from '../factory-settings.ts'
import { lensOf, type ViewWindow, WHOLE, WIDE } from '../head/motion.ts'
import { lookOf } from '../light/light.ts'
import type { ImageSettings, IspSettings, LampMode, WhiteLampSettings } from '../protocol.ts'
import { Scene } from '../scene/scene.ts'
import { createFrame, planesOf } from './blank-frame.ts'
import { PictureChain } from './chain.ts'
import type { Levels, Picture, Rendition } from './picture.ts'
import type { Size } from './size.ts'

export interface Wish {
  readonly image?: Partial<ImageSettings>
  readonly isp?: Partial<IspSettings>
  readonly lamp?: LampMode
  readonly whiteLamp?: WhiteLampSettings
  readonly masks?: readonly ViewWindow[]
  readonly crop?: ViewWindow
  readonly window?: ViewWindow
  readonly isNight?: boolean
  readonly flickerGain?: number
}

/** What was asked for on top of the factory settings, in colour and without words. */
export function renditionOf(wish: Wish): Rendition {
  const { image, isp, lamp = 'Off', whiteLamp = WHITE_LAMP_OFF, masks = [], isNight = false } = wish
  const settings = {
    image: { ...FACTORY_IMAGE, ...image },
    isp: { ...FACTORY_ISP, dayNight: 'Color' as const, ...isp },
    lamp,
    whiteLamp,
    masks,
  }
  return {
    window: wish.window ?? WHOLE,
    screen: { width: 1280, height: 720 },
    crop: wish.crop ?? WHOLE,
    lens: lensOf(WIDE),
    look: lookOf(settings, isNight),
    flickerGain: wish.flickerGain ?? 1,
    overlay: {
      settings: {
        name: { enabled: false, text: '', position: 'Lower Right' },
        time: { enabled: false, position: 'Top Center' },
        background: false,
        watermark: false,
      },
      time: '',
    },
  }
}

/** The street at rest. */
export function streetPicture(light: 'day' | 'night'): Picture {
  const frame = createFrame({ width: 2560, height: 1440 })
  const scene = new Scene({ kind: 'scene', everySeconds: 0, forSeconds: 0, seed: 1, light }, planesOf(frame))
  scene.paint(0, 43_200)
  return { frame, version: 1, framing: 'fill', clean: true }
}

export interface Measured extends Size {
  readonly y: Uint8Array
  readonly u: Uint8Array
  readonly v: Uint8Array
}

/** A copy of the pixels, without what stands between rows. */
export function pixelsOf(frame: Frame): Measured {
  const { width, height, y, u, v, yStride, cStride } = planesOf(frame)
  return {
    width,
    height,
    y: packed(y, yStride, width, height),
    u: packed(u, cStride, width / 2, height / 2),
    v: packed(v, cStride, width / 2, height / 2),
  }
}

function packed(plane: Uint8Array, stride: number, width: number, height: number): Uint8Array {
  const result = new Uint8Array(width * height)
  for (let row = 0; row < height; row += 1)
    result.set(plane.subarray(row * stride, row * stride + width), row * width)
  return result
}

interface RenderOptions {
  readonly size?: Size
  readonly levels?: Levels
}

/** One picture through a chain of its own. */
export function renderOnce(
  picture: Picture,
  wish: Wish,
  { size = { width: 640, height: 360 }, levels = 'video' }: RenderOptions = {},
): Measured {
  const chain = new PictureChain(size, levels)
  try {
    return pixelsOf(chain.render(picture, renditionOf(wish)))
  } finally {
    chain.close()
  }
}

export function mean(values: Uint8Array): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length
}

/** How strongly neighbours differ: sharpness and noise. */
export function roughness({ y, width }: Measured): number {
  let sum = 0
  for (let at = 1; at < y.length; at += 1) if (at % width !== 0) sum += Math.abs(y[at]! - y[at - 1]!)
  return sum / y.length
}

/** Mean distance of two pictures in luma. */
export function distance(one: Measured, other: Measured): number {
  return one.y.reduce((sum, value, at) => sum + Math.abs(value - other.y[at]!), 0) / one.y.length
}
