/** What goes through the engine: one picture of a source, before any scaling. */
import type { Frame } from 'node-av/lib'
import type { Framing } from './view.ts'

export interface Picture {
  /** Lent: it may be read until the source is asked for the next picture. */
  readonly frame: Frame
  /** Another number means that the frame shows something else. */
  readonly version: number
  readonly framing: Framing
}
