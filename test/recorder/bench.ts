/** For tests: a recorder with a real recorder process on a temporary folder, fed with a real clip as fast as it takes it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { manualClock, systemClock } from '../../src/base/clock.ts'
import { toLocal, UTC } from '../../src/base/local-time.ts'
import { silentLog } from '../../src/base/log.ts'
import type { Packet } from '../../src/media/packet.ts'
import { Stream } from '../../src/media/stream.ts'
import { type Clip, makeClip } from '../../src/media/test-clip.ts'
import type { RecordingPlan } from '../../src/recorder/policy.ts'
import { Recorder, type RecorderAlarm } from '../../src/recorder/recorder.ts'
import { openStore } from '../../src/store/store.ts'

export const START_MS = Date.UTC(2026, 10, 23, 12)

export const ALWAYS: RecordingPlan = {
  hours: '1'.repeat(168),
  isEnabled: true,
  preRecord: true,
  postRecordMs: 15_000,
  overwrite: true,
}

const clips = new Map<boolean, Clip>()
/** Two seconds of 320×180 at 15 frames/s, with or without sound. */
export function clipOf(audio: boolean): Clip {
  const clip =
    clips.get(audio) ??
    makeClip({ seconds: 2, width: 320, height: 180, frameRate: 15, rateKbps: 400, gopSeconds: 2, audio })
  clips.set(audio, clip)
  return clip
}

export interface BenchOptions {
  readonly folder?: string
  readonly dataDir?: string
  readonly segmentMs?: number
  readonly recordOn?: 'schedule' | 'motion'
  readonly audio?: boolean
  /** So much later than pictures of the same time, sound comes. */
  readonly soundDelayMs?: number
  readonly space?: () => { capacityBytes: number; freeBytes: number }
  readonly plan?: RecordingPlan
  readonly maxWaitingBytes?: number
}

const open = new Set<Bench>()

/** After each test: one that fails must not leave a process that keeps the others from ending. */
export async function stopBenches(): Promise<void> {
  for (const bench of open) {
    await bench.recorder.stop()
    bench.remove()
  }
}

export class Bench {
  readonly folder: string
  readonly dataDir: string
  readonly #manual = manualClock(START_MS)
  #jumpedMs = 0
  readonly clock = {
    ...this.#manual,
    wallMs: () => this.#manual.wallMs() + this.#jumpedMs,
  }
  readonly alarms: (RecorderAlarm | undefined)[] = []
  readonly store
  readonly recorder: Recorder
  readonly #stream: Stream
  readonly #clip: Clip
  readonly #soundDelay90k: number
  /** Made, but still on their way. */
  #coming: Packet[] = []
  isReady = true
  #seconds = 0
  readonly #started: Promise<void>

  constructor(options: BenchOptions = {}) {
    this.folder = options.folder ?? mkdtempSync(join(tmpdir(), 'vedette-rec-'))
    this.dataDir = options.dataDir ?? mkdtempSync(join(tmpdir(), 'vedette-data-'))
    this.store = openStore({ dataDir: this.dataDir, clock: systemClock, log: silentLog })
    const hooks = { wanted: () => undefined, keyFrame: () => undefined }
    this.#stream = new Stream('main', hooks, this.clock)
    this.#clip = clipOf(options.audio ?? false)
    this.#soundDelay90k = (options.soundDelayMs ?? 0) * 90
    const space = options.space ?? (() => ({ capacityBytes: 1e12, freeBytes: 1e12 }))
    this.recorder = new Recorder({
      channel: 0,
      streams: { main: this.#stream, sub: new Stream('sub', hooks, this.clock) },
      index: this.store.recordings,
      volume: { recordings: this.folder, state: async () => ({ isMounted: this.isReady, ...space() }) },
      clock: {
        ...this.clock,
        reading: { zone: UTC },
        local: () => toLocal(UTC, this.clock.wallMs()),
      },
      segmentMs: options.segmentMs ?? 10_000,
      recordOn: options.recordOn ?? 'schedule',
      log: silentLog,
      ...(options.maxWaitingBytes === undefined ? {} : { maxWaitingBytes: options.maxWaitingBytes }),
      alarm: (alarm) => this.alarms.push(alarm),
    })
    open.add(this)
    this.#started = this.recorder.start()
    this.#stream.setFormat(this.#clip.format)
    this.recorder.configure(options.plan ?? ALWAYS)
  }

  /** The camera's clock is set. */
  jump(ms: number): void {
    this.#jumpedMs += ms
  }

  /** So many seconds of pictures, an even number. */
  async feed(seconds: number): Promise<void> {
    await this.#started
    for (let done = 0; done < seconds; done += 2) {
      const offset90k = this.#seconds * 90_000
      const wallMs = this.clock.wallMs()
      for (const packet of this.#clip.packets) {
        const pts90k = packet.pts90k + offset90k
        this.#coming.push({ ...packet, pts90k, dts90k: pts90k, wallMs: wallMs + packet.pts90k / 90 })
      }
      this.#write(offset90k + 180_000)
      this.#seconds += 2
      this.clock.advance(2000)
      this.recorder.tick()
      // The recorder process writes meanwhile.
      await new Promise((resolve) => setTimeout(resolve, 2))
    }
  }

  /** Everything that has come by then, as it comes. */
  #write(until90k: number): void {
    const arrival = ({ track, pts90k }: Packet) => pts90k + (track === 'audio' ? this.#soundDelay90k : 0)
    const inOrder = this.#coming.sort((one, other) => arrival(one) - arrival(other))
    const come = inOrder.filter((packet) => arrival(packet) < until90k + this.#clip.packets[0]!.pts90k)
    this.#coming = inOrder.slice(come.length)
    for (const packet of come) this.#stream.write(packet)
  }

  /** Resolves when all that was fed but the last second is on the disk. */
  async written(): Promise<void> {
    const wanted = this.clock.wallMs() - 1500
    const newest = () => this.rows().reduce((one, other) => (one.id > other.id ? one : other))
    while (this.recorder.present(newest()).endMs < wanted) {
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }

  rows() {
    return this.store.recordings.between({ channel: 0, stream: 'main' }, 0, Number.MAX_SAFE_INTEGER, 10_000)
  }

  async stop({ keep = false } = {}): Promise<void> {
    await this.recorder.stop()
    this.store.close()
    if (!keep) this.remove()
  }

  remove(): void {
    open.delete(this)
    rmSync(this.folder, { recursive: true, force: true })
    rmSync(this.dataDir, { recursive: true, force: true })
  }
}
