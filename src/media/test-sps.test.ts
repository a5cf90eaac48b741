import assert from 'node:assert/strict'
import { test } from 'node:test'
import { readSpsSize } from './test-sps.ts'

/** Parameter sets written by x264: Baseline and High, cropped, and interlaced 4:2:2 with scaling matrices. */
const SPS_SIZES = [
  ['6742c01fd9005005bb011000000300100000030320f1832480', 1280, 720],
  ['6764001facd9405005bb011000000300100000030320f1831960', 1280, 720],
  ['6742c028d900780227e5c044000003000400000300c83c60c920', 1920, 1080],
  ['6764001eacd940a02ff97011000003000100000300320f162d96', 640, 360],
  ['677a001ebcd940b424d8088000000300800000190f8a14cb', 720, 576],
] as const

for (const [sps, width, height] of SPS_SIZES) {
  test(`reads ${width}x${height} from a sequence parameter set`, () => {
    assert.deepEqual(readSpsSize(Buffer.from(sps, 'hex')), { width, height })
  })
}
