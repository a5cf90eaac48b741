/** What every room of the engine needs to talk to FFmpeg: return codes turned into errors. */
import { FFmpegError } from 'node-av/lib'
import { CameraError } from '../base/errors.ts'

/**
 * Passes the result of an FFmpeg call through. Errors: CameraError `internal`, with FFmpeg's sentence, for a
 * negative one.
 */
export function check(result: number, what: string): number {
  if (result < 0) throw new CameraError('internal', `${what}: ${reasonOf(result)}`)
  return result
}

/** FFmpeg's sentence for a return code. It names no address, so it may be logged. */
export function reasonOf(code: number): string {
  return FFmpegError.strerror(code)
}
