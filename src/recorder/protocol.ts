/** Messages between the camera process and the recorder process (IPC, advanced serialization). */
import type { Description } from '../media/container/mp4/format.ts'
import type { Packet } from '../media/packet.ts'

/** Camera to recorder. `id` is the recording's row in the index. */
export type RecorderRequest =
  /** `path` must not exist. The first packets follow at once and begin with a key picture. */
  | {
      readonly type: 'open'
      readonly id: number
      readonly path: string
      readonly description: Description
      readonly firstPts90k: number
    }
  /** Becomes a fragment. */
  | { readonly type: 'append'; readonly id: number; readonly packets: readonly Packet[] }
  /** The last picture lasts until `endPts90k`. */
  | { readonly type: 'close'; readonly id: number; readonly endPts90k: number }
  /** Reads a file that nobody writes, cuts off its torn end and closes it. */
  | { readonly type: 'mend'; readonly id: number; readonly path: string }

/** What is known of a file. */
export interface FileState {
  readonly sizeBytes: number
  readonly duration90k: number
}

/** Recorder to camera. */
export type RecorderEvent =
  | ({ readonly type: 'grown'; readonly id: number } & FileState)
  | ({ readonly type: 'closed'; readonly id: number } & FileState)
  /** The file is left as it is; `code` is the system's, such as ENOSPC. */
  | { readonly type: 'failed'; readonly id: number; readonly code: string; readonly reason: string }
  /** `description` is undefined for a file that is none of ours or empty. */
  | ({
      readonly type: 'mended'
      readonly id: number
      /** There is no file. */
      readonly isMissing: boolean
      readonly description: Description | undefined
    } & FileState)
