/** What goes through the engine: one picture of a source, before any scaling. */
import type { Frame } from 'node-av/lib'
import type { Lens, ViewWindow } from '../head/motion.ts'
import type { ImageSettings, IspSettings } from '../protocol.ts'
import type { Overlay } from './osd.ts'
import type { Framing } from './placement.ts'
import type { Size } from './size.ts'

export interface Picture {
  /** Lent: it may be read until the source is asked for the next picture. */
  readonly frame: Frame
  /** Another number means that the frame shows something else. */
  readonly version: number
  readonly framing: Framing
  /** It has no noise that could be reduced: it was painted. */
  readonly clean: boolean
}

/** What is done to a picture before words are written on it. */
export interface Look {
  readonly image: ImageSettings
  readonly isp: IspSettings
  /** The infrared lamp is off, or shines in daylight or in the dark. */
  readonly lamp: 'off' | 'bright' | 'dark'
  readonly monochrome: boolean
  /** Brightness of the white lamp, 0 (off) to 1. */
  readonly white: number
  readonly isNight: boolean
  /** Parts of the screen that are black, in fractions of it. */
  readonly masks: readonly ViewWindow[]
}

/** Luma from 16 to 235 as in video, or from 0 to 255 as in JPEG (H.264 §E.2.1 video_full_range_flag). */
export type Levels = 'video' | 'full'

/** How a picture is shown at one moment. */
export interface Rendition {
  readonly window: ViewWindow
  /** Size of main, whose screen masks and crop are measured on. */
  readonly screen: Size
  /** The part of the screen that is shown. */
  readonly crop: ViewWindow
  readonly lens: Lens
  /** Another object may mean another look. */
  readonly look: Look
  /** The light is multiplied by this to even out flicker. */
  readonly flickerGain: number
  readonly overlay: Overlay
}
