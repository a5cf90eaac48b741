/** The recording side of the camera, composed: one recorder, what is found and sent of its files. */
import { join } from 'node:path'
import type { AlarmEvents } from '../alarm/events.ts'
import type { VolumePort } from '../api/parts.ts'
import { fromLocal, lastFromLocal } from '../base/local-time.ts'
import type { LiveChannel } from '../engine/live-channel.ts'
import { MotionStrip } from '../recorder/motion-strip.ts'
import { recordingPath } from '../recorder/names.ts'
import { OpenRecording } from '../recorder/packets.ts'
import { Recorder, type RecorderAlarm } from '../recorder/recorder.ts'
import { Recordings } from '../recorder/recordings.ts'
import { Volume } from '../storage/volume.ts'
import type { DeviceClock } from '../system/device-clock.ts'
import type { LogEvent } from '../system/log-event.ts'
import type { Foundation } from './foundation.ts'

interface RecordingOptions extends Foundation {
  readonly live: LiveChannel
  readonly events: Pick<AlarmEvents, 'begin' | 'end'>
}

const CHANNEL = 0
/** Pixels of the small pictures of a time line. */
const THUMBNAIL = { width: 160, height: 90 }

export function createRecording(options: RecordingOptions) {
  const { config, live, store, clock, deviceClock, events, note, log } = options
  const volume = new Volume({
    folder: config.recordings ?? join(config.dataDir, 'recordings'),
    memory: store.settings,
    note,
    log,
  })
  const recorder = new Recorder({
    channel: CHANNEL,
    streams: { main: live.stream('main'), sub: live.stream('sub') },
    index: store.recordings,
    volume,
    clock: {
      wallMs: () => deviceClock.wallMs(),
      monotonicMs: () => clock.monotonicMs(),
      get reading() {
        return deviceClock.reading
      },
      local: () => deviceClock.local(),
    },
    segmentMs: config.segmentS * 1000,
    recordOn: config.recordOn,
    log: log.child({ part: 'recorder' }),
    alarm: (alarm, detail) => {
      note(noteOf(alarm, detail))
      if (alarm === undefined) events.end(CHANNEL, 'disk')
      else events.begin(CHANNEL, 'disk')
    },
    picture: () => live.snapshot({ stream: 'sub', ...THUMBNAIL }),
  })
  const folder = volume.recordings
  const recordings = new Recordings({ index: store.recordings, recorders: [recorder], folder })
  const open = async (name: string) => {
    const path = store.recordings.find(name) && recordingPath(name)
    return path === undefined ? undefined : await OpenRecording.open(join(folder, path))
  }
  /** While a disk is being formatted nothing is recorded on it. */
  const guardedVolume: VolumePort = {
    state: () => volume.state(),
    format: () => recorder.erase(() => volume.format()),
  }
  const motion = new MotionStrip({
    store: store.motion,
    earliestMs: () => store.recordings.earliestMs(),
    log,
  })
  const instant = (text: string, which?: 'first' | 'last') => instantOf(text, deviceClock, which)
  const timeline = { instantOf: instant, ...timelineOf(recordings, motion, store) }
  return {
    recorder,
    recordings,
    folder,
    volume,
    guardedVolume,
    open,
    async *sources(stream: 'main' | 'sub', fromMs: number, toMs: number) {
      for (const { name } of recordings.each({ channel: CHANNEL, stream }, fromMs, toMs)) {
        const source = await open(name)
        if (source !== undefined) yield source
      }
    },
    extentOf: (stream: 'main' | 'sub') => recordings.extent({ channel: CHANNEL, stream }),
    motion,
    timeline,
    instantOf: instant,
  }
}

export type Recording = ReturnType<typeof createRecording>

/** What a time line shows. */
function timelineOf(recordings: Recordings, motion: MotionStrip, store: Foundation['store']) {
  return {
    recordings: (stream: 'main' | 'sub', fromMs: number, toMs: number, limit: number) =>
      recordings.between({ channel: CHANNEL, stream }, fromMs, toMs, limit),
    withThumbnail: (ids: readonly number[]) => store.recordings.withThumbnail(ids),
    thumbnail: (name: string) => {
      const row = store.recordings.find(name)
      return row && store.recordings.thumbnail(row.id)
    },
    motion: (fromMs: number, toMs: number, stepS: number) => motion.levels(CHANNEL, fromMs, toMs, stepS),
  }
}

function noteOf(alarm: RecorderAlarm | undefined, detail: string): LogEvent {
  const isDisk = alarm !== undefined
  return { type: isDisk ? 'disk' : 'record', detail: isDisk ? `recording stopped: ${detail}` : detail }
}

/** `20261123120000` on the camera's clock. */
function instantOf(
  text: string,
  { reading }: DeviceClock,
  which: 'first' | 'last' = 'first',
): number | undefined {
  const match = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(text)
  if (match === null) return undefined
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    ...[number, number, number],
    ...[number, number, number],
  ]
  const instantIn = which === 'last' ? lastFromLocal : fromLocal
  return instantIn(reading.zone, { year, month, day, hour, minute, second })
}
