/** What the engine knows about the light of its source, and what follows from it for the look of pictures. */
import type { Look, Picture } from '../picture/picture.ts'
import type { EngineSettings } from '../protocol.ts'
import { type DayNight, firstLook, lookAgain } from './day-night.ts'
import { FlickerMeter } from './flicker.ts'
import { LightMeter, meanOf } from './light-meter.ts'

const INTERVAL_MS = 1000

/** The part of the settings that decides about the look. */
export type LookSettings = Pick<EngineSettings, 'image' | 'isp' | 'lamp' | 'whiteLamp' | 'masks'>

export class Light {
  readonly #meter = new LightMeter()
  readonly #flicker = new FlickerMeter()
  #dayNight: DayNight | undefined
  #nextLookMs = Number.NEGATIVE_INFINITY
  #seen: { readonly picture: Pick<Picture, 'frame' | 'version'>; readonly gain: number } | undefined

  get isNight(): boolean {
    return this.#dayNight?.isNight ?? false
  }

  /** Looks at the source's picture if it is time to. Tells whether day became night or the other way round. */
  look({ frame }: Picture, atMs: number): boolean {
    if (atMs < this.#nextLookMs) return false
    this.#nextLookMs = atMs + INTERVAL_MS
    const wasNight = this.isNight
    const mean = meanOf(this.#meter.cells(frame))
    this.#dayNight = this.#dayNight === undefined ? firstLook(mean) : lookAgain(this.#dayNight, mean, atMs)
    return this.isNight !== wasNight
  }

  /** By how much this picture has to be brighter to even out flicker; asked for while that is wanted. */
  flickerGain(picture: Picture, atMs: number): number {
    const seen = this.#seen
    if (seen?.picture.frame === picture.frame && seen.picture.version === picture.version) return seen.gain
    const gain = this.#flicker.gainFor(this.#meter.cells(picture.frame), atMs)
    this.#seen = { picture: { frame: picture.frame, version: picture.version }, gain }
    return gain
  }

  /** Flicker is no longer watched. */
  rest(): void {
    this.#flicker.forget()
    this.#seen = undefined
  }

  /** Another source has another light. */
  forget(): void {
    this.rest()
    this.#dayNight = undefined
    this.#nextLookMs = Number.NEGATIVE_INFINITY
  }
}

/** Day and night by the table in docs/design/picture.md. */
export function lookOf({ image, isp, lamp, whiteLamp, masks }: LookSettings, isNight: boolean): Look {
  const isWhite = whiteLamp.light === 'on' || (whiteLamp.light === 'night' && isNight)
  const white = isWhite ? whiteLamp.brightness : 0
  const isOn = lamp === 'On' || (lamp === 'Auto' && isNight && isp.dayNight !== 'Color' && white === 0)
  const isWithoutColour = (isNight || isOn) && white === 0
  const monochrome = isp.dayNight === 'Black&White' || (isp.dayNight === 'Auto' && isWithoutColour)
  return { image, isp, monochrome, masks, lamp: isOn ? (isNight ? 'dark' : 'bright') : 'off', white, isNight }
}
