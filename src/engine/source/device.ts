/** `v4l2:DEVICE`: a camera that is plugged in. */
import type { Recipe } from './recipe.ts'
import type { DeviceSpecification } from './specification.ts'

export function deviceRecipe({ path }: DeviceSpecification): Recipe {
  return {
    url: path,
    format: 'v4l2',
    // Over USB most cameras reach 30 pictures a second only as JPEG; some know no other size than their own.
    isFile: false,
    attempts: [
      { input_format: 'mjpeg', video_size: '1280x720', framerate: '30' },
      { video_size: '1280x720' },
      {},
    ],
  }
}
