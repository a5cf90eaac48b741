/** Encoder of main and sub stream (Guide §3.5). */
import { CameraError } from '../../../base/errors.ts'
import { FACTORY_STREAMS } from '../../../engine/factory-settings.ts'
import { type EncoderSettings, PROFILES } from '../../../engine/protocol.ts'
import { choice } from '../../define/choice.ts'
import type { Infer } from '../../define/field.ts'
import { group } from '../../define/groups.ts'
import { flag, integer } from '../../define/numbers.ts'
import { setting } from '../../define/setting.ts'
import { storedNorm, type TvNorm } from '../video-input/stored-norm.ts'

interface Size {
  readonly width: number
  readonly height: number
  readonly bitRates: readonly number[]
  readonly default: { readonly bitRate: number; readonly frameRate: number }
}

const LARGE_RATES = [1024, 1536, 2048, 3072, 4096, 5120, 6144, 7168, 8192]
const SMALL_RATES = [512, 768, 1024, 1536, 2048, 3072, 4096, 5120]
const SUB_RATES = [64, 128, 160, 192, 256, 384, 512]
/** The highest frame rate follows the mains; the others are common to both. */
const TOP_FRAME_RATES = { NTSC: 30, PAL: 25 } as const
const LOWER_FRAME_RATES = [22, 20, 18, 16, 15, 12, 10, 8, 6, 4, 2] as const
const SUB_FRAME_RATES = [15, 10, 7, 4]

const MAIN_SIZES = {
  '2560*1440': {
    width: 2560,
    height: 1440,
    bitRates: LARGE_RATES,
    default: { bitRate: 6144, frameRate: 30 },
  },
  '2048*1536': {
    width: 2048,
    height: 1536,
    bitRates: LARGE_RATES,
    default: { bitRate: 5120, frameRate: 30 },
  },
  '2304*1296': {
    width: 2304,
    height: 1296,
    bitRates: LARGE_RATES,
    default: { bitRate: 5120, frameRate: 30 },
  },
  '1080P': { width: 1920, height: 1080, bitRates: LARGE_RATES, default: { bitRate: 5120, frameRate: 30 } },
  '720P': { width: 1280, height: 720, bitRates: SMALL_RATES, default: { bitRate: 3072, frameRate: 30 } },
} as const satisfies Record<string, Size>
const SUB_SIZES = {
  '640*360': { width: 640, height: 360, bitRates: SUB_RATES, default: { bitRate: 160, frameRate: 7 } },
} as const satisfies Record<string, Size>

const namesOf = <K extends string>(sizes: Readonly<Record<K, Size>>) => Object.keys(sizes) as K[]
const ratesOf = (sizes: Readonly<Record<string, Size>>) => [
  ...new Set(Object.values(sizes).flatMap(({ bitRates }) => bitRates)),
]

const { main, sub } = FACTORY_STREAMS

const fields = group({
  audio: flag(0, { label: 'Sound' }),
  mainStream: group({
    bitRate: choice(ratesOf(MAIN_SIZES), { initial: main.rateKbps, label: 'Bit rate', unit: 'kbit/s' }),
    frameRate: choice([30, 25, ...LOWER_FRAME_RATES], {
      initial: main.frameRate,
      label: 'Frame rate',
      unit: 'frames/s',
    }),
    gop: integer({ min: 1, max: 4, initial: main.gopSeconds, label: 'Key frame interval', unit: 's' }),
    profile: choice(PROFILES, { initial: main.profile, label: 'H.264 profile' }),
    size: choice(namesOf(MAIN_SIZES), {
      initial: '720P',
      label: 'Resolution',
      aliases: { '1920*1080': '1080P', '1280*720': '720P' },
    }),
  }),
  subStream: group({
    bitRate: choice(SUB_RATES, { initial: sub.rateKbps, label: 'Bit rate', unit: 'kbit/s' }),
    frameRate: choice(SUB_FRAME_RATES, { initial: sub.frameRate, label: 'Frame rate', unit: 'frames/s' }),
    gop: integer({ min: 1, max: 4, initial: sub.gopSeconds, label: 'Key frame interval', unit: 's' }),
    profile: choice(PROFILES, { initial: sub.profile, label: 'H.264 profile' }),
    size: choice(namesOf(SUB_SIZES), { initial: '640*360', label: 'Resolution' }),
  }),
})

type StreamValue = Infer<typeof fields>['mainStream'] | Infer<typeof fields>['subStream']

