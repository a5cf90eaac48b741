/** For tests: moving pictures that no encoder finds easy. */
import { execFileSync } from 'node:child_process'

/** FFmpeg's test picture in motion with film grain over it. */
export const BUSY = 'noise=alls=24:allf=t'

/** Frames of planar 4:2:0, one after the other. */
export function busyFrames({ width, height }: { width: number; height: number }, count: number): Buffer {
  const source = `testsrc2=s=${width}x${height}:r=15,${BUSY}`
  const args = ['-v', 'error', '-f', 'lavfi', '-i', source, '-frames:v', String(count)]
  return execFileSync('ffmpeg', [...args, '-pix_fmt', 'yuv420p', '-f', 'rawvideo', '-'], {
    maxBuffer: 2 ** 30,
  })
}
