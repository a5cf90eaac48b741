/** What is done to brightness and colour, as curves over light from 0 (black) to 1 (white); see docs/design/picture.md. */
import type { ImageSettings, IspSettings } from '../protocol.ts'
import type { Levels, Look } from './picture.ts'

/** Middle of the factory's gain, 1 to 62, and shutter, 0 to 125 ms. */
const NEUTRAL_GAIN = 31.5
const NEUTRAL_SHUTTER_MS = 62.5
/** Neither gain nor shutter takes away more light than this. */
const LEAST_SHARE = 1 / 8
/** LowNoise and Anti-Smearing do with less light. */
const CAUTIOUS_SHARE = 0.8
/** From light to the voltage of a picture (ITU-R BT.709 §1.2, without its linear part). */
const TRANSFER = 0.45

const LAMP_POWER = { off: 1, bright: 1.3, dark: 3.5 } as const

/** The same for the white lamp at its brightest, and how much more colour it shows. */
const WHITE_POWER = { bright: 1.3, dark: 4.5 } as const
const WHITE_SATURATION = { bright: 0, dark: 1 } as const

/** New values for the 256 of luma and of each chroma plane; undefined where they stay. */
export interface Tables {
  readonly y: Uint8Array | undefined
  readonly chroma: Uint8Array | undefined
}

/** How much more than in Auto the simulated gain and shutter let in, 1 where they don't count. */
export function exposureOf({ exposure, gain, shutter }: IspSettings): { gain: number; shutterMs: number } {
  const gainCounts = exposure === 'LowNoise' || exposure === 'Manual'
  const shutterCounts = exposure === 'Anti-Smearing' || exposure === 'Manual'
  return {
    gain: gainCounts ? (gain.min + gain.max) / 2 / NEUTRAL_GAIN : 1,
    shutterMs: shutterCounts ? (shutter.min + shutter.max) / 2 : NEUTRAL_SHUTTER_MS,
  }
}

/** The light of a picture against that of Auto. */
export function lightOf(isp: IspSettings): number {
  const { gain, shutterMs } = exposureOf(isp)
  const isCautious = isp.exposure === 'LowNoise' || isp.exposure === 'Anti-Smearing'
  const shares = [gain, shutterMs / NEUTRAL_SHUTTER_MS].map((share) => Math.max(LEAST_SHARE, share))
  return shares[0]! * shares[1]! * (isCautious ? CAUTIOUS_SHARE : 1)
}

/** What becomes of a light from 0 to 1. */
export function curveOf({ image, isp, lamp, white, isNight }: Look): (light: number) => number {
  const exposed = lightOf(isp) ** TRANSFER
  const whitePower = 1 + (WHITE_POWER[isNight ? 'dark' : 'bright'] - 1) * white
  const lampPower = Math.max(LAMP_POWER[lamp], whitePower)
  const contrast = 2 ** ((image.contrast - 128) / 96)
  const offset = (image.bright - 128) / 256
  return (light) => {
    const lit = 1 - (1 - clamp(light * exposed)) ** lampPower
    const held = isp.antiFlicker === 'Outdoor' ? lit * (1 - 0.3 * lit) : lit
    const evened = againstBackLight(isp, held)
    return clamp((evened - 0.5) * contrast + 0.5 + offset)
  }
}

function againstBackLight({ backLight, blc, drc }: IspSettings, light: number): number {
  if (backLight === 'BackLightControl') return light + 2.5 * (blc / 255) * light * (1 - light) ** 3
  if (backLight === 'DynamicRangeControl')
    return light + (0.9 * (drc / 255) * Math.sin(2 * Math.PI * light)) / (2 * Math.PI)
  return light
}

export function tablesOf(look: Look, levels: Levels): Tables {
  const curve = curveOf(look)
  const lit = 1 + WHITE_SATURATION[look.isNight ? 'dark' : 'bright'] * look.white
  const saturation = look.monochrome ? 0 : saturationOf(look.image) * lit
  return {
    y: lumaTable(curve, levels),
    chroma:
      saturation === 1
        ? undefined
        : Uint8Array.from({ length: 256 }, (_, at) => toByte(128 + (at - 128) * saturation)),
  }
}

/** Undefined if the curve changes nothing. */
export function lumaTable(curve: (light: number) => number, levels: Levels): Uint8Array | undefined {
  const [black, white] = levels === 'full' ? [0, 255] : [16, 235]
  const table = Uint8Array.from({ length: 256 }, (_, at) => {
    const light = clamp((at - black) / (white - black))
    return toByte(black + curve(light) * (white - black))
  })
  const isNeutral = table.every((value, at) => value === Math.min(white, Math.max(black, at)))
  return isNeutral ? undefined : table
}

function saturationOf({ saturation }: ImageSettings): number {
  return saturation <= 128 ? saturation / 128 : 1 + (saturation - 128) / 127
}

const clamp = (light: number) => Math.min(1, Math.max(0, light))
const toByte = (value: number) => Math.min(255, Math.max(0, Math.round(value)))
