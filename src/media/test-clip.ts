/**
 * Real H.264 and AAC for tests and the benchmark: FFmpeg makes a short clip, and it is read as packets.
 * Streams that play it over and over, in real time or at once, live in the tests themselves.
 */
import { spawnSync } from 'node:child_process'
import { FlvReader, readFlvContent } from './container/flv-reader.ts'
import type { Packet, StreamFormat } from './packet.ts'

export interface ClipOptions {
  readonly seconds: number
  readonly width: number
  readonly height: number
  readonly frameRate: number
  readonly rateKbps: number
  readonly gopSeconds: number
  readonly audio: boolean
}

export interface Clip {
  readonly format: StreamFormat
  readonly packets: readonly Packet[]
  /** Playing time in 1/90000 s. */
  readonly length90k: number
  /** The clip as FFmpeg wrote it. */
  readonly flv: Buffer
}

const AUDIO_RATE_HZ = 16_000
const AUDIO_RATE_KBPS = 64

/** Runs FFmpeg, which has to be installed. */
export function makeClip(options: ClipOptions): Clip {
  const { stdout, stderr, status } = spawnSync('ffmpeg', clipArguments(options), { maxBuffer: 2 ** 28 })
  if (status !== 0) throw new Error(`ffmpeg made no clip: ${stderr}`)
  return readClip(stdout, options)
}

function clipArguments(options: ClipOptions): string[] {
  const { seconds, width, height, frameRate, rateKbps, gopSeconds, audio } = options
  const picture = `testsrc2=size=${width}x${height}:rate=${frameRate}:duration=${seconds},noise=alls=8:allf=t`
  const sound = `sine=frequency=440:sample_rate=${AUDIO_RATE_HZ}:duration=${seconds}`
  const rate = `${rateKbps}k`
  return [
    ...['-hide_banner', '-loglevel', 'error', '-f', 'lavfi', '-i', picture],
    ...(audio ? ['-f', 'lavfi', '-i', sound, '-c:a', 'aac', '-b:a', `${AUDIO_RATE_KBPS}k`, '-ac', '1'] : []),
    ...['-c:v', 'libx264', '-preset', 'ultrafast', '-tune', 'zerolatency', '-pix_fmt', 'yuv420p'],
    ...['-b:v', rate, '-minrate', rate, '-maxrate', rate, '-bufsize', rate, '-x264-params', 'nal-hrd=cbr'],
    ...[
      '-g',
      String(frameRate * gopSeconds),
      '-keyint_min',
      String(frameRate * gopSeconds),
      '-sc_threshold',
      '0',
    ],
    ...['-f', 'flv', '-flvflags', 'no_duration_filesize', 'pipe:1'],
  ]
}

/** The packets of an FLV clip that `makeClip` made with the same options. */
export function readClip(flv: Buffer, options: ClipOptions): Clip {
  const contents = new FlvReader().read(flv).map(readFlvContent)
  const sets = contents.find((content) => content?.kind === 'video-format')?.sets
  const config = contents.find((content) => content?.kind === 'audio-format')?.config
  if (sets === undefined) throw new Error('the clip has no video')
  const { width, height, frameRate, rateKbps } = options
  const video = { codec: 'h264', width, height, frameRate, rateKbps, ...sets } as const
  const sound = { codec: 'aac', sampleRate: AUDIO_RATE_HZ, channels: 1, rateKbps: AUDIO_RATE_KBPS } as const
  return {
    format: { video, audio: config === undefined ? undefined : { ...sound, config } },
    packets: contents.flatMap((content) => (content?.kind === 'packet' ? [content.packet] : [])),
    length90k: options.seconds * 90_000,
    flv,
  }
}

/** The packet at another time. */
export function shifted(packet: Packet, by90k: number): Packet {
  return { ...packet, pts90k: packet.pts90k + by90k, dts90k: packet.dts90k + by90k }
}
