/**
 * The bit rates that SetEnc promises: the mean of 30 s on a busy scene against the one that is set, over the sizes,
 * bit rates, frame rates and profiles of the guide's table (Guide §3.5.1), without the source and faster than real
 * time. Each size with its lowest, middle and highest rate at each frame rate it is given. About an hour for all:
 * `node bench/bit-rate.ts SIZE [FRAME RATE …]`, SIZE such as 1280x720.
 */
import { AV_LOG_QUIET } from 'node-av/constants'
import { Log } from 'node-av/lib'
import { sizesOf } from '../src/api/commands/enc/Enc.ts'
import { PROFILES, type Profile } from '../src/engine/protocol.ts'
import { BusyClip } from '../src/engine/test-busy-clip.ts'
import { VideoTrack } from '../src/engine/video-track.ts'

const SECONDS = 30
/** Key pictures as the factory has them, s. */
const GOP_SECONDS = { main: 2, sub: 4 } as const

Log.setLevel(AV_LOG_QUIET)
const [wanted = '', ...frameRates] = process.argv.slice(2)
const stream = wanted === '640x360' ? 'sub' : 'main'
const size = sizesOf(stream, 'NTSC').find(({ width, height }) => `${width}x${height}` === wanted)
if (size === undefined) throw new Error(`no size ${wanted}`)

const { width, height, bitRates } = size
const clip = new BusyClip({ width, height }, 30)
const rates = [bitRates[0]!, bitRates[bitRates.length >> 1]!, bitRates.at(-1)!]
for (const [turn, frameRate] of (frameRates.length > 0
  ? frameRates.map(Number)
  : size.frameRates
).entries()) {
  for (const [at, rateKbps] of rates.entries()) {
    const profile = PROFILES[(turn + at) % PROFILES.length]!
    const { kbps, left } = meanKbps(frameRate, rateKbps, profile)
    const share = kbps / rateKbps
    const mark = Math.abs(share - 1) > 0.1 ? ' **missed**' : ''
    const row = [
      wanted,
      frameRate,
      rateKbps,
      profile,
      share.toFixed(3) + mark,
      `${(left * 100).toFixed(0)} %`,
    ]
    console.log(`| ${row.join(' | ')} |`)
  }
}
clip.close()

function meanKbps(frameRate: number, rateKbps: number, profile: Profile): { kbps: number; left: number } {
  const settings = { width, height, frameRate, rateKbps, profile, gopSeconds: GOP_SECONDS[stream] }
  const track = new VideoTrack(stream, settings, 0)
  let [bytes, left] = [0, 0]
  for (let index = 0; index < SECONDS * frameRate; index += 1) {
    const units = track.encode(clip.at(index), Math.round((index * 90_000) / frameRate))
    if (units.length === 0) left += 1
    for (const { data } of units) bytes += data.length
  }
  track.close()
  return { kbps: (bytes * 8) / 1000 / SECONDS, left: left / (SECONDS * frameRate) }
}
