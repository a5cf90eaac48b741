/** Real H.264 and AAC, watched with FFmpeg over RTMP and HTTP-FLV: every frame decodes and nothing is complained about. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { missing } from '../../test/tools.ts'
import type { Stream } from '../media/stream.ts'
import { type Clip, makeClip, shifted } from '../media/test-clip.ts'
import { startRig, type TestRig } from './test-rig.ts'

const run = promisify(execFile)
const SHAPE = { seconds: 4, width: 320, height: 180, frameRate: 15, rateKbps: 300, gopSeconds: 1 } as const
const skip = missing('ffmpeg')

/** Plays the clips in turn, a new format with each, on a continuous timeline until the signal. */
async function feed(
  stream: Stream,
  clips: readonly Clip[],
  startMs: number,
  signal: AbortSignal,
): Promise<void> {
  let start90k = startMs * 90
  for (let turn = 0; !signal.aborted; turn += 1) {
    const clip = clips[turn % clips.length]!
    if (turn === 0 || clips.length > 1) stream.setFormat(clip.format)
    for (const packet of clip.packets) {
      // Four times as fast as in real life.
      if (packet.track === 'video')
        await new Promise((resolve) => setTimeout(resolve, 1000 / SHAPE.frameRate / 4))
      if (signal.aborted) return
      stream.write(shifted(packet, start90k))
    }
    start90k += clip.length90k
  }
}

async function watched<T>(
  clips: readonly Clip[],
  watch: (rig: TestRig) => Promise<T>,
  startMs = 0,
): Promise<T> {
  await using rig = await startRig()
  const stop = new AbortController()
  const fed = feed(rig.stream, clips, startMs, stop.signal)
  try {
    return await watch(rig)
  } finally {
    stop.abort()
    await fed
  }
}

const urls = ({ rtmpPort, httpPort }: TestRig): string[] => [
  `rtmp://127.0.0.1:${rtmpPort}/bcs/channel0_main.bcs?channel=0&stream=0&user=admin&password=a%2Bb+c/d`,
  `rtmp://127.0.0.1:${rtmpPort}/bcs/channel0_main.bcs?token=good&channel=0&stream=0`,
  `http://127.0.0.1:${httpPort}/flv?port=1935&app=bcs&stream=channel0_main.bcs&token=good`,
]

/** Decodes some frames; what FFmpeg has to complain about. */
async function complaints(url: string, frames: number): Promise<string> {
  const output = ['-map', '0:v', '-frames:v', String(frames), '-f', 'null', '-']
  const { stderr } = await run('ffmpeg', ['-v', 'warning', '-xerror', '-i', url, ...output], {
    timeout: 20_000,
  })
  return stderr
}

async function probe(url: string): Promise<string[]> {
  const entries = [
    '-show_entries',
    'stream=codec_name,width,height,r_frame_rate,sample_rate',
    '-of',
    'csv=p=0',
  ]
  const { stdout } = await run('ffprobe', ['-v', 'error', ...entries, url], { timeout: 20_000 })
  return stdout.trim().split('\n')
}

for (const audio of [false, true]) {
  test(`FFmpeg decodes RTMP and HTTP-FLV ${audio ? 'with' : 'without'} audio`, { skip }, async () => {
    const clip = makeClip({ ...SHAPE, audio })
    await watched([clip], async (rig) => {
      const expected = ['h264,320,180,15/1', ...(audio ? ['aac,16000,0/0'] : [])]
      for (const url of urls(rig)) {
        assert.deepEqual(await probe(url), expected, url)
        assert.equal(await complaints(url, 60), '', url)
      }
    })
  })
}

test('FFmpeg plays on where timestamps need more than 24 bits', { skip }, async () => {
  const clip = makeClip({ ...SHAPE, audio: true })
  const crossing = 0xffffff - 2000
  await watched(
    [clip],
    async (rig) =>
      assert.deepEqual(await Promise.all(urls(rig).map((url) => complaints(url, 60))), ['', '', '']),
    crossing,
  )
})

test('viewers stay when the size of the picture changes', { skip }, async () => {
  const clips = [
    makeClip({ ...SHAPE, audio: false }),
    makeClip({ ...SHAPE, audio: false, width: 640, height: 360 }),
  ]
  await watched(clips, async (rig) => {
    const results = await Promise.all(urls(rig).map((url) => complaints(url, 150)))
    for (const result of results) assert.doesNotMatch(result, /error|invalid|corrupt/i)
  })
})