function encoderOf(stream: StreamValue, { width, height }: Size): EncoderSettings {
  const { frameRate, bitRate: rateKbps, profile, gop: gopSeconds } = stream
  return { width, height, frameRate, rateKbps, profile, gopSeconds }
}

/** Option set of one size, as GetEnc's `range` prints it. */
function optionsOf(
  size: string,
  { bitRates, default: preset, width, height }: Size,
  frameRates: readonly number[],
) {
  return {
    bitRate: bitRates,
    default: {
      bitRate: preset.bitRate,
      frameRate: preset.frameRate === 30 ? frameRates[0] : preset.frameRate,
      gop: 2,
    },
    frameRate: frameRates,
    gop: { max: 4, min: 1 },
    height,
    profile: PROFILES,
    size,
    vType: ['h264'],
    width,
  }
}

function rangeIn(tvNorm: TvNorm) {
  return Object.entries(MAIN_SIZES).map(([size, options]) => ({
    audio: 'boolean',
    mainStream: optionsOf(size, options, frameRatesIn(tvNorm)),
    subStream: optionsOf('640*360', SUB_SIZES['640*360'], SUB_FRAME_RATES),
  }))
}

function frameRatesIn(tvNorm: TvNorm): readonly number[] {
  return [TOP_FRAME_RATES[tvNorm], ...LOWER_FRAME_RATES]
}

/** The frame rate of the main stream that a norm has in place of another one's. */
export function frameRateIn(tvNorm: TvNorm, frameRate: number): number {
  return frameRate === TOP_FRAME_RATES.NTSC || frameRate === TOP_FRAME_RATES.PAL
    ? TOP_FRAME_RATES[tvNorm]
    : frameRate
}

const RANGES: Readonly<Record<TvNorm, object>> = { NTSC: rangeIn('NTSC'), PAL: rangeIn('PAL') }

/** Adds the members of newer firmware that clients read to find the picture's size. */
function showStream(stream: StreamValue, { width, height }: Size) {
  return { ...stream, height, vType: 'h264', width }
}

/** What a stream can be set to, size by size, as GetEnc's `range` has it. */
export function sizesOf(
  stream: 'main' | 'sub',
  tvNorm: TvNorm,
): readonly (Pick<Size, 'width' | 'height' | 'bitRates'> & {
  readonly size: string
  readonly frameRates: readonly number[]
})[] {
  const sizes: Readonly<Record<string, Size>> = stream === 'main' ? MAIN_SIZES : SUB_SIZES
  const frameRates = stream === 'main' ? frameRatesIn(tvNorm) : SUB_FRAME_RATES
  return Object.entries(sizes).map(([size, { width, height, bitRates }]) => ({
    size,
    width,
    height,
    bitRates,
    frameRates,
  }))
}

/** Size of the main stream, pixels. */
export function sizeOfMain({ mainStream }: Infer<typeof fields>): { width: number; height: number } {
  const { width, height } = MAIN_SIZES[mainStream.size]
  return { width, height }
}

export const enc = setting('Enc', {
  guide: ['3.5.1', '3.5.2'],
  summary: 'Size, bit rate, frame rate and profile of the streams, and sound.',
  ability: { key: 'enc' },
  perChannel: true,
  fields,
  range: ({ settings }) => RANGES[settings.current(storedNorm).Norm],
  show: ({ audio, mainStream, subStream }) => ({
    audio,
    mainStream: showStream(mainStream, MAIN_SIZES[mainStream.size]),
    subStream: showStream(subStream, SUB_SIZES[subStream.size]),
  }),
  check: ({ mainStream }, { settings }) => {
    const { size, bitRate, frameRate } = mainStream
    const inList = (name: string, value: number, list: readonly number[]) => {
      if (list.includes(value)) return
      throw new CameraError('bad-value', `mainStream.${name} must be one of ${list.join(', ')}`)
    }
    inList(`bitRate at ${size}`, bitRate, MAIN_SIZES[size].bitRates)
    inList('frameRate', frameRate, frameRatesIn(settings.current(storedNorm).Norm))
  },
  apply: ({ audio, mainStream, subStream }, { channels, settings }, channel) => {
    const main = encoderOf(mainStream, MAIN_SIZES[mainStream.size])
    const frameRate = frameRateIn(settings.current(storedNorm).Norm, main.frameRate)
    channels[channel]?.configure({
      audio: audio === 1,
      streams: {
        main: { ...main, frameRate },
        sub: encoderOf(subStream, SUB_SIZES[subStream.size]),
        ext: FACTORY_STREAMS.ext,
      },
    })
  },
})
