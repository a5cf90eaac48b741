/**
 * The bit rates that SetEnc promises: the mean of 30 s on a busy scene against the one that is set, over the sizes,
 * bit rates, frame rates and profiles of the guide's table (Guide §3.5.1), by the encoder alone and faster than
 * real time. Each size with its lowest, middle and highest rate at each frame rate it is given. About an hour for all:
 * `node bench/bit-rate.ts SIZE [FRAME RATE …]`, SIZE such as 1280x720.
 */
import { AV_LOG_QUIET, AVCOL_SPC_BT709 } from 'node-av/constants'
import { Log } from 'node-av/lib'
import { sizesOf } from '../src/api/commands/enc/Enc.ts'
import { X264Encoder } from '../src/engine/encoder/x264.ts'
import { PROFILES, type Profile } from '../src/engine/protocol.ts'
import { BusyClip } from '../src/engine/test-busy-clip.ts'

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
    const share = meanKbps(frameRate, rateKbps, profile) / rateKbps
    const mark = Math.abs(share - 1) > 0.1 ? ' **missed**' : ''
    console.log(`| ${wanted} | ${frameRate} | ${rateKbps} | ${profile} | ${share.toFixed(3)}${mark} |`)
  }
}
clip.close()

function meanKbps(frameRate: number, rateKbps: number, profile: Profile): number {
  const preset = stream === 'main' ? 'superfast' : 'veryfast'
  const encoder = new X264Encoder({ width, height, frameRate, rateKbps, profile, preset }, AVCOL_SPC_BT709)
  let bytes = 0
  for (let index = 0; index < SECONDS * frameRate; index += 1) {
    const isKey = index % (GOP_SECONDS[stream] * frameRate) === 0
    const units = encoder.encode(clip.at(index), Math.round((index * 90_000) / frameRate), isKey)
    for (const { data } of units) bytes += data.length
  }
  encoder.close()
  return (bytes * 8) / 1000 / SECONDS
}
