/** The encoder alone, on busy pictures, faster than real time. */
import assert from 'node:assert/strict'
import { after, describe, test } from 'node:test'
import { AV_LOG_QUIET, AVCOL_SPC_BT709 } from 'node-av/constants'
import { Log } from 'node-av/lib'
import { readSpsSize } from '../../media/test-sps.ts'
import { PROFILES } from '../protocol.ts'
import { BusyClip } from '../test-busy-clip.ts'
import { X264Encoder, type X264Options } from './x264.ts'

Log.setLevel(AV_LOG_QUIET)

const HD = { width: 1280, height: 720 }
const SUB = { width: 640, height: 360 }

/** What SetEnc can ask for (Guide §3.5.1). */
const LARGE_RATES = [1024, 1536, 2048, 3072, 4096, 5120, 6144, 7168, 8192]
const MAIN_TABLE = [
  { width: 2560, height: 1440, rates: LARGE_RATES },
  { width: 2048, height: 1536, rates: LARGE_RATES },
  { width: 2304, height: 1296, rates: LARGE_RATES },
  { width: 1920, height: 1080, rates: LARGE_RATES },
  { ...HD, rates: [512, 768, 1024, 1536, 2048, 3072, 4096, 5120] },
]
const MAIN_FRAME_RATES = [30, 25, 22, 20, 18, 16, 15, 12, 10, 8, 6, 4, 2]
const SUB_RATES = [64, 128, 160, 192, 256, 384, 512]
const SUB_FRAME_RATES = [15, 10, 7, 4]

/** `profile_idc` (H.264 §7.4.2.1.1). */
const PROFILE_IDC = { Base: 66, Main: 77, High: 100 }

interface Run {
  readonly seconds: number
  readonly gopSeconds?: number
  /** New rates, by second. */
  readonly changes?: Readonly<Record<number, number>>
}

/** Kilobits of each second. */
function encode(
  clip: BusyClip,
  options: X264Options,
  { seconds, gopSeconds = 2, changes = {} }: Run,
): number[] {
  const encoder = new X264Encoder(options, AVCOL_SPC_BT709)
  const { frameRate } = options
  const result: number[] = []
  for (let second = 0; second < seconds; second += 1) {
    const rate = changes[second]
    if (rate !== undefined) encoder.setRate(rate)
    let bits = 0
    for (let count = 0; count < frameRate; count += 1) {
      const index = second * frameRate + count
      const units = encoder.encode(
        clip.at(index),
        Math.round((index * 90000) / frameRate),
        index % (gopSeconds * frameRate) === 0,
      )
      for (const { data } of units) bits += data.length * 8
    }
    result.push(bits / 1000)
  }
  encoder.close()
  return result
}

const mean = (values: readonly number[]) => values.reduce((sum, value) => sum + value, 0) / values.length

function near(actual: number, wanted: number, share: number, what: string): void {
  assert.ok(
    Math.abs(actual / wanted - 1) <= share,
    `${what}: ${actual.toFixed(0)} instead of ${wanted} kbit/s`,
  )
}

describe('on a busy scene', () => {
  const main = new BusyClip(HD, 30)
  const sub = new BusyClip(SUB, 30)
  after(() => {
    main.close()
    sub.close()
  })

  for (const [rateKbps, frameRate] of [
    [512, 15],
    [2048, 15],
    [3072, 8],
    [5120, 15],
  ] as const) {
    test(`the mean of 30 s of the main stream is ${rateKbps} kbit/s within a tenth at ${frameRate}/s`, () => {
      const options = { ...HD, frameRate, rateKbps, profile: 'High', preset: 'superfast' } as const
      near(mean(encode(main, options, { seconds: 30 })), rateKbps, 0.1, 'main')
    })
  }

  test('the mean of 30 s is the highest rate of a large picture within a tenth', () => {
    const size = { width: 1920, height: 1080 }
    const clip = new BusyClip(size, 16)
    const options = { ...size, frameRate: 8, rateKbps: 8192, profile: 'Main', preset: 'superfast' } as const
    near(mean(encode(clip, options, { seconds: 30 })), 8192, 0.1, '1080p')
    clip.close()
  })

  test('the mean of 30 s of the sub stream is each of its rates within a tenth', () => {
    for (const [index, rateKbps] of SUB_RATES.entries()) {
      const frameRate = SUB_FRAME_RATES[index % SUB_FRAME_RATES.length]!
      const options = { ...SUB, frameRate, rateKbps, profile: 'High', preset: 'veryfast' } as const
      near(mean(encode(sub, options, { seconds: 30, gopSeconds: 4 })), rateKbps, 0.1, `sub at ${frameRate}/s`)
    }
  })

  test('a new rate is kept from the next second but one on', () => {
    const options = { ...HD, frameRate: 15, rateKbps: 3072, profile: 'High', preset: 'superfast' } as const
    const seconds = encode(main, options, { seconds: 12, changes: { 4: 512, 8: 2048 } })
    near(mean(seconds.slice(2, 4)), 3072, 0.15, 'before')
    near(mean(seconds.slice(5, 8)), 512, 0.15, 'lower')
    near(mean(seconds.slice(9)), 2048, 0.15, 'higher')
  })
})

describe('every size', () => {
  for (const { width, height, rates } of MAIN_TABLE) {
    test(`${width}x${height} is encoded at each frame rate and bit rate, in each profile`, () => {
      const clip = new BusyClip({ width, height }, 2)
      for (const [index, frameRate] of MAIN_FRAME_RATES.entries()) {
        const rateKbps = rates[index % rates.length]!
        assertFirst(clip, {
          width,
          height,
          frameRate,
          rateKbps,
          profile: PROFILES[index % 3]!,
          preset: 'superfast',
        })
      }
      clip.close()
    })
  }

  test('640x360 is encoded at each frame rate and bit rate, in each profile', () => {
    const clip = new BusyClip(SUB, 2)
    for (const frameRate of SUB_FRAME_RATES) {
      for (const rateKbps of SUB_RATES) {
        for (const profile of PROFILES)
          assertFirst(clip, { ...SUB, frameRate, rateKbps, profile, preset: 'veryfast' })
      }
    }
    clip.close()
  })
})

/** The first picture of a stream says what was asked for, and a second one follows. */
function assertFirst(clip: BusyClip, options: X264Options): void {
  const encoder = new X264Encoder(options, AVCOL_SPC_BT709)
  const [first] = encoder.encode(clip.at(0), 0, true)
  assert.ok(first?.isKey && first.sps)
  assert.deepEqual(readSpsSize(first.sps), { width: options.width, height: options.height })
  assert.equal(first.sps[1], PROFILE_IDC[options.profile], JSON.stringify(options))
  assert.equal(encoder.encode(clip.at(1), Math.round(90000 / options.frameRate), false).length, 1)
  encoder.close()
}
