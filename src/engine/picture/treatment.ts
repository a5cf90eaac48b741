/**
 * What is done to the pictures of a stream, as a pure function of the settings and the light: filters for FFmpeg
 * and tables for the pixels. Neutral settings give nothing. The order is told in docs/design/picture.md.
 */
import { flipsOf } from '../head/motion.ts'
import type { ImageSettings, IspSettings } from '../protocol.ts'
import type { Levels, Look } from './picture.ts'
import { exposureOf, type Tables, tablesOf } from './tone.ts'

export interface Treatment {
  /** Left and right exchanged, up and down exchanged. */
  readonly horizontal: boolean
  readonly vertical: boolean
  /** Filters at the size of the stream, before noise is reduced. None of them knows its size. */
  readonly sensor: readonly string[]
  /** Largest difference between two pictures that is taken for noise, levels of luma; 0 is none. */
  readonly noiseLimit: number
  readonly tables: Tables
  /** Filters behind the tables. */
  readonly finish: readonly string[]
  /** So many more pictures are drawn after the source's last change. */
  readonly settles: number
}

const NOISE_LIMIT = 12
/** For hqdn3d 0 is not nothing: it would mix a still with the one before. */
const NOTHING = 1e-6
/** Noise that is added where the gain is twice the neutral one, levels of luma. */
const NOISE_PER_GAIN = 10
/** Longer shutters mix this many pictures. */
const MIXES: readonly (readonly [ms: number, pictures: number])[] = [
  [100, 3],
  [75, 2],
]

/**
 * `full` levels are those of a still, which knows no picture before it. `clean`: the source has no noise of
 * its own.
 */
export function treatmentOf(look: Look, levels: Levels, clean: boolean): Treatment {
  const { image, isp, monochrome } = look
  const isStill = levels === 'full'
  const noise = noiseOf(isp)
  const mixed = isStill ? 1 : mixedOf(isp)
  const noiseLimit = clean && noise === 0 ? 0 : noiseLimitOf(isp)
  const sensor = [
    // Without a copy it could hold the source's own frame, which is painted over.
    ...(mixed > 1 ? ['copy', `tmix=frames=${mixed}`] : []),
    ...(noise > 0 ? [`noise=c0s=${noise}:c0f=t+u`] : []),
    ...(isStill && noiseLimit > 0 ? [`hqdn3d=${noiseLimit / 3}:${NOTHING}:${NOTHING}:${NOTHING}`] : []),
  ]
  const settles = noise > 0 ? Number.POSITIVE_INFINITY : (mixed > 1 ? mixed : 0) + (noiseLimit > 0 ? 5 : 0)
  return {
    ...flipsOf(isp),
    sensor,
    noiseLimit: isStill ? 0 : noiseLimit,
    tables: tablesOf(look, levels),
    finish: [...(monochrome ? [] : colourFilters(image, isp, levels)), ...sharpenFilters(image)],
    settles: isStill ? 0 : settles,
  }
}

function noiseOf(isp: IspSettings): number {
  return Math.max(0, Math.round(NOISE_PER_GAIN * (exposureOf(isp).gain - 1)))
}

function mixedOf(isp: IspSettings): number {
  const { shutterMs } = exposureOf(isp)
  return MIXES.find(([ms]) => shutterMs > ms)?.[1] ?? 1
}

function noiseLimitOf({ nr3d, exposure }: IspSettings): number {
  if (!nr3d) return 0
  if (exposure === 'LowNoise') return NOISE_LIMIT * 2
  return exposure === 'Anti-Smearing' ? NOISE_LIMIT / 2 : NOISE_LIMIT
}

function colourFilters(image: ImageSettings, isp: IspSettings, levels: Levels): string[] {
  const { hue } = image
  const { whiteBalance, redGain, blueGain } = isp
  const tinted = whiteBalance === 'Manual' && (redGain !== 128 || blueGain !== 128)
  return [
    ...(hue === 128 ? [] : [`hue=h=${((hue - 128) * 180) / 128}`]),
    ...(tinted ? [`colorcorrect=${tintOf('r', redGain, levels)}:${tintOf('b', blueGain, levels)}`] : []),
  ]
}

/** Grows with luma, from nothing at black, which is 16 of 255 at video levels. */
function tintOf(colour: 'r' | 'b', gain: number, levels: Levels): string {
  const high = ((gain - 128) / 128) * 0.35
  const low = levels === 'video' ? (-high * 16) / (255 - 16) : 0
  return `${colour}h=${high.toFixed(4)}:${colour}l=${low.toFixed(4)}`
}

/** A kernel of 3 × 3 on luma. */
function sharpenFilters({ sharpen }: ImageSettings): string[] {
  if (sharpen === 128) return []
  if (sharpen > 128) {
    const edge = Math.round(((sharpen - 128) / 127) * 192)
    return [kernel([0, -edge, 0, -edge, 256 + 4 * edge, -edge, 0, -edge, 0], 256)]
  }
  const corner = Math.ceil(((128 - sharpen) / 128) * 64)
  const [side, middle] = [2 * corner, 1024 - 12 * corner]
  return [kernel([corner, side, corner, side, middle, side, corner, side, corner], 1024)]
}

function kernel(weights: readonly number[], divisor: number): string {
  return `convolution=0m='${weights.join(' ')}':0rdiv=1/${divisor}`
}
