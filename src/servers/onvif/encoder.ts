/** The streams' encoders as ONVIF sees them: views of Enc, for Media and Media2 (docs/design/onvif.md). */
import { enc, frameRateIn, sizesOf } from '../../api/commands/enc/Enc.ts'
import { storedNorm } from '../../api/commands/video-input/stored-norm.ts'
import type { Parts } from '../../api/parts.ts'
import type { Profile } from '../../engine/protocol.ts'
import { Fault, invalid } from './fault.ts'
import type { XmlElement } from './xml-reader.ts'

/** Also the tokens of profiles and encoders. */
export const STREAMS = ['main', 'sub'] as const
export type StreamToken = (typeof STREAMS)[number]

/** Seconds between key frames that Enc knows. */
const GOP_SECONDS = { min: 1, max: 4 }

/** ONVIF's names, in the order of Enc's. */
const PROFILE_NAMES: Readonly<Record<Profile, string>> = { Base: 'Baseline', Main: 'Main', High: 'High' }
export const H264_PROFILES = Object.values(PROFILE_NAMES)

export interface EncoderView {
  readonly token: StreamToken
  readonly width: number
  readonly height: number
  readonly frameRate: number
  readonly rateKbps: number
  readonly govLength: number
  readonly profile: string
}

export interface Range {
  readonly min: number
  readonly max: number
}

export interface EncoderOptions {
  readonly sizes: readonly { readonly width: number; readonly height: number }[]
  /** Greatest first. */
  readonly frameRates: readonly number[]
  readonly frameRate: Range
  readonly rateKbps: Range
  readonly govLength: Range
}

/** What a client wants of an encoder; what is left out stays. */
interface Wish {
  readonly width: number | undefined
  readonly height: number | undefined
  readonly frameRate: number | undefined
  readonly rateKbps: number | undefined
  readonly govLength: number | undefined
  readonly profile: string | undefined
}

/** Errors: Fault `ter:NoConfig`. */
export function tokenOf(text: string | undefined, missing = 'ter:NoConfig' as const): StreamToken {
  const found = STREAMS.find((stream) => stream === text)
  if (found === undefined) throw invalid(missing, 'there is no encoder of that token')
  return found
}

export function viewOf(token: StreamToken, { settings }: Pick<Parts, 'settings'>): EncoderView {
  const norm = settings.current(storedNorm).Norm
  const value = settings.current(enc)
  const stream = token === 'main' ? value.mainStream : value.subStream
  const { width, height } = sizesOf(token, norm).find(({ size }) => size === stream.size)!
  const frameRate = token === 'main' ? frameRateIn(norm, stream.frameRate) : stream.frameRate
  return {
    token,
    width,
    height,
    frameRate,
    rateKbps: stream.bitRate,
    govLength: stream.gop * frameRate,
    profile: PROFILE_NAMES[stream.profile],
  }
}

export function optionsOf(token: StreamToken, { settings }: Pick<Parts, 'settings'>): EncoderOptions {
  const sizes = sizesOf(token, settings.current(storedNorm).Norm)
  const { frameRates } = sizes[0]!
  const frameRate = rangeOf(frameRates)
  return {
    sizes: sizes.map(({ width, height }) => ({ width, height })),
    frameRates,
    frameRate,
    rateKbps: rangeOf(sizes.flatMap(({ bitRates }) => bitRates)),
    govLength: { min: GOP_SECONDS.min * frameRate.min, max: GOP_SECONDS.max * frameRate.max },
  }
}

/** What SetVideoEncoderConfiguration of either service asks for. */
export function wishIn(configuration: XmlElement): Wish {
  const number = (text: string | undefined): number | undefined => {
    if (text === undefined) return undefined
    const value = Number(text)
    if (Number.isFinite(value) && value >= 0) return value
    throw modify('a number is expected')
  }
  const { attributes } = configuration
  return {
    width: number(configuration.textAt('Resolution', 'Width')),
    height: number(configuration.textAt('Resolution', 'Height')),
    frameRate: number(configuration.textAt('RateControl', 'FrameRateLimit')),
    rateKbps: number(configuration.textAt('RateControl', 'BitrateLimit')),
    govLength: number(configuration.textAt('H264', 'GovLength') ?? attributes.get('GovLength')),
    profile: configuration.textAt('H264', 'H264Profile') ?? attributes.get('Profile'),
  }
}

/** The wish as input of Enc: rates are the nearest there are. Errors: Fault `ter:ConfigModify`. */
export function inputOf(token: StreamToken, wish: Wish, parts: Pick<Parts, 'settings'>): object {
  const now = viewOf(token, parts)
  const { width = now.width, height = now.height } = wish
  const sizes = sizesOf(token, parts.settings.current(storedNorm).Norm)
  const size = sizes.find((one) => one.width === width && one.height === height)
  if (size === undefined) throw modify(`there is no size ${width}x${height}`)
  const profile = wish.profile ?? now.profile
  const known = (Object.keys(PROFILE_NAMES) as Profile[]).find((name) => PROFILE_NAMES[name] === profile)
  if (known === undefined) throw modify('there is no such H.264 profile')
  const frameRate = nearest(size.frameRates, wish.frameRate ?? now.frameRate)
  const { govLength } = wish
  const gop = Math.round(
    govLength === undefined ? now.govLength / now.frameRate : govLength / (wish.frameRate || frameRate),
  )
  const stream = {
    size: size.size,
    frameRate,
    bitRate: nearest(size.bitRates, wish.rateKbps ?? now.rateKbps),
    profile: known,
    gop: Math.min(GOP_SECONDS.max, Math.max(GOP_SECONDS.min, gop)),
  }
  return token === 'main' ? { mainStream: stream } : { subStream: stream }
}

function rangeOf(values: readonly number[]): Range {
  return { min: Math.min(...values), max: Math.max(...values) }
}

function nearest(values: readonly number[], wanted: number): number {
  return values.reduce((best, value) => (Math.abs(value - wanted) < Math.abs(best - wanted) ? value : best))
}

function modify(reason: string): Fault {
  return new Fault('Sender', ['ter:InvalidArgVal', 'ter:ConfigModify'], reason)
}
