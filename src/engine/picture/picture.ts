/** What goes through the engine: one picture of a source, before any scaling. */
import type { Frame } from 'node-av/lib'
import type { ViewWindow } from '../head/motion.ts'
import type { PictureSettings } from '../protocol.ts'
import type { Overlay } from './osd.ts'
import type { Framing } from './view.ts'

export interface Picture {
  /** Lent: it may be read until the source is asked for the next picture. */
  readonly frame: Frame
  /** Another number means that the frame shows something else. */
  readonly version: number
  readonly framing: Framing
}

/** How a picture is shown at one moment. */
export interface Rendition {
  readonly window: ViewWindow
  readonly settings: PictureSettings
  readonly overlay: Overlay
}
