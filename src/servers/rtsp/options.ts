/** What the RTSP server is given. */
import type { DigestDoor } from '../../auth/types.ts'
import type { LiveViewOptions } from '../live-view.ts'
import type { RtspPlayback } from './playback.ts'

export interface RtspOptions extends LiveViewOptions {
  /** Without it only Basic is offered. */
  readonly digest?: DigestDoor
  /** Without it there is nothing to replay. */
  readonly replay?: RtspPlayback
}

/** RFC 2326 §12.37: life signs have to come at least so often. */
export const SESSION_SECONDS = 60
