/** The notifying side of a camera without the camera: a stream of a real clip, a picture, a store, a clock to turn. */
import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AlarmEvent } from '../../src/alarm/event.ts'
import type { Notifier } from '../../src/alarm/notifier.ts'
import { UTC } from '../../src/base/local-time.ts'
import { silentLog } from '../../src/base/log.ts'
import { manualTime } from '../../src/base/timers.ts'
import { createNotifications } from '../../src/camera/notifications.ts'
import { Stream } from '../../src/media/stream.ts'
import { makeClip, shifted } from '../../src/media/test-clip.ts'
import { openStore } from '../../src/store/store.ts'
import { DeviceClock } from '../../src/system/device-clock.ts'
import type { LogEvent } from '../../src/system/log-event.ts'

const SIZE = { width: 320, height: 180, frameRate: 10, rateKbps: 200, gopSeconds: 2, audio: false }
const CLIP_SECONDS = 4

interface AlarmKitOptions {
  readonly cameraName?: string
  readonly dataDir?: string
}

export interface AlarmKit extends ReturnType<typeof buildKit> {
  /** The camera that is started after this one was killed now. */
  afterKill(): AlarmKit
}

export function createAlarmKit({
  cameraName = 'Front door',
  dataDir = mkdtempSync(join(tmpdir(), 'vedette-alarm-')),
}: AlarmKitOptions = {}): AlarmKit {
  return {
    ...buildKit(cameraName, dataDir),
    afterKill() {
      const copy = mkdtempSync(join(tmpdir(), 'vedette-alarm-'))
      cpSync(dataDir, copy, { recursive: true })
      return createAlarmKit({ cameraName, dataDir: copy })
    },
  }
}

function buildKit(cameraName: string, dataDir: string) {
  const time = manualTime()
  time.advance(Date.UTC(2026, 10, 23, 10, 15))
  const store = openStore({ dataDir, clock: time.clock, log: silentLog })
  const deviceClock = new DeviceClock({ host: time.clock, memory: store.settings, log: silentLog })
  deviceClock.configure({
    zone: { ...UTC, utcOffsetSeconds: 3600 },
    dateFormat: 'DD/MM/YYYY',
    twelveHours: false,
  })
  const clip = makeClip({ ...SIZE, seconds: CLIP_SECONDS })
  const hooks = { wanted: () => undefined, keyFrame: () => undefined }
  const streams = {
    main: new Stream('main', hooks, time.clock),
    sub: new Stream('sub', hooks, time.clock),
    ext: new Stream('ext', hooks, time.clock),
  }
  for (const stream of [streams.main, streams.sub]) stream.setFormat(clip.format)
  const jpeg = spawnSync('ffmpeg', [
    '-loglevel',
    'error',
    '-f',
    'lavfi',
    '-i',
    'testsrc2=size=320x180',
    '-frames:v',
    '1',
    '-f',
    'mjpeg',
    'pipe:1',
  ]).stdout
  const notes: LogEvent[] = []
  const state = { snapshotFails: false }
  const build = (others: readonly Notifier[] = []) =>
    createNotifications({
      config: { dataDir, allowLocalTargets: 'yes' },
      live: {
        stream: (name) => streams[name],
        snapshot: async () => {
          if (state.snapshotFails) throw new Error('no picture')
          return jpeg
        },
      },
      store,
      deviceClock,
      cameraName: () => cameraName,
      device: { serial: '0123456789' },
      note: (event) => notes.push(event),
      log: silentLog,
      timers: time,
      others,
    })
  let sentPictures = 0
  return {
    time,
    store,
    notes,
    state,
    build,
    dataDir,
    /** So many seconds of pictures and of time pass. */
    play(seconds: number): void {
      for (let index = 0; index < seconds * SIZE.frameRate; index += 1) {
        time.advance(1000 / SIZE.frameRate)
        const round = Math.floor(sentPictures / clip.packets.length)
        const packet = shifted(clip.packets[sentPictures % clip.packets.length]!, round * clip.length90k)
        for (const stream of [streams.main, streams.sub])
          stream.write({ ...packet, wallMs: time.clock.wallMs() })
        sentPictures += 1
      }
    },
    event(id: number, kind: AlarmEvent['kind'] = 'motion'): AlarmEvent {
      const cells = new Uint8Array(450)
      return { id, channel: 0, kind, startMs: time.clock.wallMs(), endMs: undefined, peakScore: 0.5, cells }
    },
    dispose(): void {
      store.close()
      rmSync(dataDir, { recursive: true, force: true })
    },
  }
}

/** Width, height and length in seconds of what FFmpeg makes of a file; it must decode without an error. */
export function probe(content: Buffer): {
  readonly width: number
  readonly height: number
  readonly seconds: number
} {
  const folder = mkdtempSync(join(tmpdir(), 'vedette-probe-'))
  try {
    const path = join(folder, 'file')
    writeFileSync(path, content)
    const decoded = spawnSync('ffmpeg', ['-v', 'error', '-xerror', '-i', path, '-f', 'null', '-'])
    if (decoded.status !== 0 || decoded.stderr.length > 0)
      throw new Error(`does not decode: ${decoded.stderr}`)
    const entries = 'stream=width,height:format=duration'
    const { stdout } = spawnSync('ffprobe', ['-v', 'error', '-show_entries', entries, '-of', 'json', path])
    const { streams, format } = JSON.parse(stdout.toString())
    return { width: streams[0].width, height: streams[0].height, seconds: Number(format.duration ?? 0) }
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

/** Waits for something that the network brings about. */
export async function until(what: () => boolean | undefined, limitMs = 20_000): Promise<void> {
  const end = Date.now() + limitMs
  while (!what()) {
    if (Date.now() > end) throw new Error(`it did not come about: ${what}`)
    await new Promise((done) => setTimeout(done, 10))
  }
}
