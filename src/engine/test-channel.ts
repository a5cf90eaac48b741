/** For tests: a channel that remembers what its engine made, and FFmpeg's command line as the judge. */
import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../base/clock.ts'
import { UTC } from '../base/local-time.ts'
import { silentLog } from '../base/log.ts'
import { joinAnnexB, splitAvcc } from '../media/codec/h264.ts'
import type { Packet, StreamFormat, StreamName } from '../media/packet.ts'
import { Channel } from './channel.ts'
import { FACTORY_IMAGE, FACTORY_ISP, WHITE_LAMP_OFF } from './factory-settings.ts'
import { WHOLE, WIDE } from './head/motion.ts'
import type { SnapshotWish } from './pending-snapshots.ts'
import type { EngineSettings, SourceState } from './protocol.ts'

export interface SeenPacket extends Packet {
  /** The format that was in force. */
  readonly format: StreamFormat
}

/** The camera's defaults, without OSD so that pictures can be compared. */
export function testSettings(change: Partial<EngineSettings> = {}): EngineSettings {
  return {
    source: 'scene:street',
    audio: false,
    siren: false,
    streams: {
      main: { width: 1280, height: 720, frameRate: 15, rateKbps: 2048, profile: 'High', gopSeconds: 2 },
      sub: { width: 640, height: 360, frameRate: 7, rateKbps: 160, profile: 'Base', gopSeconds: 4 },
      ext: { width: 896, height: 504, frameRate: 10, rateKbps: 512, profile: 'High', gopSeconds: 2 },
    },
    active: { main: true, sub: true, ext: false },
    image: FACTORY_IMAGE,
    isp: FACTORY_ISP,
    lamp: 'Auto',
    whiteLamp: WHITE_LAMP_OFF,
    masks: [],
    crop: WHOLE,
    head: { pose: WIDE },
    osd: {
      name: { enabled: false, text: 'Camera1', position: 'Lower Right' },
      time: { enabled: false, position: 'Top Center' },
      background: false,
      watermark: false,
    },
    clock: {
      wallMs: systemClock.wallMs(),
      monotonicMs: systemClock.monotonicMs(),
      zone: UTC,
      dateFormat: 'MM/DD/YYYY',
      twelveHours: false,
    },
    ...change,
  }
}

export class TestChannel {
  settings: EngineSettings
  detail = ''
  readonly #channel: Channel
  readonly #packets: { readonly stream: StreamName; readonly packet: SeenPacket }[] = []
  readonly #formats = new Map<StreamName, StreamFormat>()
  #state: SourceState = 'connecting'

  constructor(change: Partial<EngineSettings>) {
    this.settings = testSettings(change)
    this.#channel = new Channel({
      clock: systemClock,
      log: silentLog,
      settings: this.settings,
      packet: (stream, packet) =>
        this.#packets.push({ stream, packet: { ...packet, format: this.format(stream) } }),
      format: (stream, format) => this.#formats.set(stream, format),
      source: (state, detail) => {
        this.#state = state
        this.detail = detail
      },
    })
  }

  get state(): SourceState {
    assert.equal(this.#channel.state, this.#state)
    return this.#state
  }

  get enginePid(): number | undefined {
    return this.#channel.enginePid
  }

  start(): void {
    this.#channel.start()
  }

  stop(): Promise<void> {
    return this.#channel.stop()
  }

  change(change: Partial<EngineSettings>): void {
    const settings = { ...this.settings, ...change }
    this.#channel.configure(settings)
    this.settings = settings
  }

  snapshot(wish: SnapshotWish): Promise<Uint8Array> {
    return this.#channel.snapshot(wish)
  }

  requestKeyFrame(stream: StreamName): void {
    this.#channel.requestKeyFrame(stream)
  }

  format(stream: StreamName): StreamFormat {
    const format = this.#formats.get(stream)
    assert.ok(format, `no format of ${stream} yet`)
    return format
  }

  video(stream: StreamName): SeenPacket[] {
    return this.#of(stream, 'video')
  }

  sound(stream: StreamName): SeenPacket[] {
    return this.#of(stream, 'audio')
  }

  /** Pictures of a stream, from the one at `first` on, as a byte stream with parameter sets (H.264 Annex B). */
  stream(name: StreamName, first = 0): Buffer {
    const units = this.video(name)
      .slice(first)
      .flatMap(({ data, isKey, format }) => {
        const sets = isKey ? [format.video.sps, format.video.pps] : []
        return [...sets, ...splitAvcc(data)]
      })
    return Buffer.from(joinAnnexB(units))
  }

  /** Waits for what comes from another process; fails after `limitMs`. */
  async until(holds: () => boolean, limitMs = 15_000): Promise<void> {
    const end = systemClock.monotonicMs() + limitMs
    while (!this.#holds(holds)) {
      assert.ok(systemClock.monotonicMs() < end, `not within ${limitMs} ms: ${holds}`)
      await sleep(10)
    }
  }

  /** What there is no format of yet does not hold. */
  #holds(holds: () => boolean): boolean {
    return this.#formats.size > 0 && holds()
  }

  #of(stream: StreamName, track: Packet['track']): SeenPacket[] {
    return this.#packets
      .filter(({ stream: of, packet }) => of === stream && packet.track === track)
      .map(({ packet }) => packet)
  }
}

/** Decodes every picture to one byte of luma, by default the mean. Any complaint of the decoder fails the test. */
export function decodeVideo(stream: Buffer, filter = 'scale=1:1:flags=area,format=gray'): Buffer {
  const input = ['-f', 'h264', '-i', '-']
  const output = ['-vf', filter, '-fps_mode', 'passthrough', '-f', 'rawvideo', '-']
  return ffmpeg([...input, ...output], stream)
}

/** Samples of AAC frames from -1 to 1. */
export function decodeAudio(packets: readonly Packet[]): Float32Array {
  const stream = Buffer.concat(packets.flatMap(({ data }) => [adtsHeader(data.length), data]))
  const pcm = ffmpeg(['-f', 'aac', '-i', '-', '-f', 'f32le', '-ac', '1', '-ar', '16000', '-'], stream)
  return new Float32Array(Uint8Array.from(pcm).buffer)
}

/** Width and height from the frame header (ITU-T T.81 §B.2.2). The whole picture must decode. */
export function jpegSize(jpeg: Uint8Array): [number, number] {
  ffmpeg(['-f', 'mjpeg', '-i', '-', '-f', 'null', '-'], Buffer.from(jpeg))
  const header = Buffer.from(jpeg).indexOf(Buffer.from([0xff, 0xc0]))
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.length)
  return [view.getUint16(header + 7), view.getUint16(header + 5)]
}

function ffmpeg(options: readonly string[], input: Buffer): Buffer {
  const { stdout, stderr, status } = spawnSync('ffmpeg', ['-v', 'error', ...options], {
    input,
    maxBuffer: 2 ** 28,
  })
  assert.equal(status, 0)
  // The null muxer has its own view of time stamps, which a raw byte stream does not carry.
  const complaints = String(stderr)
    .split('\n')
    .filter((line) => line !== '' && !line.includes('muxer') && !line.includes('Last message repeated'))
  assert.deepEqual(complaints, [])
  return stdout
}

/** ADTS header of a 16 kHz mono AAC-LC frame (ISO/IEC 13818-7 §6.2). */
function adtsHeader(dataBytes: number): Buffer {
  const length = dataBytes + 7
  return Buffer.from([
    0xff,
    0xf1,
    0x60,
    0x40 | (length >> 11),
    (length >> 3) & 0xff,
    ((length & 7) << 5) | 0x1f,
    0xfc,
  ])
}
